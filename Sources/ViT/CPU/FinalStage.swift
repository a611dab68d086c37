// After the blocks: the final LayerNorm, pooling, and what the head reads.

/// The final LayerNorm and pooling for one worker, forward and backward.
///
/// The rows are the tokens that the last block outputs: all tokens, or only the class token.
final class FinalStage {
    private let parameters: LayerNormParameters
    private let epsilon: Float
    private let width: Int
    /// Number of values that the head reads per image, F.
    let featureCount: Int
    private let prefixTokens: Int
    private let patches: Int
    private let pooling: ViTConfiguration.Pooling
    private let layout: RowLayout
    private let mean: FloatBuffer, inverseDeviation: FloatBuffer
    /// The mean over the patch tokens, if it precedes the LayerNorm: (B, C).
    private let pooled: FloatBuffer
    private let attentionPool: AttentionPool?

    /// The last block's output: (R, C).
    let input: FloatBuffer
    /// `encoder.ln`'s output, and in the backward pass its gradient: (R, C), or (B, C) if it follows pooling.
    let normalised: FloatBuffer
    /// What the head reads, and in the backward pass its gradient: (B, F).
    let features: FloatBuffer

    init(model: ViT, capacity: Int, layout: RowLayout) {
        let configuration = model.configuration
        parameters = model.parameters.finalNorm
        epsilon = configuration.layerNormEpsilon
        width = configuration.width
        featureCount = configuration.featureCount
        prefixTokens = configuration.prefixTokenCount
        patches = configuration.patchCount
        pooling = configuration.pooling
        self.layout = layout
        let rows = layout.rows(capacity)
        input = FloatBuffer(count: rows * width)
        normalised = FloatBuffer(count: rows * width)
        mean = FloatBuffer(count: rows)
        inverseDeviation = FloatBuffer(count: rows)
        pooled = FloatBuffer(count: pooling == .patchMeanThenNorm ? capacity * width : 0)
        features = FloatBuffer(count: capacity * featureCount)
        attentionPool = model.parameters.attentionPool.map {
            AttentionPool($0, in: configuration, capacity: capacity, layout: layout)
        }
    }

    /// Distance in rows from one image to the next in `encoder.ln`'s output.
    var normalisedStride: Int { pooling == .patchMeanThenNorm ? 1 : layout.stride }

    /// The buffer that holds the output of a pass that ends here, and its row layout.
    func output(of stage: Stage) -> (FloatBuffer, RowLayout) {
        if stage == .features { return (features, .single) }
        return (normalised, pooling == .patchMeanThenNorm ? .single : layout)
    }

    /// Writes `normalised` and `features`: the LayerNorm of the tokens and then their pooling, or the reverse.
    func forward(count: Int) {
        let source = pooling == .patchMeanThenNorm ? pooled.pointer : input.pointer
        if pooling == .patchMeanThenNorm {
            for slot in 0..<count {
                averagePatches(of: input.pointer + slot * layout.stride * width, into: pooled.pointer + slot * width)
            }
        }
        layerNormForward(
            x: source, gamma: parameters.weight.pointer, beta: parameters.bias.pointer, epsilon: epsilon,
            y: normalised.pointer, mean: mean.pointer, inverseDeviation: inverseDeviation.pointer,
            rows: count * normalisedStride, channels: width)
        for slot in 0..<count {
            let tokens = normalised.pointer + slot * normalisedStride * width
            let target = features.pointer + slot * featureCount
            switch pooling {
            case .patchMean: averagePatches(of: tokens, into: target)
            case .classTokenAndPatchMean:
                target.update(from: tokens, count: width)
                averagePatches(of: tokens, into: target + width)
            case .classToken, .patchMeanThenNorm: target.update(from: tokens, count: featureCount)
            case .attention: break
            }
        }
        attentionPool?.forward(normalised, count: count, features: features)
    }

    /// The backward pass of pooling: the features' gradient becomes `normalised`'s.
    func poolingBackward(count: Int) {
        normalised.pointer.update(repeating: 0, count: count * normalisedStride * width)
        for slot in 0..<count {
            let target = normalised.pointer + slot * normalisedStride * width
            let source = features.pointer + slot * featureCount
            switch pooling {
            case .patchMean: spreadOverPatches(source, into: target)
            case .classTokenAndPatchMean:
                target.update(from: source, count: width)
                spreadOverPatches(source + width, into: target)
            case .classToken, .patchMeanThenNorm: target.update(from: source, count: featureCount)
            case .attention: break
            }
        }
        attentionPool?.backward(features, count: count, tokens: normalised)
    }

    /// The backward pass of the LayerNorm: `normalised`'s gradient becomes that of the last block's output. Overwrites
    /// gradient: (R, C).
    func normBackward(count: Int, gradient: UnsafeMutablePointer<Float>) {
        gradient.update(repeating: 0, count: layout.rows(count) * width)
        guard pooling == .patchMeanThenNorm else {
            layerNormBackward(
                dy: normalised.pointer, x: input.pointer, gamma: parameters.weight.pointer, mean: mean.pointer,
                inverseDeviation: inverseDeviation.pointer, dx: gradient, rows: layout.rows(count), channels: width)
            return
        }
        let dPooled = features.pointer
        dPooled.update(repeating: 0, count: count * width)
        layerNormBackward(
            dy: normalised.pointer, x: pooled.pointer, gamma: parameters.weight.pointer, mean: mean.pointer,
            inverseDeviation: inverseDeviation.pointer, dx: dPooled, rows: count, channels: width)
        for slot in 0..<count {
            spreadOverPatches(dPooled + slot * width, into: gradient + slot * layout.stride * width)
        }
    }

    private func averagePatches(of tokens: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
        y.update(repeating: 0, count: width)
        for patch in 0..<patches {
            accumulate(tokens + (prefixTokens + patch) * width, scale: 1 / Float(patches), into: y, count: width)
        }
    }

    private func spreadOverPatches(_ dy: UnsafePointer<Float>, into dTokens: UnsafeMutablePointer<Float>) {
        for patch in 0..<patches {
            accumulate(dy, scale: 1 / Float(patches), into: dTokens + (prefixTokens + patch) * width, count: width)
        }
    }
}
