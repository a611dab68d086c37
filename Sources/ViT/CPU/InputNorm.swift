// The LayerNorm between the embedding and the first block (CLIP's `ln_pre`; Radford et al. 2021, section 2.4).

/// The LayerNorm before the first block for one worker, forward and backward.
final class InputNorm {
    private let parameters: LayerNormParameters
    private let epsilon: Float
    private let channels: Int
    private let mean: FloatBuffer, inverseDeviation: FloatBuffer
    /// The gradient of the input while it is computed: (R, C).
    private let scratch: FloatBuffer

    /// The embedding of the images' tokens: (R, C).
    let input: FloatBuffer

    init(_ parameters: LayerNormParameters, epsilon: Float, rows: Int, channels: Int) {
        self.parameters = parameters
        self.epsilon = epsilon
        self.channels = channels
        mean = FloatBuffer(count: rows)
        inverseDeviation = FloatBuffer(count: rows)
        scratch = FloatBuffer(count: rows * channels)
        input = FloatBuffer(count: rows * channels)
    }

    /// Writes the first block's input: (R, C).
    func forward(rows: Int, output: FloatBuffer) {
        layerNormForward(
            x: input.pointer, gamma: parameters.weight.pointer, beta: parameters.bias.pointer, epsilon: epsilon,
            y: output.pointer, mean: mean.pointer, inverseDeviation: inverseDeviation.pointer, rows: rows,
            channels: channels)
    }

    /// The gradient of the first block's input becomes that of the embedding: (R, C), in place.
    func backward(rows: Int, gradient: FloatBuffer) {
        scratch.pointer.update(repeating: 0, count: rows * channels)
        layerNormBackward(
            dy: gradient.pointer, x: input.pointer, gamma: parameters.weight.pointer, mean: mean.pointer,
            inverseDeviation: inverseDeviation.pointer, dx: scratch.pointer, rows: rows, channels: channels)
        gradient.pointer.update(from: scratch.pointer, count: rows * channels)
    }
}
