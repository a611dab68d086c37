// Randomness: one generator per run, seeded from the run's address, neuron and seed, never from the time.

/// xoshiro256** (Blackman & Vigna 2021), and random variates whose algorithms are defined here.
///
/// The standard library's `Float.random(in:)` is not used, because its algorithm may change between releases, which
/// would change every picture.
struct RunGenerator: RandomNumberGenerator {
    private var s0: UInt64, s1: UInt64, s2: UInt64, s3: UInt64

    /// A generator with this state, which must not be all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        (s0, s1, s2, s3) = state
    }

    /// A generator with a state that SplitMix64 makes from `seed`.
    init(seed: UInt64) {
        var spread = SplitMix64(state: seed)
        self.init(state: (spread.next(), spread.next(), spread.next(), spread.next()))
    }

    /// The generator of one run: seeded with FNV-1a of `address/neuron/seed`.
    init(address: Address, neuron: Int, seed: Int) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(address)/\(neuron)/\(seed)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        self.init(seed: hash)
    }

    mutating func next() -> UInt64 {
        let scaled = s1 &* 5
        let result = ((scaled &<< 7) | (scaled &>> 57)) &* 9
        let t = s1 &<< 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = (s3 &<< 45) | (s3 &>> 19)
        return result
    }

    /// Uniform in the open interval (0, 1): the midpoints of 2⁵² equal steps.
    mutating func unit() -> Double {
        (Double(next() &>> 12) + 0.5) * 0x1p-52
    }

    /// Uniform between `-limit` and `limit`.
    mutating func symmetric(_ limit: Double) -> Double {
        (unit() * 2 - 1) * limit
    }

    /// A uniform integer from `-limit` to `limit`.
    mutating func symmetric(_ limit: Int) -> Int {
        Int(unit() * Double(2 * limit + 1)) - limit
    }

    /// A standard normal variate: Φ⁻¹ of a uniform variate.
    mutating func normal() -> Double {
        normalQuantile(unit())
    }
}

/// Φ⁻¹(p) for p in (0, 1), with a relative error below 1.2e-9 (Acklam's rational approximations).
///
/// It uses only arithmetic and square roots, so the value is the same on every system.
func normalQuantile(_ p: Double) -> Double {
    let edge = 0.02425
    if p < edge || p > 1 - edge {
        let q = (-2 * naturalLogarithm(min(p, 1 - p))).squareRoot()
        var numerator = -7.784894002430293e-03
        numerator = numerator * q - 3.223964580411365e-01
        numerator = numerator * q - 2.400758277161838
        numerator = numerator * q - 2.549732539343734
        numerator = numerator * q + 4.374664141464968
        numerator = numerator * q + 2.938163982698783
        var denominator = 7.784695709041462e-03
        denominator = denominator * q + 3.224671290700398e-01
        denominator = denominator * q + 2.445134137142996
        denominator = denominator * q + 3.754408661907416
        denominator = denominator * q + 1
        let tail = numerator / denominator
        return p < edge ? tail : -tail
    }
    let q = p - 0.5
    let r = q * q
    var numerator = -3.969683028665376e+01
    numerator = numerator * r + 2.209460984245205e+02
    numerator = numerator * r - 2.759285104469687e+02
    numerator = numerator * r + 1.383577518672690e+02
    numerator = numerator * r - 3.066479806614716e+01
    numerator = numerator * r + 2.506628277459239
    var denominator = -5.447609879822406e+01
    denominator = denominator * r + 1.615858368580409e+02
    denominator = denominator * r - 1.556989798598866e+02
    denominator = denominator * r + 6.680131188771972e+01
    denominator = denominator * r - 1.328068155288572e+01
    denominator = denominator * r + 1
    return numerator * q / denominator
}

/// ln x for a positive normal x, to 1e-14: from the exponent, and the series of artanh for the mantissa in √½…√2.
private func naturalLogarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.414_213_562_373_095_1 {
        mantissa *= 0.5
        exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var series = 1.0 / 17
    for divisor in stride(from: 15.0, through: 1, by: -2) { series = series * square + 1 / divisor }
    return exponent * 0.693_147_180_559_945_3 + 2 * s * series
}
