// One encoder block for one worker: what its forward pass keeps, and both passes, up to the stage that is tapped.

/// Scratch memory that the blocks of a pass share, one after another.
struct BlockScratch {
    /// LayerNorm's output, and its gradient: (R, C).
    let normalised: FloatBuffer
    /// The heads' outputs, and their gradient: (R, C).
    let heads: FloatBuffer
    /// The hidden layer that the MLP's second layer reads, and its gradient: (R, M).
    let hidden: FloatBuffer
    /// Gradient of queries, keys and values: (R, 3·C). Padding rows are never written and stay 0.
    let attentionInput: FloatBuffer
    /// Gradient of the block's residual stream at the chosen tokens: (R_q, C); unused if all tokens go out.
    let chosen: FloatBuffer
    /// Gradient of one head's pattern: (T_q, stride).
    let pattern: FloatBuffer

    /// - Parameter goesBack: whether there is a backward pass.
    init(rows: Int, configuration: ViTConfiguration, goesBack: Bool) {
        normalised = FloatBuffer(count: rows * configuration.width)
        heads = FloatBuffer(count: rows * configuration.width)
        hidden = FloatBuffer(count: rows * configuration.mlpWidth)
        attentionInput = FloatBuffer(count: goesBack ? rows * 3 * configuration.width : 0)
        chosen = FloatBuffer(count: goesBack ? rows * configuration.width : 0)
        pattern = FloatBuffer(count: goesBack ? configuration.tokenCount * (configuration.tokenCount + 15) : 0)
    }

    /// The buffer that holds the output of a pass that stops inside a block.
    func output(of stage: Stage) -> FloatBuffer {
        switch stage {
        case .norm1, .norm2: normalised
        case .heads: heads
        case .hidden: hidden
        case .finalNorm, .features: preconditionFailure("\(stage) is made after the blocks")
        }
    }
}

/// What a block keeps between its forward and its backward pass.
///
/// The blocks of a forward-only pass share one: a block reads its input before it writes its output, which is the next
/// block's input.
final class BlockMemory {
    /// The block's input, x: (R, C).
    let input: FloatBuffer
    /// x + attention, at the tokens that go out: (R_q, C).
    let middle: FloatBuffer
    /// The attention pattern of each image: (H, T_q, stride).
    let pattern: FloatBuffer
    /// Queries, keys and values: (R, 3·C).
    fileprivate let attentionInput: FloatBuffer
    /// The chosen tokens' queries, and what they are projected from: (2, R_q, C); unused if all tokens go out.
    fileprivate let chosenQueries: FloatBuffer
    /// Mean and inverse deviation for the first LayerNorm, (R), and for the second, (R_q).
    fileprivate let mean1: FloatBuffer, inverseDeviation1: FloatBuffer
    fileprivate let mean2: FloatBuffer, inverseDeviation2: FloatBuffer
    /// The MLP's first layer's outputs, then the hidden layer's derivatives by them: (R_q, M), or (R_q, 2·M) if gated.
    fileprivate let slope: FloatBuffer

    /// Memory for `capacity` images; `tokensOut` tokens of each go out.
    init(configuration: ViTConfiguration, capacity: Int, tokensOut: Int, choosesToken: Bool, keepsPattern: Bool) {
        let width = configuration.width
        let rows = RowLayout(tokens: configuration.tokenCount, in: configuration).rows(capacity)
        let outRows = RowLayout(tokens: tokensOut, in: configuration).rows(capacity)
        let shape = AttentionShape(queries: tokensOut, in: configuration)
        input = FloatBuffer(count: rows * width)
        middle = FloatBuffer(count: outRows * width)
        pattern = FloatBuffer(count: keepsPattern ? capacity * shape.patternCount : 0)
        attentionInput = FloatBuffer(count: rows * 3 * width)
        chosenQueries = FloatBuffer(count: choosesToken ? outRows * width * 2 : 0)
        (mean1, inverseDeviation1) = (FloatBuffer(count: rows), FloatBuffer(count: rows))
        (mean2, inverseDeviation2) = (FloatBuffer(count: outRows), FloatBuffer(count: outRows))
        slope = FloatBuffer(count: outRows * configuration.mlpInputWidth)
    }
}

/// One block's weights, its state between forward and backward, and both passes.
///
/// After its keys and values, a block that `choosesToken` computes only one token per image: the one that is read.
final class BlockPass {
    private let parameters: BlockParameters
    private let scratch: BlockScratch
    private let epsilon: Float
    private let width: Int
    private let mlpWidth: Int
    private let mlpInputWidth: Int
    private let activation: Activation
    private let isGated: Bool
    private let rotary: RotaryPositions?
    /// Tokens that come in, and tokens that go out.
    private let layout: RowLayout
    let outLayout: RowLayout
    private let choosesToken: Bool
    private let shape: AttentionShape
    private let usesLivePattern: Bool
    private let backpropagatesPattern: Bool

    private let memory: BlockMemory
    /// The attention pattern of each image, (H, T_q, stride); if frozen, one pattern for all images, (H, T, stride).
    let pattern: FloatBuffer

    /// The block's input, x: (R, C).
    var input: FloatBuffer { memory.input }
    /// x + attention, at the tokens that go out: (R_q, C).
    var middle: FloatBuffer { memory.middle }

    /// A block that keeps its state in `memory`, which must be large enough for its images.
    ///
    /// - Parameter frozen: the pattern that is replayed, (H, T, stride); nil if the pattern is computed.
    init(
        model: ViT, index: Int, choosesToken: Bool, frozen: FloatBuffer?, backpropagatesPattern: Bool,
        memory: BlockMemory, scratch: BlockScratch
    ) {
        let configuration = model.configuration
        parameters = model.parameters.blocks[index]
        self.scratch = scratch
        self.choosesToken = choosesToken
        epsilon = configuration.layerNormEpsilon
        width = configuration.width
        mlpWidth = configuration.mlpWidth
        mlpInputWidth = configuration.mlpInputWidth
        activation = configuration.activation
        isGated = configuration.hasGatedMLP
        rotary = model.parameters.rotary.map { RotaryPositions($0, in: configuration) }
        layout = RowLayout(tokens: configuration.tokenCount, in: configuration)
        outLayout = RowLayout(tokens: choosesToken ? 1 : configuration.tokenCount, in: configuration)
        shape = AttentionShape(queries: outLayout.tokens, in: configuration)
        self.memory = memory
        usesLivePattern = frozen == nil
        self.backpropagatesPattern = backpropagatesPattern
        pattern = frozen ?? memory.pattern
    }

    // MARK: - Forward

    /// x ↦ x + attention(LN₁(x)) ↦ … + mlp(LN₂(…)), stopping after `stage`; a complete block writes `output`: (R_q, C).
    ///
    /// `chosen` holds the token of each image, if the block chooses one. The output of `stage` is left in the scratch
    /// memory, and `onStage` is called when the output of each stage is there.
    func forward(
        count: Int, to stage: Stage, chosen: [Int], output: UnsafeMutablePointer<Float>?, onStage: (Stage) -> Void
    ) {
        let rows = layout.rows(count)
        let outRows = outLayout.rows(count)
        layerNormForward(
            x: input.pointer, gamma: parameters.ln1.weight.pointer, beta: parameters.ln1.bias.pointer, epsilon: epsilon,
            y: scratch.normalised.pointer, mean: memory.mean1.pointer,
            inverseDeviation: memory.inverseDeviation1.pointer,
            rows: rows, channels: width)
        onStage(.norm1)
        if stage == .norm1 { return }

        attentionForward(count: count, chosen: chosen)
        onStage(.heads)
        if stage == .heads { return }

        let output1 = parameters.attentionToStream
        if choosesToken {
            for slot in 0..<count {
                let row = slot * layout.stride + chosen[slot]
                biasForward(
                    x: input.pointer + row * width, xStride: width, bias: output1.bias.pointer,
                    y: middle.pointer + slot * outLayout.stride * width, yStride: width, rows: 1, channels: width)
            }
        } else {
            biasForward(
                x: input.pointer, xStride: width, bias: output1.bias.pointer, y: middle.pointer, yStride: width,
                rows: rows, channels: width)
        }
        linearForward(
            x: scratch.heads.pointer, xStride: width, weight: output1.weight.pointer, y: middle.pointer,
            yStride: width, accumulating: true, images: count, rows: outLayout.stride, inputs: width, outputs: width)
        layerNormForward(
            x: middle.pointer, gamma: parameters.ln2.weight.pointer, beta: parameters.ln2.bias.pointer,
            epsilon: epsilon, y: scratch.normalised.pointer, mean: memory.mean2.pointer,
            inverseDeviation: memory.inverseDeviation2.pointer, rows: outRows, channels: width)
        onStage(.norm2)
        if stage == .norm2 { return }

        let slope = memory.slope.pointer
        linearForward(
            x: scratch.normalised.pointer, xStride: width, weight: parameters.mlp0.weight.pointer, y: slope,
            yStride: mlpInputWidth, images: count, rows: outLayout.stride, inputs: width, outputs: mlpInputWidth)
        let bias = parameters.mlp0.bias.pointer
        let hidden = scratch.hidden.pointer
        if isGated {
            biasGatedProductForward(activation, x: slope, bias: bias, y: hidden, rows: outRows, channels: mlpWidth)
        } else {
            biasActivationForward(activation, x: slope, bias: bias, y: hidden, rows: outRows, channels: mlpWidth)
        }
        onStage(.hidden)
        guard stage.completesBlock, let output else { return }

        biasForward(
            x: middle.pointer, xStride: width, bias: parameters.mlpToStream.bias.pointer, y: output, yStride: width,
            rows: outRows, channels: width)
        linearForward(
            x: hidden, xStride: mlpWidth, weight: parameters.mlpToStream.weight.pointer, y: output, yStride: width,
            accumulating: true, images: count, rows: outLayout.stride, inputs: mlpWidth, outputs: width)
    }

    /// heads = P·V of LN₁(x), which is in the scratch memory. Computes only what the mode and the chosen token need.
    private func attentionForward(count: Int, chosen: [Int]) {
        let rows = layout.rows(count)
        let weight = parameters.attentionInput.weight.pointer
        let bias = parameters.attentionInput.bias.pointer
        // A row holds queries, keys and values, in this order; those that are not needed are not computed.
        let first = usesLivePattern ? (choosesToken ? 1 : 0) : 2
        let attentionInput = memory.attentionInput.pointer
        linearForward(
            x: scratch.normalised.pointer, xStride: width, weight: weight + first * width * width,
            y: attentionInput + first * width, yStride: 3 * width, images: count, rows: layout.stride, inputs: width,
            outputs: (3 - first) * width)
        biasForward(
            x: attentionInput + first * width, xStride: 3 * width, bias: bias + first * width,
            y: attentionInput + first * width, yStride: 3 * width, rows: rows, channels: (3 - first) * width)
        if usesLivePattern && choosesToken {
            let queries = memory.chosenQueries.pointer
            let inputs = queries + outLayout.rows(count) * width
            for slot in 0..<count {
                let row = slot * layout.stride + chosen[slot]
                (inputs + slot * outLayout.stride * width).update(
                    from: scratch.normalised.pointer + row * width, count: width)
            }
            linearForward(
                x: inputs, xStride: width, weight: weight, y: queries, yStride: width, images: count,
                rows: outLayout.stride,
                inputs: width, outputs: width)
            biasForward(
                x: queries, xStride: width, bias: bias, y: queries, yStride: width, rows: outLayout.rows(count),
                channels: width)
        }
        if usesLivePattern { rotate(count: count, chosen: chosen) }
        for slot in 0..<count {
            let row = attentionInput + slot * layout.stride * 3 * width
            if usesLivePattern {
                let (queries, stride) = queries(slot: slot)
                attentionPatternForward(
                    q: queries, qStride: stride, k: row + width, kStride: 3 * width,
                    pattern: pattern.pointer + slot * shape.patternCount, shape: shape)
            }
            forEachHeadPattern(slot: slot, chosen: chosen) { pattern, shape, offset in
                attentionValuesForward(
                    pattern: pattern, v: row + 2 * width + offset, vStride: 3 * width,
                    out: scratch.heads.pointer + slot * outLayout.stride * width + offset, outStride: width,
                    shape: shape)
            }
        }
    }

    /// Turns queries and keys by the patches' places.
    private func rotate(count: Int, chosen: [Int]) {
        guard let rotary else { return }
        for slot in 0..<count {
            let row = memory.attentionInput.pointer + slot * layout.stride * 3 * width
            let (queries, stride) = queries(slot: slot)
            rotary.rotate(queries, stride: stride, tokens: choosesToken ? chosen[slot]..<chosen[slot] + 1 : nil)
            rotary.rotate(row + width, stride: 3 * width)
        }
    }

    private func queries(slot: Int) -> (pointer: UnsafeMutablePointer<Float>, stride: Int) {
        choosesToken
            ? (memory.chosenQueries.pointer + slot * outLayout.stride * width, width)
            : (memory.attentionInput.pointer + slot * layout.stride * 3 * width, 3 * width)
    }

    /// Calls `body` with the patterns that weight an image's values: all heads at once, or, for a chosen token of a
    /// frozen pattern of all tokens, that token's row head by head. `offset` is the head's first channel.
    private func forEachHeadPattern(
        slot: Int, chosen: [Int], _ body: (UnsafePointer<Float>, AttentionShape, Int) -> Void
    ) {
        if usesLivePattern {
            body(pattern.pointer + slot * shape.patternCount, shape, 0)
        } else if choosesToken {
            let one = AttentionShape(queries: 1, keys: shape.keys, heads: 1, headSize: shape.headSize)
            for head in 0..<shape.heads {
                let row = (head * shape.keys + chosen[slot]) * shape.patternStride
                body(pattern.pointer + row, one, head * shape.headSize)
            }
        } else {
            body(pattern.pointer, shape, 0)
        }
    }

    // MARK: - Backward

    /// Turns the gradient of the output of `stage` into the gradient of the block's input.
    ///
    /// On entry, the scratch memory holds the gradient of the output of `stage`, and `gradient`: (R_q, C) that of the
    /// residual stream at the tokens that go out. For a complete block, `gradient` holds both. On return, `gradient`:
    /// (R, C) is that of the block's input.
    func backward(count: Int, from stage: Stage, chosen: [Int], gradient: UnsafeMutablePointer<Float>) {
        let rows = layout.rows(count)
        let outRows = outLayout.rows(count)
        let hidden = scratch.hidden.pointer
        let normalised = scratch.normalised.pointer
        if stage.completesBlock {
            linearBackward(
                dy: gradient, dyStride: width, weight: parameters.mlpToStream.weight.pointer, dx: hidden,
                images: count, rows: outLayout.stride, inputs: mlpWidth, outputs: width)
        }
        if stage >= .hidden {
            let slope = memory.slope.pointer
            if isGated {
                gatedProductBackward(dy: hidden, derivatives: slope, rows: outRows, channels: mlpWidth)
            } else {
                activationBackward(dy: hidden, slope: slope, count: outRows * mlpWidth)
            }
            linearBackward(
                dy: isGated ? slope : hidden, dyStride: mlpInputWidth, weight: parameters.mlp0.weight.pointer,
                dx: normalised, images: count, rows: outLayout.stride, inputs: width, outputs: mlpInputWidth)
        }
        if stage >= .norm2 {
            layerNormBackward(
                dy: normalised, x: middle.pointer, gamma: parameters.ln2.weight.pointer, mean: memory.mean2.pointer,
                inverseDeviation: memory.inverseDeviation2.pointer, dx: gradient, rows: outRows, channels: width)
            linearBackward(
                dy: gradient, dyStride: width, weight: parameters.attentionToStream.weight.pointer,
                dx: scratch.heads.pointer, images: count, rows: outLayout.stride, inputs: width, outputs: width)
        }
        if stage >= .heads {
            attentionBackward(count: count, chosen: chosen)
            if choosesToken { spread(gradient, count: count, chosen: chosen) }
        }
        layerNormBackward(
            dy: normalised, x: input.pointer, gamma: parameters.ln1.weight.pointer, mean: memory.mean1.pointer,
            inverseDeviation: memory.inverseDeviation1.pointer, dx: gradient, rows: rows, channels: width)
    }

    /// The backward pass of `attentionForward`: the heads' gradient in the scratch memory becomes LN₁'s.
    private func attentionBackward(count: Int, chosen: [Int]) {
        let weight = parameters.attentionInput.weight.pointer
        let dInput = scratch.attentionInput.pointer
        let dHeads = scratch.heads.pointer
        let normalised = scratch.normalised.pointer
        for slot in 0..<count {
            let row = memory.attentionInput.pointer + slot * layout.stride * 3 * width
            let dRow = dInput + slot * layout.stride * 3 * width
            let dOut = dHeads + slot * outLayout.stride * width
            forEachHeadPattern(slot: slot, chosen: chosen) { pattern, shape, offset in
                attentionValuesBackward(
                    pattern: pattern, dOut: dOut + offset, outStride: width, dv: dRow + 2 * width + offset,
                    dvStride: 3 * width, shape: shape)
            }
            guard backpropagatesPattern else { continue }
            let (queries, stride) = queries(slot: slot)
            attentionPatternBackward(
                dOut: dOut, outStride: width, q: queries, qStride: stride, k: row + width, v: row + 2 * width,
                kvStride: 3 * width, pattern: pattern.pointer + slot * shape.patternCount,
                // A chosen token's query is projected back separately; its gradient overwrites the query.
                dq: choosesToken ? queries : dRow, dqStride: stride, dk: dRow + width, dkStride: 3 * width,
                scratch: scratch.pattern.pointer, shape: shape)
            if let rotary {
                rotary.rotateBack(
                    choosesToken ? queries : dRow, stride: stride,
                    tokens: choosesToken ? chosen[slot]..<chosen[slot] + 1 : nil)
                rotary.rotateBack(dRow + width, stride: 3 * width)
            }
        }
        let first = backpropagatesPattern ? (choosesToken ? 1 : 0) : 2
        linearBackward(
            dy: dInput + first * width, dyStride: 3 * width, weight: weight + first * width * width, dx: normalised,
            images: count, rows: layout.stride, inputs: width, outputs: (3 - first) * width)
        guard backpropagatesPattern && choosesToken else { return }
        linearBackward(
            dy: memory.chosenQueries.pointer, dyStride: width, weight: weight, dx: dHeads, images: count,
            rows: outLayout.stride, inputs: width,
            outputs: width)
        for slot in 0..<count {
            accumulate(
                dHeads + slot * outLayout.stride * width, scale: 1,
                into: normalised + (slot * layout.stride + chosen[slot]) * width, count: width)
        }
    }

    /// Moves the residual stream's gradient from the chosen tokens, (R_q, C), to their rows among all tokens, (R, C).
    private func spread(_ gradient: UnsafeMutablePointer<Float>, count: Int, chosen: [Int]) {
        let kept = scratch.chosen.pointer
        kept.update(from: gradient, count: outLayout.rows(count) * width)
        gradient.update(repeating: 0, count: layout.rows(count) * width)
        for slot in 0..<count {
            (gradient + (slot * layout.stride + chosen[slot]) * width).update(
                from: kept + slot * outLayout.stride * width, count: width)
        }
    }
}
