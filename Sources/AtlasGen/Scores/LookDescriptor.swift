// What a picture looks like, as numbers that know nothing of any model and not where in the picture a pattern sits.

import Foundation

/// Describes pictures of one size by their colours and by their oriented, multi-scale spectral energy.
///
/// Two parts, which `SimilarityRows` gives equal weight:
/// - *colour* (24 values, Oklab): mean, standard deviation and the cube root of the third central moment of L, a and b
///   (Stricker and Orengo 1995, "Similarity of color images"); the signed roots of their covariances La, Lb, ab; and a
///   histogram of hue in 12 soft bins, weighted by chroma, so that grey pixels have no say.
/// - *spectrum* (80 values): the energies of the 40 filters of `LogGaborBank`, for lightness and for chroma (the sum
///   over a and b, which no rotation of hue changes); each 40 as the square roots of their parts of the whole, less the
///   root of an even part. Distances between such roots are Hellinger's between the distributions of energy over scale
///   and orientation: unlike logarithms, they leave little say to bands with next to no energy (telling random textures
///   apart among 150, they found 51 % against 28 %). How much contrast there is, the colours' deviations tell.
///
/// Nothing here depends on where a pixel stands except through the power spectrum, which has no phase: rolling a
/// picture leaves its descriptor where it is. Arrangement, that is shapes made of several scales in phase, is not
/// described; that is what the measure of meaning is for. A picture of one colour has zeros for everything but its
/// mean and its hue; nothing is ever NaN.
struct LookDescriptor: Sendable {
    /// Changes with the definition, so that descriptors kept in a cache are known to be of this one.
    static let version = 1
    /// Number of bins of the hue histogram.
    static let hueBins = 12
    /// Where the colours and the spectrum stand in a descriptor.
    static let parts = [0..<12 + hueBins, 12 + hueBins..<12 + hueBins + 2 * LogGaborBank.count]
    /// Number of values of a descriptor.
    static let count = 12 + hueBins + 2 * LogGaborBank.count
    /// The energy, in squared Oklab units, that is added to each filter's: about the variance that rounding to 8 bits
    /// brings in.
    static let energyFloor: Float = 1e-6

    private let spectrum: PowerSpectrum
    private let bank: LogGaborBank

    /// A descriptor of pictures of `width` × `height` pixels, both at least 1.
    init(width: Int, height: Int) {
        spectrum = PowerSpectrum(width: width, height: height)
        bank = LogGaborBank(for: spectrum)
    }

    /// The descriptor of a picture: `rgb` is sRGB, interleaved, row by row, 3·width·height bytes.
    func describe(_ rgb: [UInt8]) -> [Float] {
        precondition(rgb.count == 3 * spectrum.width * spectrum.height)
        let (lightness, a, b) = Oklab.planes(of: rgb)
        let lightnessPower = spectrum.power(of: lightness)
        let chromaPower = zip(spectrum.power(of: a), spectrum.power(of: b)).map { $0 + $1 }
        return Self.moments(lightness, a, b) + Self.hues(a, b)
            + Self.shape(of: bank.energies(in: lightnessPower)) + Self.shape(of: bank.energies(in: chromaPower))
    }

    /// Means, standard deviations, cube roots of the third moments, signed roots of the covariances: 12 values.
    private static func moments(_ lightness: [Float], _ a: [Float], _ b: [Float]) -> [Float] {
        let count = Double(lightness.count)
        let planes = [lightness, a, b]
        let means = planes.map { plane in plane.reduce(0.0) { $0 + Double($1) } / count }
        var second = [0.0, 0.0, 0.0]
        var third = [0.0, 0.0, 0.0]
        var mixed = [0.0, 0.0, 0.0]
        for pixel in lightness.indices {
            let l = Double(lightness[pixel]) - means[0]
            let x = Double(a[pixel]) - means[1]
            let y = Double(b[pixel]) - means[2]
            second[0] += l * l
            second[1] += x * x
            second[2] += y * y
            third[0] += l * l * l
            third[1] += x * x * x
            third[2] += y * y * y
            mixed[0] += l * x
            mixed[1] += l * y
            mixed[2] += x * y
        }
        let deviations = second.map { ($0 / count).squareRoot() }
        let skews = third.map { cbrt($0 / count) }
        let covariances = mixed.map { ($0 < 0 ? -1 : 1) * (abs($0) / count).squareRoot() }
        return (means + deviations + skews + covariances).map { Float($0) }
    }

    /// Mean chroma a pixel brings to each bin of hue, shared between the two nearest bins.
    private static func hues(_ a: [Float], _ b: [Float]) -> [Float] {
        var bins = [Double](repeating: 0, count: hueBins)
        for pixel in a.indices {
            let chroma = Double((a[pixel] * a[pixel] + b[pixel] * b[pixel]).squareRoot())
            let turn = Double(atan2f(b[pixel], a[pixel])) / (2 * Double.pi)
            let place = (turn - turn.rounded(.down)) * Double(hueBins)
            let lower = min(Int(place), hueBins - 1)
            let share = place - Double(lower)
            bins[lower] += chroma * (1 - share)
            bins[(lower + 1) % hueBins] += chroma * share
        }
        return bins.map { Float($0 / Double(a.count)) }
    }

    /// The square roots of the energies' parts of the whole, less that of an even part; zeros for no energy.
    private static func shape(of energies: [Float]) -> [Float] {
        // The floor makes every energy positive and the parts of next to nothing even.
        let floored = energies.map { max($0, 0) + energyFloor }
        let whole = floored.reduce(0, +)
        let even = (1 / Float(energies.count)).squareRoot()
        return floored.map { ($0 / whole).squareRoot() - even }
    }
}
