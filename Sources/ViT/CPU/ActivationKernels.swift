// The MLP's nonlinearity, fused with the bias before it, and the gated product of SwiGLU.

/// y = f(z) with z = x + b. x becomes f's slope at z, which is all that the backward pass needs.
///
/// x, y: (R, M). b: (M). Overwrites y and x; they must not overlap.
func biasActivationForward(
    _ activation: Activation, x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>, rows: Int, channels: Int
) {
    if let gate = activation.sigmoidGate {
        vector.biasSigmoidGate(x, bias, y, rows, channels, gate.linear, gate.cubic)
    } else {
        vector.biasGELU(x, bias, y, rows, channels)
    }
}

/// The backward pass of y = f(z): dy becomes dx = dy·slope, with the slope that the forward pass saved.
///
/// dy, slope: (R, M). Overwrites dy.
func activationBackward(dy: UnsafeMutablePointer<Float>, slope: UnsafePointer<Float>, count: Int) {
    vector.multiply(dy, slope, count)
}

/// y = f(g)·u, where each row of x + b holds the gates g and then the factors u (Shazeer 2020, equation 6). x becomes
/// the product's derivatives by both, f′(g)·u and f(g).
///
/// x: (R, 2·M). b: (2·M). y: (R, M). Overwrites y and x.
///
/// - Precondition: f is of the form z·σ(p); see `Activation.sigmoidGate`.
func biasGatedProductForward(
    _ activation: Activation, x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>, rows: Int, channels: Int
) {
    guard let gate = activation.sigmoidGate else { preconditionFailure("\(activation) does not gate") }
    vector.biasGatedProduct(x, bias, y, rows, channels, gate.linear, gate.cubic)
}

/// The backward pass of y = f(g)·u: the derivatives that the forward pass saved become the gradients of g and u.
///
/// dy: (R, M). derivatives: (R, 2·M); overwritten.
func gatedProductBackward(
    dy: UnsafePointer<Float>, derivatives: UnsafeMutablePointer<Float>, rows: Int, channels: Int
) {
    vector.gatedProductBackward(dy, derivatives, rows, channels)
}

extension Activation {
    /// The value and the slope at z.
    func callAsFunction(_ z: Float) -> (value: Float, slope: Float) {
        var (value, slope, bias) = (Float(0), z, Float(0))
        biasActivationForward(self, x: &slope, bias: &bias, y: &value, rows: 1, channels: 1)
        return (value, slope)
    }
}
