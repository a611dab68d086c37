// Reading and writing PNG: reading through the functions of CPNG, writing through libpng's simplified API, both of which
// report errors without longjmp. The only file that calls libpng.

import CPNG
import Foundation

/// Pictures as PNG files.
public enum PNG {
    /// The bytes of a PNG file of 8-bit RGB, with the sRGB chunk, adaptive filters and zlib's default level.
    ///
    /// The same pixels give the same bytes. (On pictures with a natural spectrum, level 9 is 0.3 % smaller than this.)
    public static func encode(_ picture: Picture) throws(RenderError) -> Data {
        try encode(picture.pixels, width: picture.width, height: picture.height, format: rgb)
    }

    /// The bytes of a PNG file of 8-bit grey.
    ///
    /// - Parameter levels: a byte for each pixel, row by row.
    package static func encode(grey levels: [UInt8], width: Int, height: Int) throws(RenderError) -> Data {
        precondition(levels.count == width * height)
        return try encode(levels, width: width, height: height, format: grey)
    }

    private static func encode(
        _ samples: [UInt8], width: Int, height: Int, format: png_uint_32
    ) throws(RenderError) -> Data {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = format
        defer { png_image_free(&image) }

        // Deflate stores what it cannot compress, in blocks with 5 bytes of overhead per 16 KB at worst.
        let raw = samples.count + height
        var data = Data(count: raw + raw / 1024 + 4096)
        var size = png_alloc_size_t(data.count)
        let written = data.withUnsafeMutableBytes { bytes in
            samples.withUnsafeBytes { samples in
                png_image_write_to_memory(&image, bytes.baseAddress, &size, 0, samples.baseAddress, 0, nil)
            }
        }
        guard written != 0 else {
            throw RenderError(
                "cannot write a picture of \(width) × \(height) pixels as PNG: \(message(of: image))")
        }
        data.removeSubrange(Int(size)...)
        return data
    }

    /// The picture of a PNG file of any kind, as Pillow's `Image.open(file).convert("RGB")` reads it: palettes, grey and
    /// 16 bits become 8-bit RGB, and transparency is dropped.
    ///
    /// Two departures: 16 bits are rounded and not cut off, grey ones included, which Pillow clips; and a file whose gAMA
    /// chunk states another gamma than sRGB's is converted to sRGB.
    ///
    /// - Parameters:
    ///   - data: The whole file.
    ///   - file: The file's name, for messages.
    /// - Throws: `RenderError` if the data is not a PNG, is truncated or damaged, or has more than
    ///   ``Picture/largestPixelCount`` pixels.
    public static func decode(_ data: Data, file: String) throws(RenderError) -> Picture {
        let result: Result<Picture, RenderError> = data.withUnsafeBytes { bytes in
            func failure(_ reason: String) -> Result<Picture, RenderError> {
                .failure(RenderError("\(file): not a readable PNG file: \(reason)"))
            }
            guard !bytes.isEmpty, let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
                return failure("the file is empty")
            }
            guard let reader = atlas_png_open(base, bytes.count) else { return failure("no memory is left") }
            defer { atlas_png_close(reader) }
            func reason() -> String {
                withUnsafeBytes(of: reader.pointee.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            }
            guard reason().isEmpty else { return failure(reason()) }
            let (width, height) = (Int(reader.pointee.width), Int(reader.pointee.height))
            guard Picture.canHold(width: width, height: height) else {
                return .failure(.tooLarge(file, width: width, height: height))
            }
            var pixels = [UInt8](repeating: 0, count: width * height * 3)
            guard pixels.withUnsafeMutableBufferPointer({ atlas_png_read(reader, $0.baseAddress) }) != 0 else {
                return failure(reason())
            }
            return .success(Picture(width: width, height: height, pixels: pixels))
        }
        return try result.get()
    }

    /// PNG_FORMAT_RGB, a macro that is not imported everywhere, because it names another macro.
    private static let rgb = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    /// PNG_FORMAT_GRAY, likewise.
    private static let grey: png_uint_32 = 0

    /// libpng's message, a NUL-terminated array of 64 characters.
    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
