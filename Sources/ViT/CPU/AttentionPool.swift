// Attention pooling (SigLIP; Zhai et al. 2022, "Scaling Vision Transformers", section 3.3): a learned query attends to
// all tokens, and an MLP follows.

/// Attention pooling for one worker, forward and backward: y = a + mlp(LN(a)), a = attention(probe, tokens)·Wᵀ + b.
final class AttentionPool {
    private let parameters: AttentionPoolParameters
    private let epsilon: Float
    private let activation: Activation
    private let width: Int
    private let mlpWidth: Int
    private let layout: RowLayout
    private let shape: AttentionShape
    /// The projected probe, which is the same for every image: (C).
    private let query: FloatBuffer
    /// Keys and values: (R, 2·C).
    private let keysAndValues: FloatBuffer
    /// The gradient of keys and values: (R, 2·C). Padding rows are never written and stay 0.
    private let dKeysAndValues: FloatBuffer
    /// The attention pattern of each image: (H, 1, stride).
    private let pattern: FloatBuffer
    private let patternScratch: FloatBuffer
    /// The query's gradient, which no one reads: (C).
    private let dQuery: FloatBuffer
    /// One image's heads' outputs, and their gradient: (C).
    private let heads: FloatBuffer
    /// a: (B, C).
    private let attended: FloatBuffer
    /// One image's LN(a), and its gradient: (C).
    private let normalised: FloatBuffer
    private let mean: FloatBuffer, inverseDeviation: FloatBuffer
    /// One image's hidden layer, and its gradient: (M).
    private let hidden: FloatBuffer
    /// The nonlinearity's slope: (B, M).
    private let slope: FloatBuffer

    init(_ parameters: AttentionPoolParameters, in configuration: ViTConfiguration, capacity: Int, layout: RowLayout) {
        self.parameters = parameters
        self.layout = layout
        epsilon = configuration.layerNormEpsilon
        activation = configuration.activation
        width = configuration.width
        mlpWidth = parameters.mlp0.bias.count
        shape = AttentionShape(queries: 1, in: configuration)
        let rows = layout.rows(capacity)
        query = FloatBuffer(count: width)
        keysAndValues = FloatBuffer(count: rows * 2 * width)
        dKeysAndValues = FloatBuffer(count: rows * 2 * width)
        pattern = FloatBuffer(count: capacity * shape.patternCount)
        patternScratch = FloatBuffer(count: shape.patternStride)
        dQuery = FloatBuffer(count: width)
        heads = FloatBuffer(count: width)
        attended = FloatBuffer(count: capacity * width)
        normalised = FloatBuffer(count: width)
        mean = FloatBuffer(count: capacity)
        inverseDeviation = FloatBuffer(count: capacity)
        hidden = FloatBuffer(count: mlpWidth)
        slope = FloatBuffer(count: capacity * mlpWidth)
        project(parameters.probe.pointer, parameters.attentionInput, into: query.pointer, outputs: width)
    }

    /// Pools `tokens`: (R, C) into `features`: (B, C).
    func forward(_ tokens: FloatBuffer, count: Int, features: FloatBuffer) {
        let input = parameters.attentionInput
        let rows = layout.rows(count)
        linearForward(
            x: tokens.pointer, xStride: width, weight: input.weight.pointer + width * width,
            y: keysAndValues.pointer, yStride: 2 * width, images: count, rows: layout.stride, inputs: width,
            outputs: 2 * width)
        biasForward(
            x: keysAndValues.pointer, xStride: 2 * width, bias: input.bias.pointer + width, y: keysAndValues.pointer,
            yStride: 2 * width, rows: rows, channels: 2 * width)
        // One image at a time: in a product of several images' single rows, a row's bytes could depend on its place.
        for slot in 0..<count { pool(slot, features: features.pointer + slot * width) }
    }

    /// Pools one image's tokens, whose keys and values are known: (C).
    private func pool(_ slot: Int, features: UnsafeMutablePointer<Float>) {
        let keys = keysAndValues.pointer + slot * layout.stride * 2 * width
        let pattern = pattern.pointer + slot * shape.patternCount
        attentionPatternForward(
            q: query.pointer, qStride: width, k: keys, kStride: 2 * width, pattern: pattern, shape: shape)
        attentionValuesForward(
            pattern: pattern, v: keys + width, vStride: 2 * width, out: heads.pointer, outStride: width, shape: shape)
        let attended = attended.pointer + slot * width
        let slope = slope.pointer + slot * mlpWidth
        project(heads.pointer, parameters.attentionOutput, into: attended, outputs: width)
        layerNormForward(
            x: attended, gamma: parameters.norm.weight.pointer, beta: parameters.norm.bias.pointer, epsilon: epsilon,
            y: normalised.pointer, mean: mean.pointer + slot, inverseDeviation: inverseDeviation.pointer + slot,
            rows: 1, channels: width)
        linearForward(
            x: normalised.pointer, xStride: width, weight: parameters.mlp0.weight.pointer, y: slope, yStride: mlpWidth,
            images: 1, rows: 1, inputs: width, outputs: mlpWidth)
        biasActivationForward(
            activation, x: slope, bias: parameters.mlp0.bias.pointer, y: hidden.pointer, rows: 1, channels: mlpWidth)
        project(hidden.pointer, parameters.mlp3, into: features, outputs: width)
        accumulate(attended, scale: 1, into: features, count: width)
    }

    /// The gradient of the features, (B, C), becomes that of the tokens, (R, C). Overwrites the features' gradient.
    func backward(_ features: FloatBuffer, count: Int, tokens: FloatBuffer) {
        for slot in 0..<count { poolBackward(slot, gradient: features.pointer + slot * width) }
        linearBackward(
            dy: dKeysAndValues.pointer, dyStride: 2 * width,
            weight: parameters.attentionInput.weight.pointer + width * width, dx: tokens.pointer, images: count,
            rows: layout.stride, inputs: width, outputs: 2 * width)
    }

    /// The gradient of one image's features, (C), becomes that of its keys and values.
    private func poolBackward(_ slot: Int, gradient: UnsafeMutablePointer<Float>) {
        func unproject(
            _ dy: UnsafeMutablePointer<Float>, _ layer: LinearParameters, into dx: FloatBuffer
        ) {
            linearBackward(
                dy: dy, dyStride: layer.bias.count, weight: layer.weight.pointer, dx: dx.pointer, images: 1, rows: 1,
                inputs: dx.count, outputs: layer.bias.count)
        }
        unproject(gradient, parameters.mlp3, into: hidden)
        activationBackward(dy: hidden.pointer, slope: slope.pointer + slot * mlpWidth, count: mlpWidth)
        unproject(hidden.pointer, parameters.mlp0, into: normalised)
        // The features' gradient is already that of the residual sum.
        layerNormBackward(
            dy: normalised.pointer, x: attended.pointer + slot * width, gamma: parameters.norm.weight.pointer,
            mean: mean.pointer + slot, inverseDeviation: inverseDeviation.pointer + slot, dx: gradient, rows: 1,
            channels: width)
        unproject(gradient, parameters.attentionOutput, into: heads)
        let keys = keysAndValues.pointer + slot * layout.stride * 2 * width
        let dKeys = dKeysAndValues.pointer + slot * layout.stride * 2 * width
        let pattern = pattern.pointer + slot * shape.patternCount
        attentionValuesBackward(
            pattern: pattern, dOut: heads.pointer, outStride: width, dv: dKeys + width, dvStride: 2 * width,
            shape: shape)
        attentionPatternBackward(
            dOut: heads.pointer, outStride: width, q: query.pointer, qStride: width, k: keys, v: keys + width,
            kvStride: 2 * width, pattern: pattern, dq: dQuery.pointer, dqStride: width, dk: dKeys,
            dkStride: 2 * width, scratch: patternScratch.pointer, shape: shape)
    }

    /// y = W·x + b for one row, by the first `outputs` rows of W.
    private func project(
        _ x: UnsafePointer<Float>, _ layer: LinearParameters, into y: UnsafeMutablePointer<Float>, outputs: Int
    ) {
        let inputs = layer.weight.count / layer.bias.count
        linearForward(
            x: x, xStride: inputs, weight: layer.weight.pointer, y: y, yStride: outputs, images: 1, rows: 1,
            inputs: inputs, outputs: outputs)
        biasForward(
            x: y, xStride: outputs, bias: layer.bias.pointer, y: y, yStride: outputs, rows: 1, channels: outputs)
    }
}
