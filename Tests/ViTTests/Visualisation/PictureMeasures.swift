// Measures what a picture shows: its hue, its dominant wave, the position of its blob, the polarity of its edges.

import Foundation

@testable import ViT

/// A square picture's measurable features.
struct PictureMeasures {
    private let side: Int
    /// Channel, row, column in 0…1.
    private let rgb: [[Double]]
    private let grey: [Double]

    init(_ pixels: [UInt8], side: Int) {
        self.side = side
        let rgb = (0..<3).map { channel in
            (0..<side * side).map { i in Double(pixels[3 * i + channel]) / 255 }
        }
        self.rgb = rgb
        grey = (0..<side * side).map { i in (rgb[0][i] + rgb[1][i] + rgb[2][i]) / 3 }
    }

    /// The hue of the mean colour, in degrees.
    var hue: Double {
        let means = rgb.map { $0.reduce(0, +) / Double(side * side) }
        let alpha = means[0] - (means[1] + means[2]) / 2
        let beta = 3.0.squareRoot() / 2 * (means[1] - means[2])
        let angle = atan2(beta, alpha) * 180 / .pi
        return angle < 0 ? angle + 360 : angle
    }

    /// The strongest wave of the grey picture's power spectrum × frequency^(2·whitening): cycles per pixel, and its
    /// direction in degrees, 0 ..< 180, from x towards y.
    func dominantWave(whitening: Double) -> (frequency: Double, direction: Double) {
        let mean = grey.reduce(0, +) / Double(grey.count)
        let angles = (0..<side).map { 2 * Double.pi * Double($0) / Double(side) }
        // Rows first, then columns: (kx, row) → (kx, ky).
        var best = (power: -1.0, kx: 0, ky: 0)
        for kx in 0...side / 2 {
            var real = [Double](repeating: 0, count: side)
            var imaginary = real
            for y in 0..<side {
                for x in 0..<side {
                    let angle = angles[kx * x % side]
                    real[y] += (grey[y * side + x] - mean) * cos(angle)
                    imaginary[y] -= (grey[y * side + x] - mean) * sin(angle)
                }
            }
            for ky in -side / 2..<side / 2 where kx != 0 || ky > 0 {
                var (a, b) = (0.0, 0.0)
                for y in 0..<side {
                    let angle = angles[(ky + side) * y % side]
                    a += real[y] * cos(angle) + imaginary[y] * sin(angle)
                    b += imaginary[y] * cos(angle) - real[y] * sin(angle)
                }
                let frequency = Double(kx * kx + ky * ky).squareRoot() / Double(side)
                let power = (a * a + b * b) * pow(frequency, 2 * whitening)
                if power > best.power { best = (power, kx, ky) }
            }
        }
        let direction = atan2(Double(best.ky), Double(best.kx)) * 180 / .pi
        return (
            Double(best.kx * best.kx + best.ky * best.ky).squareRoot() / Double(side),
            direction < 0 ? direction + 180 : direction
        )
    }

    /// Where the grey picture best matches a bright blob on a dark background, in pixels (row, column).
    var blob: (row: Double, column: Double) {
        var best = (response: -Double.infinity, row: 0.0, column: 0.0)
        for row in 3..<side - 4 {
            for column in 3..<side - 4 {
                var (centre, surround) = (0.0, 0.0)
                for y in -3...4 {
                    for x in -3...4 {
                        let value = grey[(row + y) * side + column + x]
                        let distance = hypot(Double(y) - 0.5, Double(x) - 0.5)
                        if distance < 2 { centre += value / 12 } else { surround += value / 52 }
                    }
                }
                if centre - surround > best.response {
                    best = (centre - surround, Double(row) + 0.5, Double(column) + 0.5)
                }
            }
        }
        return (best.row, best.column)
    }

    /// The mean over patches of the right half minus the left half, for pixels in 0…1.
    func edge(patch: Int) -> Double {
        var difference = 0.0
        for y in 0..<side {
            for x in 0..<side { difference += (x % patch < patch / 2 ? -1 : 1) * grey[y * side + x] }
        }
        return difference / Double(side * side / 2)
    }
}
