// Numerical gradients, and outputs that kernels fill.

@testable import ViT

/// The gradient of `f` at x by central differences.
func numericalGradient(_ x: [Float], step: Float = 1e-2, _ f: ([Float]) -> Double) -> [Float] {
    x.indices.map { i in
        var above = x
        var below = x
        above[i] += step
        below[i] -= step
        return Float((f(above) - f(below)) / Double(above[i] - below[i]))
    }
}

/// Σ weights·values: turns a kernel's output into the scalar whose gradient is checked.
func weighted(_ values: [Float], _ weights: [Float]) -> Double {
    zip(values, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// An output of `count` values that `body` fills.
func filled(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    let buffer = FloatBuffer(count: count)
    body(buffer.pointer)
    return buffer.array
}
