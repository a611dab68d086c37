// Reading and writing JPEG through the functions of CJPEG. The only file that calls libjpeg-turbo.

import CJPEG
import Foundation

/// Pictures as JPEG files.
public enum JPEG {
    /// The bytes of a baseline JPEG file. The same pixels give the same bytes by the same library.
    ///
    /// - Parameters:
    ///   - quality: libjpeg's, 1 to 100.
    ///   - fullColour: keeps the full resolution of colour, for small pictures that are shown large; otherwise it is half.
    /// - Throws: `RenderError` if a side has more than 65,500 pixels.
    /// - Precondition: the quality is in its range.
    public static func encode(
        _ picture: Picture, quality: Int, fullColour: Bool = false
    ) throws(RenderError) -> [UInt8] {
        precondition((1...100).contains(quality))
        var file = atlas_jpeg_file()
        defer { atlas_jpeg_release(&file) }
        let isWritten = picture.pixels.withUnsafeBufferPointer { pixels in
            atlas_jpeg_write(
                &file, pixels.baseAddress, UInt32(picture.width), UInt32(picture.height), Int32(quality),
                fullColour ? 1 : 0) != 0
        }
        guard isWritten, let bytes = file.bytes else {
            let reason = withUnsafeBytes(of: file.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw RenderError(
                "cannot write a picture of \(picture.width) × \(picture.height) pixels as JPEG: \(reason)")
        }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(file.count)))
    }

    /// The file of the highest quality of 88, 80, … that has at most `limit` bytes; that of the lowest, 8, if none has.
    ///
    /// - Throws: as ``encode(_:quality:fullColour:)``.
    public static func encode(_ picture: Picture, atMost limit: Int) throws(RenderError) -> [UInt8] {
        var quality = 88
        while true {
            let bytes = try encode(picture, quality: quality)
            if bytes.count <= limit || quality <= 8 { return bytes }
            quality -= 8
        }
    }

    /// The picture of a JPEG file, as Pillow's `Image.open(file).convert("RGB")` reads it: with the library's accurate
    /// integer transform and smooth upsampling. Grey and CMYK become RGB. The orientation is left as it is stored.
    ///
    /// - Parameters:
    ///   - data: The whole file.
    ///   - file: The file's name, for messages.
    ///   - enough: for the stored size, the size below which a large picture is not reduced; nil to reduce none. See
    ///     ``PictureFile/reducedPixelCount``.
    /// - Throws: `RenderError` if the data is not a JPEG, is truncated or damaged, or has more than
    ///   ``Picture/largestPixelCount`` pixels.
    static func decode(_ data: Data, file: String, enough: PictureSizing? = nil) throws(RenderError) -> Picture {
        let result: Result<Picture, RenderError> = data.withUnsafeBytes { bytes in
            func failure(_ reason: String) -> Result<Picture, RenderError> {
                .failure(RenderError("\(file): not a readable JPEG file: \(reason)"))
            }
            guard !bytes.isEmpty, let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
                return failure("the file is empty")
            }
            guard let reader = atlas_jpeg_open(base, bytes.count) else { return failure("no memory is left") }
            defer { atlas_jpeg_close(reader) }
            func reason() -> String {
                withUnsafeBytes(of: reader.pointee.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            }
            guard reason().isEmpty else { return failure(reason()) }
            let stored = (width: Int(reader.pointee.info.image_width), height: Int(reader.pointee.info.image_height))
            let divisor = Self.denominator(of: stored, enough: enough?(stored.width, stored.height))
            let (width, height) = Self.reduced(stored, by: divisor)
            let components = Int(reader.pointee.info.num_components)
            guard [1, 3, 4].contains(components) else {
                return failure("it has \(components) components; expected 1 (grey), 3 (colour) or 4 (CMYK)")
            }
            // A progressive file needs memory for its own size, whatever it is decoded at.
            let held = atlas_jpeg_is_progressive(reader) != 0 ? stored : (width: width, height: height)
            guard Picture.canHold(width: held.width, height: held.height) else {
                return .failure(.tooLarge(file, width: stored.width, height: stored.height))
            }
            atlas_jpeg_reduce(reader, UInt32(divisor))
            var samples = [UInt8](repeating: 0, count: width * height * components)
            guard samples.withUnsafeMutableBufferPointer({ atlas_jpeg_read(reader, $0.baseAddress) }) != 0 else {
                return failure(reason())
            }
            return .success(Picture(width: width, height: height, pixels: rgb(samples, components: components)))
        }
        return try result.get()
    }

    /// The number by which a picture's sides are divided while it is decoded: the smallest that gives at most
    /// ``PictureFile/reducedPixelCount`` pixels, or the largest that leaves a size which is `enough`.
    private static func denominator(of stored: (width: Int, height: Int), enough: (width: Int, height: Int)?) -> Int {
        guard let enough else { return 1 }
        var denominator = 1
        while denominator < 8 {
            let now = reduced(stored, by: denominator)
            let next = reduced(stored, by: 2 * denominator)
            guard now.width * now.height > PictureFile.reducedPixelCount, next.width >= enough.width,
                next.height >= enough.height
            else { break }
            denominator *= 2
        }
        return denominator
    }

    private static func reduced(_ size: (width: Int, height: Int), by denominator: Int) -> (width: Int, height: Int) {
        ((size.width + denominator - 1) / denominator, (size.height + denominator - 1) / denominator)
    }

    /// RGB from grey, RGB or CMYK samples.
    private static func rgb(_ samples: [UInt8], components: Int) -> [UInt8] {
        if components == 3 { return samples }
        var pixels = [UInt8](repeating: 0, count: samples.count / components * 3)
        for pixel in 0..<(samples.count / components) {
            for channel in 0..<3 {
                // Files with four components hold 255 minus the amount of ink, by Adobe's convention, which Pillow
                // assumes of all of them.
                pixels[3 * pixel + channel] =
                    components == 1
                    ? samples[pixel]
                    : product(samples[4 * pixel + channel], samples[4 * pixel + 3])
            }
        }
        return pixels
    }

    /// Pillow's conversion of an ink to a colour: white − black − ink·(white − black) in units of 255, from the inverses
    /// of both inks.
    private static func product(_ inverse: UInt8, _ inverseBlack: UInt8) -> UInt8 {
        let product = Int(255 - inverse) * Int(inverseBlack) + 128
        return UInt8(Int(inverseBlack) - (((product >> 8) + product) >> 8))
    }
}
