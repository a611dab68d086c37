// Seeded numbers for tests, and the error measure that all comparisons use.

/// SplitMix64 (Steele et al. 2014); test data only.
package struct SampleGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Values between −scale and scale.
    package mutating func values(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in Float.random(in: -scale...scale, using: &self) }
    }
}

/// max |a − b| / max |b|.
package func relativeError(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count, !b.isEmpty else { return .infinity }
    let largest = b.map(abs).max() ?? 0
    let worst = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    return a.allSatisfy(\.isFinite) && largest > 0 ? worst / largest : .infinity
}
