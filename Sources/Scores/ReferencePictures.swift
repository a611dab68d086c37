// The pictures that scores are measured against, so that a unit's score does not depend on which others were chosen.

import Foundation
import Render
import ViT

/// A fixed set of textures: superposed waves of random direction, length and colour, from single gratings to noise.
///
/// They span what optimised pictures vary in (colour, contrast, scale, orientation) and are the same for every layer,
/// condition and project of one picture size. Photographs in their place gave the same AUCs to 0.04.
package enum ReferencePictures {
    /// Number of pictures.
    package static let count = 256
    /// Raised whenever a picture changes.
    static let version = 1
    /// The most waves of a picture.
    private static let mostWaves = 32.0
    /// The shortest wavelength, in pixels.
    private static let shortestWave = 2.5

    /// One of the pictures, `index` from 0.
    package static func picture(_ index: Int, width: Int, height: Int) -> Picture {
        var generator = SplitMix64(seed: UInt64(version), stream: .referencePicture, index: index)
        func uniform(_ low: Double, _ high: Double) -> Double {
            low + (high - low) * Double(generator.next() >> 11) / Double(1 << 53)
        }
        /// A uniform direction and length, about as wide as a normal variable.
        func colour(_ reach: Double) -> SIMD4<Double> {
            SIMD4(uniform(-reach, reach), uniform(-reach, reach), uniform(-reach, reach), 0)
        }
        let waves = Int(exp(uniform(0, log(mostWaves + 1))))
        let axis = uniform(0, .pi)
        let spread = uniform(0, .pi / 2)
        let slope = uniform(0, 1.5)
        // Two colours, with lightness in common to all channels, from which each wave mixes its own.
        let palette = (0..<2).map { _ in colour(1.7) + SIMD4(repeating: uniform(-1.7, 1.7)) }
        var pixels = [SIMD4<Double>](repeating: SIMD4(), count: width * height)
        for _ in 0..<waves {
            let length = shortestWave * pow(max(Double(min(width, height)) / shortestWave, 1), uniform(0, 1))
            let angle = axis + spread * uniform(-1, 1)
            let (stepX, stepY) = (2 * .pi / length * cos(angle), 2 * .pi / length * sin(angle))
            let phase = uniform(0, 2 * .pi)
            let amplitude =
                (palette[0] * uniform(-1.7, 1.7) + palette[1] * uniform(-1.7, 1.7)) * pow(length, slope)
            // cos(x + y) from one cosine and one sine for each row and column.
            let across = (0..<width).map { (cos(Double($0) * stepX), sin(Double($0) * stepX)) }
            for y in 0..<height {
                let (cosine, sine) = (cos(Double(y) * stepY + phase), sin(Double(y) * stepY + phase))
                for x in 0..<width { pixels[y * width + x] += amplitude * (across[x].0 * cosine - across[x].1 * sine) }
            }
        }
        let power = pixels.reduce(0) { $0 + ($1 * $1).sum() } / Double(3 * pixels.count)
        let contrast = exp(uniform(log(0.3), log(3))) / max(power, 1e-12).squareRoot()
        let shade = SIMD4(repeating: uniform(-1.2, 1.2)) + colour(1.2)
        let bytes = pixels.flatMap { pixel -> [UInt8] in
            let value = pixel * contrast + shade
            return (0..<3).map { UInt8((255 / (1 + exp(-value[$0]))).rounded()) }
        }
        return Picture(width: width, height: height, pixels: bytes)
    }
}
