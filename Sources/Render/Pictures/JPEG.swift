// Reading JPEG through the functions of CJPEG. The only file that calls libjpeg-turbo.

import CJPEG
import Foundation

/// Pictures as JPEG files.
enum JPEG {
    /// The picture of a JPEG file, as Pillow's `Image.open(file).convert("RGB")` reads it: with the library's accurate
    /// integer transform and smooth upsampling. Grey and CMYK become RGB. The orientation is left as it is stored.
    ///
    /// - Parameters:
    ///   - data: The whole file.
    ///   - file: The file's name, for messages.
    /// - Throws: `RenderError` if the data is not a JPEG, is truncated or damaged, or has more than
    ///   ``Picture/largestPixelCount`` pixels.
    static func decode(_ data: Data, file: String) throws(RenderError) -> Picture {
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
            let (width, height) = (Int(reader.pointee.info.image_width), Int(reader.pointee.info.image_height))
            let components = Int(reader.pointee.info.num_components)
            guard [1, 3, 4].contains(components) else {
                return failure("it has \(components) components; expected 1 (grey), 3 (colour) or 4 (CMYK)")
            }
            guard Picture.canHold(width: width, height: height) else {
                return .failure(.tooLarge(file, width: width, height: height))
            }
            var samples = [UInt8](repeating: 0, count: width * height * components)
            guard samples.withUnsafeMutableBufferPointer({ atlas_jpeg_read(reader, $0.baseAddress) }) != 0 else {
                return failure(reason())
            }
            return .success(Picture(width: width, height: height, pixels: rgb(samples, components: components)))
        }
        return try result.get()
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
