// exp and sums on SIMD lanes, for code that would not gain from wider vectors: the same bytes on every CPU.

/// The unit of vector work: two registers on x86-64's baseline, enough to hide latency without spilling.
typealias Lanes = SIMD8<Float>

extension Lanes {
    /// Loads eight values; no alignment needed.
    @inline(__always)
    init(at pointer: UnsafePointer<Float>) {
        self = UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }

    /// Stores eight values; no alignment needed.
    @inline(__always)
    func store(at pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Lanes.self)
    }
}

/// eˣ with a relative error below 2e-7 for x in −87…88; 0 below it (Cephes `expf`: Cody–Waite reduction, degree 6).
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
    // Comparisons, because the standard library's minimum and maximum are function calls. NaN passes through.
    let clamped = x.replacing(with: -87.3, where: x .< -87.3).replacing(with: 88, where: x .> 88)
    // Adding 1.5·2²³ rounds to the nearest integer and leaves that integer in the low mantissa bits.
    let magic = Lanes(repeating: 12_582_912)
    let shifted = clamped * 1.442_695_04 + magic
    let n = shifted - magic
    let r = clamped - n * 0.693_359_375 - n * -2.121_944_4e-4
    var p = Lanes(repeating: 1.987_569_15e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4B40_0000 &+ 127) &<< 23
    let value = p * unsafeBitCast(exponent, to: Lanes.self)
    return value.replacing(with: 0, where: x .< -87.3)
}

/// Σ a·b over `count` values, in a fixed order.
@inline(__always)
func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var sums = Lanes(repeating: 0)
    var i = 0
    while i &+ 8 <= count {
        sums += Lanes(at: a + i) * Lanes(at: b + i)
        i &+= 8
    }
    var sum = sums.sum()
    while i < count {
        sum += a[i] * b[i]
        i &+= 1
    }
    return sum
}

/// Σ a over `count` values, in a fixed order.
@inline(__always)
func sum(_ a: UnsafePointer<Float>, count: Int) -> Float {
    var sums = Lanes(repeating: 0)
    var i = 0
    while i &+ 8 <= count {
        sums += Lanes(at: a + i)
        i &+= 8
    }
    var sum = sums.sum()
    while i < count {
        sum += a[i]
        i &+= 1
    }
    return sum
}

/// y += scale·x over `count` values.
@inline(__always)
func accumulate(_ x: UnsafePointer<Float>, scale: Float, into y: UnsafeMutablePointer<Float>, count: Int) {
    var i = 0
    while i &+ 8 <= count {
        (Lanes(at: y + i) + Lanes(at: x + i) * scale).store(at: y + i)
        i &+= 8
    }
    while i < count {
        y[i] += x[i] * scale
        i &+= 1
    }
}
