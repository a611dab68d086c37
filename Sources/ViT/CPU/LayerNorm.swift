// LayerNorm over channels (Ba et al. 2016), as in torch.nn.LayerNorm: biased variance, ε inside the root.

/// y = (x − μ)·r·γ + β per row; r = 1/√(σ² + ε).
///
/// x, y: (R, C). γ, β: (C). Saves μ, r: (R). Overwrites y.
func layerNormForward(
    x: UnsafePointer<Float>, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, epsilon: Float,
    y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>, inverseDeviation: UnsafeMutablePointer<Float>,
    rows: Int, channels: Int
) {
    vector.layerNorm(x, gamma, beta, epsilon, y, mean, inverseDeviation, rows, channels)
}

/// The backward pass of y = (x − μ)·r·γ + β: dx += r·(g − mean(g) − x̂·mean(g·x̂)), with g = γ·dy, x̂ = (x − μ)·r.
///
/// dy, x, dx: (R, C). μ, r: (R) as saved. Accumulates into dx, which already holds the residual stream's gradient.
func layerNormBackward(
    dy: UnsafePointer<Float>, x: UnsafePointer<Float>, gamma: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    dx: UnsafeMutablePointer<Float>, rows: Int, channels: Int
) {
    vector.layerNormBackward(dy, x, gamma, mean, inverseDeviation, dx, rows, channels)
}
