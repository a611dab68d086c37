// The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016), fused with the bias before it; not the tanh approximation.

/// y = z·Φ(z) with z = x + b. x becomes GELU's slope Φ(z) + z·φ(z), which is all that the backward pass needs.
///
/// x, y: (R, M). b: (M). Overwrites y and x; they must not overlap.
func biasGELUForward(
    x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, rows: Int, channels: Int
) {
    vector.biasGELU(x, bias, y, rows, channels)
}

/// The backward pass of y = z·Φ(z): dy becomes dx = dy·slope, with the slope that the forward pass saved.
///
/// dy, slope: (R, M). Overwrites dy.
func geluBackward(dy: UnsafeMutablePointer<Float>, slope: UnsafePointer<Float>, count: Int) {
    vector.multiply(dy, slope, count)
}

/// GELU of one value and its slope there.
func gelu(_ z: Float) -> (value: Float, slope: Float) {
    var (value, slope, bias) = (Float(0), z, Float(0))
    vector.biasGELU(&slope, &bias, &value, 1, 1)
    return (value, slope)
}
