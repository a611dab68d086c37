// Directions as rows of weights over what a pass's last stage gives.

/// The directions of a tap, each folded into the layer that it reads when it is first asked for: w·(γ ⊙ (W·x + b)) is one
/// row of weights over x, so that a pass computes only the directions that are optimised, as it does channels.
///
/// Not thread-safe.
final class DirectionRows {
    let matrix: DirectionMatrix
    /// The layer whose outputs the directions read; nil if they read the stage's own values.
    private let layer: LinearParameters?
    /// What the layer's outputs are multiplied by, (C); nil if they are not.
    private let scale: FloatBuffer?
    private var folded: [Int: (weight: FloatBuffer, bias: Float)] = [:]

    init(_ matrix: DirectionMatrix, layer: LinearParameters?, scale: FloatBuffer?) {
        self.matrix = matrix
        self.layer = layer
        self.scale = scale
    }

    /// A direction: its weights over the stage's values, what the layer's bias adds, and its weights over the channels
    /// themselves, (C).
    func row(of direction: Int) -> (weight: UnsafePointer<Float>, bias: Float, direction: UnsafePointer<Float>) {
        let own = UnsafePointer(matrix.rows.weight.pointer + direction * matrix.width)
        guard let layer else { return (own, 0, own) }
        if let known = folded[direction] { return (UnsafePointer(known.weight.pointer), known.bias, own) }
        let inputs = layer.weight.count / layer.bias.count
        let weight = FloatBuffer(count: inputs)
        var bias: Float = 0
        for channel in 0..<matrix.width {
            let factor = own[channel] * (scale?.pointer[channel] ?? 1)
            accumulate(
                layer.weight.pointer + channel * inputs, scale: factor, into: weight.pointer, count: inputs)
            bias += factor * layer.bias.pointer[channel]
        }
        folded[direction] = (weight, bias)
        return (UnsafePointer(weight.pointer), bias, own)
    }
}
