// From stored sRGB bytes to a perceptual colour space.

import Foundation

/// Oklab (Ottosson 2020, "A perceptual color space for image processing"): L is lightness in 0…1, a runs from green
/// to red, b from blue to yellow; equal distances look about equally different.
enum Oklab {
    /// What each byte of red, green and blue adds to the three cone responses: its linear light (IEC 61966-2-1) times
    /// a column of Ottosson's first matrix.
    private static let responses: [[SIMD4<Float>]] = [
        [0.4122214708, 0.2119034982, 0.0883024619, 0], [0.5363325363, 0.6806995451, 0.2817188376, 0],
        [0.0514459929, 0.1073969566, 0.6299787005, 0],
    ].map { (column: SIMD4<Float>) in
        (0..<256).map { byte in
            let value = Double(byte) / 255
            return column * Float(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
        }
    }

    /// Converts interleaved sRGB bytes to (L, a, b, 0), as many as `pixels` holds. Overwrites `pixels`.
    static func convert(_ rgb: [UInt8], into pixels: inout [SIMD4<Float>]) {
        precondition(rgb.count >= 3 * pixels.count)
        let (red, green, blue) = (responses[0], responses[1], responses[2])
        rgb.withUnsafeBufferPointer { rgb in
            for pixel in pixels.indices {
                let bytes = (rgb[3 &* pixel], rgb[3 &* pixel &+ 1], rgb[3 &* pixel &+ 2])
                pixels[pixel] = cubeRoot(red[Int(bytes.0)] + green[Int(bytes.1)] + blue[Int(bytes.2)])
            }
        }
        // A separate loop, because the compiler would otherwise split the vector roots into the three values that are
        // read.
        for pixel in pixels.indices {
            let cones = pixels[pixel]
            pixels[pixel] =
                SIMD4(0.2104542553, 1.9779984951, 0.0259040371, 0) * cones.x
                + SIMD4(0.7936177850, -2.4285922050, 0.7827717662, 0) * cones.y
                + SIMD4(-0.0040720468, 0.4505937099, -0.8086757660, 0) * cones.z
        }
    }

    /// The cube roots of values in 0…1 with an error below 1e-6: the exponent's third from the bits, then Halley's
    /// method twice, which triples the digits each time. Four at once take a quarter of the time of one `cbrtf`.
    @inline(__always)
    static func cubeRoot(_ value: SIMD4<Float>) -> SIMD4<Float> {
        // Black would otherwise be computed in subnormal numbers, which are slow.
        let x = value + 1e-30
        // A third as 1/4 · (1 + 1/4) · (1 + 1/16) · (1 + 1/256), and the exponent's bias (Warren 2012, Hacker's
        // Delight, section 11–2).
        var bits = unsafeBitCast(x, to: SIMD4<UInt32>.self) &>> 2
        bits = bits &+ bits &>> 2
        bits = bits &+ bits &>> 4
        bits = bits &+ bits &>> 8
        var root = unsafeBitCast(bits &+ 0x2A51_37A0, to: SIMD4<Float>.self)
        for _ in 0..<2 {
            let cube = root * root * root
            root *= (cube + 2 * x) / (2 * cube + x)
        }
        return root
    }
}
