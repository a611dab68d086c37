// Oriented, multi-scale filters as weights on a power spectrum.

import Foundation
import ViT

/// A bank of log-Gabor filters (Field 1987, J. Opt. Soc. Am. A 4), each as its squared gain at every frequency.
///
/// By Parseval's theorem the weighted sum of a power spectrum is the mean square of the filtered picture: how much of
/// the scale and orientation there is, wherever it is, whatever its phase.
struct LogGaborBank: Sendable {
    /// Octaves, from a wavelength of 3 pixels up: 3, 6, 12, 24, 48.
    static let scales = 5
    /// Orientations of the wave vector, evenly over half a turn from horizontal: 0°, 22.5°, …
    static let orientations = 8
    /// Number of filters; filter `scale · orientations + orientation`.
    static let count = scales * orientations
    /// Wavelength of the finest scale, in pixels (Kovesi 1999, Videre 1(3), uses the same).
    private static let shortestWavelength = 3.0
    /// The radial Gaussian's width as a ratio of frequencies, about 1.5 octaves (Kovesi's σ/f₀ = 0.65).
    private static let bandwidth = 0.65
    /// The angular Gaussian's standard deviation, as a part of the angle between neighbouring orientations.
    private static let angularWidth = 1 / 1.5

    private let frequencies: Int
    /// (count, height·columns): squared gains.
    private let gains: [Float]

    /// The bank for spectra as `spectrum` gives them.
    init(for spectrum: PowerSpectrum) {
        frequencies = spectrum.height * spectrum.columns
        var gains = [Float](repeating: 0, count: Self.count * frequencies)
        for q in 0..<spectrum.height {
            // Half a turn a pixel runs both ways, so there the gain is the mean of both.
            let signed = 2 * q > spectrum.height ? q - spectrum.height : q
            let signs: [Double] = 2 * q == spectrum.height ? [1, -1] : [1]
            for r in 0..<spectrum.columns where q > 0 || r > 0 {
                let index = q * spectrum.columns + r
                for sign in signs {
                    let x = Double(r) / Double(spectrum.width)
                    let y = sign * Double(signed) / Double(spectrum.height)
                    for filter in 0..<Self.count {
                        gains[filter * frequencies + index] +=
                            Float(Self.squaredGain(of: filter, x: x, y: y) / Double(signs.count))
                    }
                }
            }
        }
        self.gains = gains
    }

    /// A filter's squared gain at a frequency in cycles a pixel, not 0.
    private static func squaredGain(of filter: Int, x: Double, y: Double) -> Double {
        let centre = 1 / (shortestWavelength * Double(1 << (filter / orientations)))
        let radial = log((x * x + y * y).squareRoot() / centre) / log(bandwidth)
        // The angle between the wave vector and the filter's axis, a direction without an arrow.
        let spacing = Double.pi / Double(orientations)
        let angle = atan2(y, x) - Double(filter % orientations) * spacing
        let angular = abs(atan2(sin(2 * angle), cos(2 * angle))) / 2 / (spacing * angularWidth)
        // The gain is exp(−(radial² + angular²) / 2); its square has no half.
        return exp(-radial * radial - angular * angular)
    }

    /// Each filter's energy in a power spectrum: (count).
    func energies(in power: [Float]) -> [Float] {
        precondition(power.count == frequencies)
        var energies = [Float](repeating: 0, count: Self.count)
        BLAS.multiply(
            rows: Self.count, columns: 1, inner: frequencies, gains, aStride: frequencies, power, bStride: 1,
            into: &energies, cStride: 1)
        return energies
    }
}
