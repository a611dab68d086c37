// Reads activations from the output of a pass's last stage, and overwrites it with the gradient that starts there.

/// The end of one pass: the rows and channels that an activation is read from, forward and backward.
///
/// It holds no values: it reads the stage's buffer, and in the backward pass overwrites it with its gradient.
struct TapReader {
    private let tap: Tap
    private let tokens: TokenSelection
    private let configuration: ViTConfiguration
    /// The stage's output, and in the backward pass its gradient: (images, stride, inputs).
    private let input: FloatBuffer
    private let inputs: Int
    /// Distance in the stage's rows from one image to the next.
    private let stride: Int
    /// Tokens of the stage that are computed.
    private let tokenCount: Int
    /// The layer that the channels are read through; nil if the stage's own values are the channels.
    private let layer: LinearParameters?
    /// Outputs of the layer; in a gated MLP's first layer, the factors follow the gates.
    private let outputs: Int
    /// What the layer's outputs are multiplied by, (channels); nil if they are not.
    private let scale: FloatBuffer?
    /// For `slice`: one row of weights that gives the mean of the layer's scaled outputs, and the mean of its bias.
    private let meanChannel: (weight: FloatBuffer, bias: Float)?
    /// The residual stream that is added to the layer's outputs: (images, stride, C).
    private let residual: FloatBuffer?
    /// The directions that the neurons are; nil if the channels are.
    private let directions: DirectionRows?

    /// A reader of `address` over `tokens`, from `input`, whose images are `layout.stride` rows apart.
    init(
        model: ViT, address: Address, tokens: TokenSelection, input: FloatBuffer, layout: RowLayout,
        residual: FloatBuffer
    ) {
        self.init(
            model: model, address: address, tap: address.tap(over: tokens), tokens: tokens, input: input,
            layout: layout, residual: residual)
    }

    /// A reader of `address` through one of its taps.
    init(
        model: ViT, address: Address, tap: Tap, tokens: TokenSelection, input: FloatBuffer, layout: RowLayout,
        residual: FloatBuffer
    ) {
        self.tap = tap
        self.tokens = tokens
        configuration = model.configuration
        self.input = input
        inputs = tap.stage.width(in: configuration)
        stride = layout.stride
        tokenCount = layout.tokens
        layer = address.layer(of: tap, in: model.parameters)
        outputs = address.base.width(in: configuration)
        scale = address.scale(of: tap, in: model.parameters)
        directions = model.matrix(of: tap).map { [layer, scale] in DirectionRows($0, layer: layer, scale: scale) }
        meanChannel =
            tokens == .slice ? layer.map { [outputs, scale] in Self.meanChannel(of: $0, outputs, scale: scale) } : nil
        self.residual = tap.addsResidual ? residual : nil
    }

    private static func meanChannel(
        of layer: LinearParameters, _ outputs: Int, scale: FloatBuffer?
    ) -> (weight: FloatBuffer, bias: Float) {
        let inputs = layer.weight.count / layer.bias.count
        let weight = FloatBuffer(count: inputs)
        var bias = Array(UnsafeBufferPointer(start: layer.bias.pointer, count: outputs))
        for output in 0..<outputs {
            let factor = scale?.pointer[output] ?? 1
            accumulate(
                layer.weight.pointer + output * inputs, scale: factor / Float(outputs), into: weight.pointer,
                count: inputs)
            bias[output] *= factor
        }
        return (weight, sum(bias, count: outputs) / Float(outputs))
    }

    // MARK: - Forward

    /// The activation of `neuron` on the image in `slot`, or for `slice` that of token `chosen`, without a sign.
    func activation(slot: Int, neuron: Int, chosen: Int) -> Float {
        let rows = rows(slot: slot, chosen: chosen)
        if let directions, directions.matrix.comparesDirections {
            let values = directions.matrix.activations(of: channels(at: rows))
            let total = rows.indices.reduce(Float(0)) {
                $0 + values[($1 - rows.lowerBound) * directions.matrix.count + neuron]
            }
            return total / Float(rows.count)
        }
        var total: Float = 0
        for row in rows { total += value(at: row, neuron: neuron) }
        return total / Float(rows.count)
    }

    /// Every neuron of every token of the image in `slot`, by one more matrix product: (tokens, neurons).
    ///
    /// - Precondition: the pass reads `patches`, so that all tokens were computed.
    func allActivations(slot: Int) -> [Float] {
        precondition(tokens == .patches)
        let first = slot * stride
        let channels = channels(at: first..<first + tap.stage.tokenCount(in: configuration))
        return directions?.matrix.activations(of: channels) ?? channels
    }

    /// Every channel at `rows`: (rows, channels).
    private func channels(at rows: Range<Int>) -> [Float] {
        let x = input.pointer + rows.lowerBound * inputs
        let rowCount = rows.count
        guard let layer else { return Array(UnsafeBufferPointer(start: x, count: rowCount * inputs)) }
        return [Float](unsafeUninitializedCapacity: rowCount * outputs) { buffer, count in
            count = rowCount * outputs
            guard let y = buffer.baseAddress else { return }
            linearForward(
                x: x, xStride: inputs, weight: layer.weight.pointer, y: y, yStride: outputs, images: 1,
                rows: rowCount, inputs: inputs, outputs: outputs)
            biasForward(
                x: y, xStride: outputs, bias: layer.bias.pointer, y: y, yStride: outputs, rows: rowCount,
                channels: outputs)
            if let scale {
                for row in 0..<rowCount { vector.multiply(y + row * outputs, scale.pointer, outputs) }
            }
            if let residual {
                accumulate(residual.pointer + rows.lowerBound * outputs, scale: 1, into: y, count: count)
            }
            guard tap.isActivated else { return }
            for i in 0..<count { y[i] = configuration.activation(y[i]).value }
            guard configuration.hasGatedMLP else { return }
            for row in 0..<rowCount {
                for output in 0..<outputs { y[row * outputs + output] *= factor(at: x + row * inputs, of: output) }
            }
        }
    }

    /// The rows of an image that are read, each with the same weight.
    private func rows(slot: Int, chosen: Int) -> Range<Int> {
        let first = slot * stride
        if tokenCount == 1 { return first..<first + 1 }
        if tokens == .patches {
            return first + configuration.prefixTokenCount..<first + configuration.tokenCount
        }
        return first + chosen..<first + chosen + 1
    }

    /// One row's activation: of the channel `neuron`, or for `slice` the mean of all channels.
    private func value(at row: Int, neuron: Int) -> Float {
        if let directions {
            return directions.matrix.activation(preactivation(at: row, direction: neuron, in: directions), of: neuron)
        }
        let x = input.pointer + row * inputs
        let width = configuration.width
        guard let layer else {
            return tokens == .slice ? sum(x, count: inputs) / Float(inputs) : x[neuron]
        }
        if let meanChannel {
            var value = dotProduct(x, meanChannel.weight.pointer, count: inputs) + meanChannel.bias
            if let residual { value += sum(residual.pointer + row * width, count: width) / Float(width) }
            return value
        }
        var value = dotProduct(x, layer.weight.pointer + neuron * inputs, count: inputs) + layer.bias.pointer[neuron]
        if let scale { value *= scale.pointer[neuron] }
        if let residual { value += residual.pointer[row * width + neuron] }
        guard tap.isActivated else { return value }
        value = configuration.activation(value).value
        return configuration.hasGatedMLP ? value * factor(at: x, of: neuron) : value
    }

    /// A direction's value at one row before its nonlinearity.
    private func preactivation(at row: Int, direction: Int, in directions: DirectionRows) -> Float {
        let folded = directions.row(of: direction)
        var value = dotProduct(input.pointer + row * inputs, folded.weight, count: inputs) + folded.bias
        if let residual { value += dotProduct(residual.pointer + row * outputs, folded.direction, count: outputs) }
        return value + directions.matrix.rows.bias.pointer[direction]
    }

    /// The factor that a gated MLP multiplies the activated gate of `neuron` by, from one row of the layer's inputs.
    private func factor(at x: UnsafePointer<Float>, of neuron: Int) -> Float {
        guard let layer else { return 1 }
        let row = outputs + neuron
        return dotProduct(x, layer.weight.pointer + row * inputs, count: inputs) + layer.bias.pointer[row]
    }

    // MARK: - Backward

    /// The backward pass of `activation` for the image in `slot`: the gradient of ± activation overwrites the stage's
    /// values. If the tap adds the residual stream, its gradient goes to `gradient`: (images, stride, C), which holds
    /// zeros on entry.
    func backward(slot: Int, objective: Objective, chosen: Int, gradient: UnsafeMutablePointer<Float>) {
        let rows = rows(slot: slot, chosen: chosen)
        let scale = objective.direction.sign / Float(rows.count)
        // Before the first row is overwritten.
        let comparison = directions.flatMap { directions in
            directions.matrix.comparesDirections && !objective.throughPreactivation
                ? directions.matrix.activations(of: channels(at: rows)) : nil
        }
        for row in slot * stride..<(slot + 1) * stride {
            if rows.contains(row) {
                if let directions {
                    let value = comparison?[(row - rows.lowerBound) * directions.matrix.count + objective.neuron]
                    backward(
                        row: row, through: directions, value: value, objective: objective, scale: scale,
                        gradient: gradient)
                } else {
                    backward(row: row, objective: objective, scale: scale, gradient: gradient)
                }
            } else {
                (input.pointer + row * inputs).update(repeating: 0, count: inputs)
            }
        }
    }

    private func backward(row: Int, objective: Objective, scale: Float, gradient: UnsafeMutablePointer<Float>) {
        let dx = input.pointer + row * inputs
        let neuron = objective.neuron
        guard let layer else {
            if tokens == .slice {
                dx.update(repeating: scale / Float(inputs), count: inputs)
            } else {
                dx.update(repeating: 0, count: inputs)
                dx[neuron] = scale
            }
            return
        }
        let factor = self.scale?.pointer[neuron] ?? 1
        var scales = (gate: scale, factor: Float(0))
        if tap.isActivated {
            scales = derivatives(at: row, of: neuron, throughPreactivation: objective.throughPreactivation)
            scales = (scale * scales.gate, scale * scales.factor)
        }
        let weight = meanChannel?.weight.pointer ?? layer.weight.pointer + neuron * inputs
        dx.update(repeating: 0, count: inputs)
        accumulate(weight, scale: (meanChannel == nil ? factor : 1) * scales.gate, into: dx, count: inputs)
        if scales.factor != 0 {
            accumulate(
                layer.weight.pointer + (outputs + neuron) * inputs, scale: scales.factor, into: dx, count: inputs)
        }
        guard tap.addsResidual else { return }
        let width = configuration.width
        let dResidual = gradient + row * width
        if meanChannel != nil {
            dResidual.update(repeating: scale / Float(width), count: width)
        } else {
            dResidual[neuron] = scale
        }
    }

    /// The backward pass of a direction at one row.
    ///
    /// - Parameter value: its activation, if that depends on the other directions.
    private func backward(
        row: Int, through directions: DirectionRows, value: Float?, objective: Objective, scale: Float,
        gradient: UnsafeMutablePointer<Float>
    ) {
        let direction = objective.neuron
        let isOn =
            objective.throughPreactivation || directions.matrix.nonlinearity == .none
            || (value ?? self.value(at: row, neuron: direction)) != 0
        let dx = input.pointer + row * inputs
        dx.update(repeating: 0, count: inputs)
        guard isOn else { return }
        let folded = directions.row(of: direction)
        accumulate(folded.weight, scale: scale, into: dx, count: inputs)
        guard tap.addsResidual else { return }
        accumulate(folded.direction, scale: scale, into: gradient + row * outputs, count: outputs)
    }

    /// The derivatives of an activated value by its layer's output, and in a gated MLP by the factor's.
    private func derivatives(
        at row: Int, of neuron: Int, throughPreactivation: Bool
    ) -> (gate: Float, factor: Float) {
        guard let layer else { return (1, 0) }
        let x = input.pointer + row * inputs
        let z = dotProduct(x, layer.weight.pointer + neuron * inputs, count: inputs) + layer.bias.pointer[neuron]
        let (value, slope) = configuration.activation(z)
        let passed = throughPreactivation ? 1 : slope
        return configuration.hasGatedMLP ? (passed * factor(at: x, of: neuron), value) : (passed, 0)
    }
}
