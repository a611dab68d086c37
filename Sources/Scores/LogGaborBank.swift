// Oriented, multi-scale filters as weights on a power spectrum.

import Foundation
import ViT

/// A bank of log-Gabor filters (Field 1987, J. Opt. Soc. Am. A 4), each as its squared gain at every frequency.
///
/// By Parseval's theorem the weighted sum of a power spectrum is the mean square of the filtered picture: how much of
/// the scale and orientation there is, regardless of position and phase.
struct LogGaborBank: Sendable {
    /// Number of octaves, at wavelengths of 3, 6, 12, 24 and 48 pixels.
    static let scales = 5
    /// Orientations of the wave vector, evenly spaced over half a turn from horizontal: 0°, 22.5°, …
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
    /// (count, rows·columns): squared gains.
    private let gains: [Float]

    /// The bank for the spectra that `spectrum` computes.
    init(for spectrum: PowerSpectrum) {
        frequencies = spectrum.count
        gains = (0..<Self.count * spectrum.count).map { index in
            let (filter, frequency) = index.quotientAndRemainder(dividingBy: spectrum.count)
            let (q, r) = frequency.quotientAndRemainder(dividingBy: spectrum.columns)
            guard frequency > 0 else { return 0 }
            return Float(
                Self.squaredGain(
                    of: filter, x: Double(r) / Double(spectrum.width), y: Double(q) / Double(spectrum.height)))
        }
    }

    /// A filter's squared gain at a frequency in cycles a pixel, not 0.
    private static func squaredGain(of filter: Int, x: Double, y: Double) -> Double {
        let centre = 1 / (shortestWavelength * Double(1 << (filter / orientations)))
        let radial = log((x * x + y * y).squareRoot() / centre) / log(bandwidth)
        // The angle between the wave vector and the filter's axis, which has no sign.
        let spacing = Double.pi / Double(orientations)
        let angle = atan2(y, x) - Double(filter % orientations) * spacing
        let angular = abs(atan2(sin(2 * angle), cos(2 * angle))) / 2 / (spacing * angularWidth)
        // The gain is exp(−(radial² + angular²) / 2); its square has no half.
        return exp(-radial * radial - angular * angular)
    }

    /// Each filter's energy in the lightness and in the chroma of a picture: (count) each.
    ///
    /// - Parameter power: (PowerSpectrum.Part.allCases.count, rows, columns).
    func energies(in power: FloatBuffer) -> (lightness: [Float], chroma: [Float]) {
        let parts = PowerSpectrum.Part.allCases.count
        precondition(power.count == parts * frequencies)
        var products = [Float](repeating: 0, count: Self.count * parts)
        BLAS.multiply(
            rows: Self.count, columns: parts, inner: frequencies, gains, aStride: frequencies, power.pointer,
            bStride: frequencies, bTransposed: true, into: &products, cStride: parts)
        // A filter at (−q, r) equals the filter of the mirrored orientation at (q, r).
        func energies(_ part: PowerSpectrum.Part, _ mirrored: PowerSpectrum.Part) -> [Float] {
            (0..<Self.count).map { filter in
                let orientation = filter % Self.orientations
                let other = filter - orientation + (Self.orientations - orientation) % Self.orientations
                return products[filter * parts + part.rawValue] + products[other * parts + mirrored.rawValue]
            }
        }
        return (energies(.lightness, .mirroredLightness), energies(.chroma, .mirroredChroma))
    }
}
