// Reading a neuron's activation at the address of a pass, and the gradient that starts there.

extension ModelPass {
    /// The activation that `objective` reads on the image in `slot` of the last forward pass; no sign is applied.
    ///
    /// Valid until the next `backward`.
    public func activation(slot: Int, objective: Objective) -> Float {
        readMean(slot: slot) { row in value(at: row, slot: slot, neuron: objective.neuron, beforeGELU: false) }
    }

    /// At `mlp.1`, a neuron's activation before GELU, averaged over the same tokens; elsewhere the activation itself.
    public func preactivation(slot: Int, objective: Objective) -> Float {
        readMean(slot: slot) { row in value(at: row, slot: slot, neuron: objective.neuron, beforeGELU: true) }
    }

    /// Every channel at the address for each token of the image in `slot`: (tokens, channels), one more matrix product.
    ///
    /// - Precondition: the pass reads `patches`, so that all tokens were computed.
    func allActivations(slot: Int) -> [Float] {
        precondition(tokens == .patches)
        let configuration = model.configuration
        let tokenCount = address.tokenCount(in: configuration)
        let channels = address.width(in: configuration)
        var y = [Float](repeating: 0, count: tokenCount * channels)
        y.withUnsafeMutableBufferPointer { y in
            guard let y = y.baseAddress else { return }
            guard let layer = linearLayer else {
                y.update(from: tapInput(slot: slot), count: tokenCount * channels)
                return
            }
            let inputs = tapInputWidth
            linearForward(
                x: tapInput(slot: slot), xStride: inputs, weight: layer.weight.pointer, y: y, yStride: channels,
                images: 1, rows: tokenCount, inputs: inputs, outputs: channels)
            biasForward(
                x: y, xStride: channels, bias: layer.bias.pointer, y: y, yStride: channels, rows: tokenCount,
                channels: channels)
            if case .block(let index, .output) = address {
                accumulate(
                    blocks[index].middle.pointer + slot * readLayout.stride * channels, scale: 1, into: y,
                    count: tokenCount * channels)
            }
            if case .block(_, .mlp1) = address {
                for i in 0..<tokenCount * channels { y[i] = gelu(y[i]).value }
            }
        }
        return y
    }

    // MARK: - Where the tap stands

    /// The linear layer whose output is tapped; nil where the tap is what the stage made.
    private var linearLayer: LinearParameters? {
        switch address {
        case .block(let index, let site):
            let block = model.parameters.blocks[index]
            return switch site {
            case .ln1, .ln2: nil
            case .selfAttention: block.attentionOutput
            case .mlp0: block.mlp0
            case .mlp1: stage == .hidden ? nil : block.mlp0
            case .mlp3, .output: block.mlp3
            }
        case .encoderNorm: return nil
        case .head: return model.parameters.head
        }
    }

    static func meanChannel(of model: ViT, at address: Address) -> (weight: FloatBuffer, bias: Float)? {
        guard case .block(let index, let site) = address else { return nil }
        let block = model.parameters.blocks[index]
        let layer: LinearParameters
        switch site {
        case .selfAttention: layer = block.attentionOutput
        case .mlp0: layer = block.mlp0
        case .mlp3, .output: layer = block.mlp3
        case .ln1, .ln2, .mlp1: return nil
        }
        let outputs = layer.bias.count
        let inputs = layer.weight.count / outputs
        let weight = FloatBuffer(count: inputs)
        for output in 0..<outputs {
            accumulate(
                layer.weight.pointer + output * inputs, scale: 1 / Float(outputs), into: weight.pointer, count: inputs)
        }
        return (weight, sum(layer.bias.pointer, count: outputs) / Float(outputs))
    }

    /// Channels of what the stage made.
    private var tapInputWidth: Int {
        if address == .head, let final { return final.featureCount }
        return stage == .hidden ? model.configuration.mlpWidth : model.configuration.width
    }

    /// The rows that the stage made for `slot`, or their gradient.
    private func tapInput(slot: Int) -> UnsafeMutablePointer<Float> {
        let width = tapInputWidth
        if let final {
            return address == .head
                ? final.features.pointer + slot * width
                : final.normalised.pointer + slot * final.normalisedStride * width
        }
        let buffer =
            switch stage {
            case .norm1, .norm2: scratch.normalised
            case .heads: scratch.heads
            case .hidden, .complete: scratch.hidden
            }
        return buffer.pointer + slot * tapStride * width
    }

    /// Rows of the stage from one image to the next.
    private var tapStride: Int {
        guard let final else { return readLayout.stride }
        return address == .head ? 1 : final.normalisedStride
    }

    /// The rows of an image that are read, each with the same weight.
    private func readRows(slot: Int) -> Range<Int> {
        let configuration = model.configuration
        if tapStride == 1 || readLayout.tokens == 1 { return 0..<1 }
        if tokens == .patches { return configuration.prefixTokenCount..<configuration.tokenCount }
        return chosen[slot]..<chosen[slot] + 1
    }

    private func readMean(slot: Int, _ value: (Int) -> Float) -> Float {
        let rows = readRows(slot: slot)
        var total: Float = 0
        for row in rows { total += value(row) }
        return total / Float(rows.count)
    }

    // MARK: - Reading

    /// One row's activation: of the channel `neuron`, or for `slice` the mean of all channels.
    private func value(at row: Int, slot: Int, neuron: Int, beforeGELU: Bool) -> Float {
        let inputs = tapInputWidth
        let x = tapInput(slot: slot) + row * inputs
        guard let layer = linearLayer else {
            return tokens == .slice ? sum(x, count: inputs) / Float(inputs) : x[neuron]
        }
        if let meanChannel {
            var value = dotProduct(x, meanChannel.weight.pointer, count: inputs) + meanChannel.bias
            if let residual = residual(row: row, slot: slot) {
                value += sum(residual, count: model.configuration.width) / Float(model.configuration.width)
            }
            return value
        }
        var value = dotProduct(x, layer.weight.pointer + neuron * inputs, count: inputs) + layer.bias.pointer[neuron]
        if let residual = residual(row: row, slot: slot) { value += residual[neuron] }
        if case .block(_, .mlp1) = address, !beforeGELU { value = gelu(value).value }
        return value
    }

    /// The residual stream that a block's output adds to its MLP's.
    private func residual(row: Int, slot: Int) -> UnsafeMutablePointer<Float>? {
        guard case .block(let index, .output) = address else { return nil }
        return blocks[index].middle.pointer + (slot * readLayout.stride + row) * model.configuration.width
    }

    // MARK: - Seeding

    /// Puts d(± activation) of what the stage made in its place, and of the residual stream into `gradient`.
    func seed(_ objectives: UnsafeBufferPointer<Objective>) {
        let width = model.configuration.width
        let inputs = tapInputWidth
        if final == nil { gradient.pointer.update(repeating: 0, count: readLayout.rows(count) * width) }
        for (slot, objective) in objectives.enumerated() {
            let rows = readRows(slot: slot)
            let scale = objective.direction.sign / Float(rows.count)
            let input = tapInput(slot: slot)
            for row in 0..<tapStride {
                let dx = input + row * inputs
                guard rows.contains(row) else {
                    dx.update(repeating: 0, count: inputs)
                    continue
                }
                seed(dx, row: row, slot: slot, objective: objective, scale: scale)
            }
        }
        guard let final else { return }
        if address == .head { final.poolingBackward(count: count) }
        final.normBackward(count: count, gradient: gradient.pointer)
    }

    private func seed(
        _ dx: UnsafeMutablePointer<Float>, row: Int, slot: Int, objective: Objective, scale: Float
    ) {
        let inputs = tapInputWidth
        let neuron = objective.neuron
        guard let layer = linearLayer else {
            if tokens == .slice {
                dx.update(repeating: scale / Float(inputs), count: inputs)
            } else {
                dx.update(repeating: 0, count: inputs)
                dx[neuron] = scale
            }
            return
        }
        var scale = scale
        if case .block(_, .mlp1) = address, !objective.throughPreactivation {
            scale *= gelu(value(at: row, slot: slot, neuron: neuron, beforeGELU: true)).slope
        }
        let weight = meanChannel?.weight.pointer ?? layer.weight.pointer + neuron * inputs
        dx.update(repeating: 0, count: inputs)
        accumulate(weight, scale: scale, into: dx, count: inputs)
        guard case .block(_, .output) = address else { return }
        let width = model.configuration.width
        let dResidual = gradient.pointer + (slot * readLayout.stride + row) * width
        if meanChannel != nil {
            dResidual.update(repeating: scale / Float(width), count: width)
        } else {
            dResidual[neuron] = scale
        }
    }
}
