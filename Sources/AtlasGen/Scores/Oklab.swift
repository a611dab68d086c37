// From stored sRGB bytes to a perceptual colour space.

import Foundation

/// Oklab (Ottosson 2020, "A perceptual color space for image processing"): L is lightness in 0…1, a runs from green
/// to red, b from blue to yellow; equal distances look about equally different.
enum Oklab {
    /// Linear light of each sRGB byte (IEC 61966-2-1).
    private static let linear: [Float] = (0..<256).map { byte in
        let value = Double(byte) / 255
        return Float(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
    }

    /// The planes L, a and b, each (height, width), of interleaved sRGB bytes; a trailing part of a pixel is ignored.
    static func planes(of rgb: [UInt8]) -> (lightness: [Float], a: [Float], b: [Float]) {
        let count = rgb.count / 3
        var lightness = [Float](repeating: 0, count: count)
        var a = lightness
        var b = lightness
        for pixel in 0..<count {
            let red = linear[Int(rgb[3 * pixel])]
            let green = linear[Int(rgb[3 * pixel + 1])]
            let blue = linear[Int(rgb[3 * pixel + 2])]
            let l = cbrtf(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
            let m = cbrtf(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
            let s = cbrtf(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
            lightness[pixel] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
            a[pixel] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
            b[pixel] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        }
        return (lightness, a, b)
    }
}
