// What a picture looks like, as numbers that depend neither on a model nor on where in the picture a pattern is.

import Foundation
import ViT

/// Describes pictures of one size by their colours and by their oriented, multi-scale spectral energy.
///
/// Two parts, which `SimilarityRows` gives equal weight:
/// - *colour* (24 values, Oklab): mean, standard deviation and the cube root of the third central moment of L, a and b
///   (Stricker and Orengo 1995, "Similarity of color images"); the signed roots of their covariances La, Lb, ab; and a
///   histogram of hue in 12 soft bins, weighted by chroma, so that grey pixels have no weight.
/// - *spectrum* (80 values): the energies of the 40 filters of `LogGaborBank`, for lightness and for chroma (the sum
///   over a and b, which no rotation of hue changes); each 40 as the square roots of their fractions of the total,
///   minus the root of a uniform fraction. Distances between such roots are Hellinger distances between the
///   distributions of energy over scale and orientation: unlike logarithms, they give little weight to bands with
///   almost no energy (retrieval among 150 random textures: 51 % against 28 %). The colours' standard deviations
///   describe the contrast.
///
/// The positions of pixels matter only to the power spectrum, which has no phase: rolling a picture does not change its
/// descriptor. Arrangement (shapes made of several scales in phase) is not described; the measure of meaning covers it.
/// A picture of one colour has zeros for everything but its mean and its hue; no value is ever NaN.
///
/// Not for use by several threads at once: its buffers are reused, because allocating some megabytes per picture took a
/// third of the time.
final class LookDescriptor {
    /// Raised whenever the definition changes, so that cached descriptors of an older one are not used.
    static let version = 1
    /// Number of bins of the hue histogram.
    static let hueBins = 12
    /// The ranges of the colours and of the spectrum in a descriptor.
    static let parts = [0..<12 + hueBins, 12 + hueBins..<12 + hueBins + 2 * LogGaborBank.count]
    /// Number of values of a descriptor.
    static let count = 12 + hueBins + 2 * LogGaborBank.count
    /// The energy, in squared Oklab units, that is added to each filter's energy: about the variance of rounding to 8
    /// bits.
    static let energyFloor: Float = 1e-6

    private let spectrum: PowerSpectrum
    private let bank: LogGaborBank
    /// (height, width): the picture in Oklab.
    private var pixels: [SIMD4<Float>]
    /// Chroma and position among the hue bins, of four pixels each.
    private var hues: [(chroma: SIMD4<Float>, place: SIMD4<Float>)]

    /// A descriptor of pictures of `width` × `height` pixels, both at least 1.
    init(width: Int, height: Int) {
        spectrum = PowerSpectrum(width: width, height: height)
        bank = LogGaborBank(for: spectrum)
        pixels = [SIMD4<Float>](repeating: SIMD4(), count: width * height)
        hues = [(chroma: SIMD4<Float>, place: SIMD4<Float>)](
            repeating: (SIMD4(), SIMD4()), count: (width * height + 3) / 4)
    }

    /// The descriptor of a picture: `rgb` is sRGB, interleaved, row by row, 3·width·height bytes.
    func describe(_ rgb: [UInt8]) -> [Float] {
        precondition(rgb.count == 3 * spectrum.width * spectrum.height)
        Oklab.convert(rgb, into: &pixels)
        let mean = sum { $0 } / Double(pixels.count)
        let energies = bank.energies(in: spectrum.power(of: pixels, mean: SIMD4<Float>(mean)))
        return moments(mean: mean) + hueHistogram() + Self.shape(of: energies.lightness)
            + Self.shape(of: energies.chroma)
    }

    /// The sum of `value` over all pixels: within a row in single precision, over the rows in double precision.
    @inline(__always)
    private func sum(_ value: (SIMD4<Float>) -> SIMD4<Float>) -> SIMD4<Double> {
        pixels.withUnsafeBufferPointer { pixels in
            var sum = SIMD4<Double>()
            for row in 0..<spectrum.height {
                var part = SIMD4<Float>()
                for pixel in row &* spectrum.width..<(row &+ 1) &* spectrum.width { part += value(pixels[pixel]) }
                sum += SIMD4<Double>(part)
            }
            return sum
        }
    }

    /// Means, standard deviations, cube roots of the third moments, signed roots of the covariances: 12 values.
    private func moments(mean: SIMD4<Double>) -> [Float] {
        let count = Double(pixels.count)
        let centre = SIMD4<Float>(mean)
        let second = sum { ($0 - centre) * ($0 - centre) } / count
        let third = sum { ($0 - centre) * ($0 - centre) * ($0 - centre) } / count
        // L·a, a·b and b·L.
        let mixed = sum { pixel in
            let centred = pixel - centre
            return centred * SIMD4(centred.y, centred.z, centred.x, 0)
        }
        let covariances = [mixed.x, mixed.z, mixed.y].map { ($0 < 0 ? -1 : 1) * (abs($0) / count).squareRoot() }
        let means = (0..<3).map { mean[$0] }
        let deviations = (0..<3).map { second[$0].squareRoot() }
        let skews = (0..<3).map { cbrt(third[$0]) }
        return (means + deviations + skews + covariances).map { Float($0) }
    }

    /// Mean chroma per pixel in each hue bin; a pixel's chroma is split between its two nearest bins.
    private func hueHistogram() -> [Float] {
        pixels.withUnsafeBufferPointer { pixels in
            for group in hues.indices {
                // Beyond the end, chroma is 0 and adds nothing.
                func pixel(_ lane: Int) -> SIMD4<Float> {
                    4 &* group &+ lane < pixels.count ? pixels[4 &* group &+ lane] : SIMD4()
                }
                let (first, second, third, fourth) = (pixel(0), pixel(1), pixel(2), pixel(3))
                let a = SIMD4(first.y, second.y, third.y, fourth.y)
                let b = SIMD4(first.z, second.z, third.z, fourth.z)
                hues[group] = ((a * a + b * b).squareRoot(), Self.turn(a, b) * Float(Self.hueBins))
            }
        }
        // Each lane has its own bins, so that no addition waits for the previous one.
        var bins = [SIMD4<Double>](repeating: SIMD4(), count: Self.hueBins + 1)
        for hue in hues {
            for lane in 0..<4 {
                let lower = min(Int(hue.place[lane]), Self.hueBins - 1)
                let share = Double(hue.place[lane]) - Double(lower)
                bins[lower][lane] += Double(hue.chroma[lane]) * (1 - share)
                bins[lower + 1][lane] += Double(hue.chroma[lane]) * share
            }
        }
        bins[0] += bins[Self.hueBins]
        return bins.prefix(Self.hueBins).map { Float($0.sum() / Double(pixels.count)) }
    }

    /// The angle of (a, b) from a's axis in turns, 0…1, with an error below 1e-7; 0 for no chroma.
    ///
    /// The arc tangent is Hastings's polynomial (Abramowitz and Stegun 1964, 4.4.49).
    @inline(__always)
    static func turn(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
        let across = a.replacing(with: -a, where: a .< 0)
        let up = b.replacing(with: -b, where: b .< 0)
        let isSteep = up .> across
        let longer = across.replacing(with: up, where: isSteep)
        let x = up.replacing(with: across, where: isSteep) / longer.replacing(with: 1, where: longer .== 0)
        let square = x * x
        var series = SIMD4<Float>(repeating: 0.002_866_225_7)
        for coefficient: Float in [
            -0.016_165_736_7, 0.042_909_613_8, -0.075_289_640_0, 0.106_562_639_3, -0.142_088_994_4, 0.199_935_508_5,
            -0.333_331_452_8, 1,
        ] { series = series * square + coefficient }
        var turn = series * x * Float(0.5 / Double.pi)
        turn.replace(with: 0.25 - turn, where: isSteep)
        turn.replace(with: 0.5 - turn, where: a .< 0)
        turn.replace(with: 1 - turn, where: b .< 0)
        return turn
    }

    /// The square roots of the energies' fractions of the total, minus the root of a uniform one; zeros for no energy.
    private static func shape(of energies: [Float]) -> [Float] {
        // The floor makes every energy positive, and the fractions of almost no energy uniform.
        let floored = energies.map { max($0, 0) + energyFloor }
        let whole = floored.reduce(0, +)
        let even = (1 / Float(energies.count)).squareRoot()
        return floored.map { ($0 / whole).squareRoot() - even }
    }
}
