// Reading a picture from a file of any kind that is understood; its first bytes show the kind, not its name.

import Foundation
import Support

/// The smallest size in pixels that is enough for a picture of this width and height.
public typealias PictureSizing = @Sendable (_ width: Int, _ height: Int) -> (width: Int, height: Int)

/// Files that hold pictures.
public enum PictureFile {
    /// A JPEG of more pixels may be decoded at a half, a quarter or an eighth of its size, where the reader says what is
    /// enough. libjpeg then averages the pixels that it drops, so a picture that is resized afterwards differs from the
    /// whole one's by the difference between two filters.
    public static let reducedPixelCount = 1 << 24

    /// The most bytes that a file may have: twice as many as those of the largest picture with 16 bits and alpha.
    static let largestSize = 16 * Picture.largestPixelCount

    /// The picture in a PNG or JPEG file, as Pillow reads it; see ``PNG/decode(_:file:)``.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - upright: Whether the picture is turned as the file's EXIF data say; Pillow's `Image.open` does not turn it.
    /// - Throws: `RenderError` if there is no such file, if it is of another kind, damaged or too large; `AtlasError` if
    ///   it cannot be read.
    public static func read(_ path: String, upright: Bool = false) throws -> Picture {
        switch try FileSystem.kind(of: path) {
        case nil: throw RenderError("\(path): there is no such file. Name a PNG or JPEG file.")
        case .folder: throw RenderError("\(path): is a folder, not a picture. Name a PNG or JPEG file.")
        case .other: throw RenderError("\(path): is a device or a pipe, not a picture. Name a PNG or JPEG file.")
        case .file: break
        }
        // Before the rest is read: what is no picture may be very large.
        _ = try PictureFormat(start: try FileSystem.read(path, count: 64) ?? [], file: path)
        let size = FileSystem.version(of: path, followingLinks: true)?.bytes ?? 0
        guard size <= largestSize else {
            throw RenderError(
                "\(path): has \(size) bytes; a picture's file may have at most \(largestSize). Make it smaller.")
        }
        return try picture(in: Data(try FileSystem.read(path) ?? []), file: path, upright: upright)
    }

    /// The picture in the bytes of a PNG or JPEG file.
    ///
    /// - Parameters:
    ///   - data: The whole file.
    ///   - file: The file's name, for messages.
    ///   - upright: as in ``read(_:upright:)``.
    ///   - enough: for the size of the picture, turned if it is, the size below which a large JPEG is not reduced; nil to
    ///     decode all its pixels.
    /// - Throws: `RenderError` if it is of another kind, damaged or too large.
    public static func picture(
        in data: Data, file: String, upright: Bool = false, enough: PictureSizing? = nil
    ) throws(RenderError) -> Picture {
        let format = try PictureFormat(start: Array(data.prefix(64)), file: file)
        let orientation = upright ? Orientation(of: data, format) : .upright
        switch format {
        case .png: return try PNG.decode(data, file: file).turned(orientation)
        case .jpeg:
            return try JPEG.decode(data, file: file, enough: enough.map { sizing($0, before: orientation) }).turned(
                orientation)
        }
    }

    /// Whether a file that begins with these bytes is a PNG or a JPEG.
    public static func isPicture(start: [UInt8]) -> Bool {
        // What else it may be does not matter here.
        (try? PictureFormat(start: start, file: "")) != nil
    }
}

/// Sizes of a picture before it is turned, from those after.
private func sizing(_ enough: @escaping PictureSizing, before orientation: Orientation) -> PictureSizing {
    guard orientation.swapsSides else { return enough }
    return { width, height in
        let turned = enough(height, width)
        return (turned.height, turned.width)
    }
}

/// The kinds of files that are read.
enum PictureFormat {
    case png, jpeg

    /// The kind of the file that begins with these bytes.
    ///
    /// - Throws: `RenderError` for every other kind, by its name if it is known.
    init(start: [UInt8], file: String) throws(RenderError) {
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.isEmpty {
            throw RenderError("\(file): the file is empty. Name a PNG or JPEG file.")
        } else if let name = Self.otherKind(start) {
            throw RenderError("\(file): is \(name), which is not read. Convert it to PNG or JPEG.")
        } else {
            let bytes = start.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            throw RenderError(
                "\(file): is neither a PNG nor a JPEG file (it begins with the bytes \(bytes)). Name a PNG or JPEG file."
            )
        }
    }

    /// The name of another kind of file, with its article; nil if it is unknown.
    private static func otherKind(_ start: [UInt8]) -> String? {
        func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
        if has("RIFF"), has("WEBP", at: 8) { return "a WebP picture" }
        if has("GIF8") { return "a GIF picture" }
        if has("BM") { return "a BMP picture" }
        if ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains(where: { has($0) }) { return "a TIFF picture" }
        if has("ftyp", at: 4) {
            if has("avif", at: 8) || has("avis", at: 8) { return "an AVIF picture" }
            let brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
            return brands.contains { has($0, at: 8) } ? "a HEIC picture" : "a video"
        }
        if has("JXL ", at: 4) || start.starts(with: [0xFF, 0x0A]) { return "a JPEG XL picture" }
        if has("jP  ", at: 4) || start.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) { return "a JPEG 2000 picture" }
        if has("8BPS") { return "a Photoshop picture" }
        if start.starts(with: [0, 0, 1, 0]) { return "an icon" }
        if has("%PDF") { return "a PDF document" }
        if has("<svg") || has("<?xml") { return "an SVG picture or another XML file" }
        if has("version https://git-lfs") { return "a Git LFS pointer (`git lfs pull` fetches the picture)" }
        return nil
    }
}
