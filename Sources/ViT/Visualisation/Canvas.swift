// The picture that a run optimises, as the transforms read it, and its conversion to 8 bits.

/// The size of a picture in pixels.
package struct PictureSize: Equatable, Sendable {
    /// Rows and columns.
    package let height: Int, width: Int

    /// A size in pixels.
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Number of pixels.
    package var count: Int { height * width }
    /// Pixels rounded up to whole SIMD lanes: the distance between the channels of planar scratch memory.
    package var plane: Int { (count + 7) / 8 * 8 }
}

extension ViTConfiguration {
    /// The size of the model's input.
    package var pictureSize: PictureSize { PictureSize(height: imageHeight, width: imageWidth) }
}

/// One pixel of a canvas: red, green, blue in 0…1, and a fourth lane that is zero.
///
/// A canvas is (height, width) pixels. A bilinear tap is then one load, and its adjoint one load and one store.
public typealias Pixel = SIMD4<Float>

/// The mean over blocks of `factor` × `factor` pixels, as 8 bits. Overwrites bytes: (height, width, 3) of `size`.
///
/// canvas: (factor·height, factor·width). Values outside 0…1 are clamped, NaN becomes 0.
func quantise(
    canvas: UnsafePointer<Pixel>, factor: Int, size: PictureSize, bytes: UnsafeMutableBufferPointer<UInt8>
) {
    let scale = 255 / Float(factor * factor)
    for y in 0..<size.height {
        for x in 0..<size.width {
            var sum = Pixel()
            for dy in 0..<factor {
                let row = canvas + (y * factor + dy) * size.width * factor + x * factor
                for dx in 0..<factor { sum += row[dx] }
            }
            for channel in 0..<3 {
                let value = sum[channel] * scale
                // The comparisons are false for NaN.
                let clamped = value > 0 ? (value < 255 ? value : 255) : 0
                bytes[(y * size.width + x) * 3 + channel] = UInt8(clamped + 0.5)
            }
        }
    }
}

/// The 8-bit picture as the model reads it: bytes / 255. Overwrites image: (3, height, width).
func decode(bytes: UnsafeBufferPointer<UInt8>, size: PictureSize, image: UnsafeMutablePointer<Float>) {
    for i in 0..<size.count {
        for channel in 0..<3 { image[channel * size.count + i] = Float(bytes[3 * i + channel]) / 255 }
    }
}
