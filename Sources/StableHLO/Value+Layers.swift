// Functions of several operations, whose gradients are shorter than what differentiation would write.

extension Value {
    /// e^x/Σe^x over the last dimension.
    public func softmax() -> Value {
        let last = shape.count - 1
        let kept = shape.dropLast() + [1]
        return module.withGradient(of: [self]) {
            let greatest = maximum(over: [last]).reshaped(Array(kept))
            let powers = (self - greatest).exponential()
            return powers / powers.sum(over: [last]).reshaped(Array(kept))
        } pullback: { y, dy in
            let mean = (y * dy).sum(over: [last]).reshaped(Array(kept))
            return [y * (dy - mean)]
        }
    }

    /// (x − μ)/√(σ² + ε)·γ + β over the last dimension, with the biased variance. γ, β: (C), constants for gradients.
    public func layerNorm(scale: Value, shift: Value, epsilon: Float) -> Value {
        let last = shape.count - 1
        let kept = Array(shape.dropLast() + [1])
        var normalised: Value?
        var inverseDeviation: Value?
        return module.withGradient(of: [self]) {
            let centred = self - mean(over: [last]).reshaped(kept)
            let r = ((centred * centred).mean(over: [last]).reshaped(kept) + epsilon).inverseSquareRoot()
            let x = centred * r
            (normalised, inverseDeviation) = (x, r)
            return x * scale + shift
        } pullback: { _, dy in
            guard let x = normalised, let r = inverseDeviation else { preconditionFailure("not written") }
            let g = dy * scale
            let mean = g.mean(over: [last]).reshaped(kept)
            let product = (g * x).mean(over: [last]).reshaped(kept)
            return [r * (g - mean - x * product)]
        }
    }
}
