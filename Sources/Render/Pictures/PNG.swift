// Reading and writing PNG through libpng's simplified API, which reports errors without setjmp. The only file that
// calls libpng.

import CPNG
import Foundation

/// Pictures as PNG files.
public enum PNG {
    /// The bytes of a PNG file of 8-bit RGB, with the sRGB chunk, adaptive filters and zlib's default level.
    ///
    /// The same pixels give the same bytes. (On pictures with a natural spectrum, level 9 is 0.3 % smaller than this.)
    public static func encode(_ picture: Picture) throws(RenderError) -> Data {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(picture.width)
        image.height = png_uint_32(picture.height)
        image.format = rgb
        defer { png_image_free(&image) }

        // Deflate stores what it cannot compress, in blocks with 5 bytes of overhead per 16 KB at worst.
        let raw = picture.pixels.count + picture.height
        var data = Data(count: raw + raw / 1024 + 4096)
        var size = png_alloc_size_t(data.count)
        let written = data.withUnsafeMutableBytes { bytes in
            picture.pixels.withUnsafeBytes { pixels in
                png_image_write_to_memory(&image, bytes.baseAddress, &size, 0, pixels.baseAddress, 0, nil)
            }
        }
        guard written != 0 else {
            throw RenderError(
                "cannot write a picture of \(picture.width) × \(picture.height) pixels as PNG: \(message(of: image))")
        }
        data.removeSubrange(Int(size)...)
        return data
    }

    /// The picture of a PNG file of any kind: palettes, grey, 16 bits and other gammas become 8-bit sRGB, and
    /// transparent pixels are laid over `background`.
    ///
    /// - Parameters:
    ///   - data: The whole file.
    ///   - file: The file's name, for messages.
    /// - Throws: `RenderError` if the data is not a PNG, is truncated or damaged, or has more than
    ///   ``Picture/largestPixelCount`` pixels.
    public static func decode(
        _ data: Data, file: String, background: Picture.Color = .white
    ) throws(RenderError) -> Picture {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        var pixels: [UInt8] = []
        var tooLarge = false
        let read = data.withUnsafeBytes { bytes -> Bool in
            // libpng keeps the pointer between the two calls, so both are made while it is valid.
            guard let base = bytes.baseAddress, png_image_begin_read_from_memory(&image, base, bytes.count) != 0 else {
                return false
            }
            image.format = rgb
            guard Picture.canHold(width: Int(image.width), height: Int(image.height)) else {
                tooLarge = true
                return false
            }
            pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * 3)
            var ground = png_color(red: background.red, green: background.green, blue: background.blue)
            return pixels.withUnsafeMutableBytes {
                png_image_finish_read(&image, &ground, $0.baseAddress, 0, nil) != 0
            }
        }
        if tooLarge {
            throw RenderError(
                "\(file): \(image.width) × \(image.height) pixels; a picture may have at most "
                    + "\(Picture.largestPixelCount) pixels")
        }
        guard read else {
            let reason = data.isEmpty ? "the file is empty" : message(of: image)
            throw RenderError("\(file): not a readable PNG file: \(reason)")
        }
        return Picture(width: Int(image.width), height: Int(image.height), pixels: pixels)
    }

    /// Reads the PNG file at a path; see ``decode(_:file:background:)``.
    public static func read(_ url: URL) throws(RenderError) -> Picture {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw RenderError("\(url.path): cannot be read: \(error.localizedDescription)")
        }
        return try decode(data, file: url.path)
    }

    /// PNG_FORMAT_RGB, a macro that is not imported everywhere, because it names another macro.
    private static let rgb = png_uint_32(PNG_FORMAT_FLAG_COLOR)

    /// libpng's message, a NUL-terminated array of 64 characters.
    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
