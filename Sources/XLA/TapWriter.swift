// How an address is read from the values of a pass, as `TapReader` does on the CPU.

import StableHLO
import ViT

/// Reads one address over one token selection.
struct TapWriter {
    let writer: ModelWriter
    let address: Address
    let tokens: TokenSelection
    private let tap: Tap

    private var program: Program { writer.program }
    private var configuration: ViTConfiguration { writer.model.configuration }
    private var parameters: ViTParameters { writer.model.parameters }

    init(_ writer: ModelWriter, _ address: Address, _ tokens: TokenSelection) {
        self.writer = writer
        self.address = address
        self.tokens = tokens
        tap = address.tap(over: tokens)
    }

    /// Number of blocks that a pass to the address computes.
    var blockCount: Int { (address.block ?? configuration.blockCount - 1) + 1 }

    /// The patterns of a reference picture that the pass replays, (3, height, width).
    func patterns(on picture: Value) -> [Value] { writer.patterns(on: picture, count: blockCount) }

    /// The same of all blocks, for a pass to the end of the model.
    func patternsToTheEnd(on picture: Value) -> [Value] {
        writer.patterns(on: picture, count: configuration.blockCount)
    }

    // MARK: - One neuron of each image

    /// The mean activation of a neuron of each image, with the gradient of an optimisation.
    ///
    /// - Parameters:
    ///   - images: (N, 3, height, width) in 0…1.
    ///   - neurons: (N) of `int32`: the channel, or for `slice` the token.
    ///   - patterns: the patterns that are replayed; nil for live attention.
    ///   - detour: given the activations, (N), says which pass their gradient around the nonlinearity: (N) truth values.
    /// - Returns: the activations, and a value with the same numbers whose gradient takes the detour: (N) each.
    func activations(
        of images: Value, neurons: Value, patterns: [Value]?, detour: (Value) -> Value
    ) -> (values: Value, objective: Value) {
        let selected: TokenChoice =
            tokens == .slice ? .each(neurons.oneHot(configuration.tokenCount)) : selected
        let isChosen = tap.stage.readsOneToken(tokens, in: configuration)
        let block = writer.blocks(
            of: images, count: blockCount, at: isChosen ? selected : .all, replaying: patterns)[blockCount - 1]
        /// The rows that are read, each with the same weight.
        func read(_ x: Value) -> Value { isChosen ? x : rows(of: x, selected) }
        let x = read(output(of: block))
        let n = images.shape[0]
        /// The mean over the rows, and the same with the gradient of `values` where the detour is taken.
        func means(_ values: Value, _ activated: Value, _ finish: (Value) -> Value) -> (values: Value, objective: Value)
        {
            let mean = finish(activated).mean(over: [1])
            // The same number, whose slope in z is 1.
            let direct = values + (activated - values).withoutGradient()
            let bypasses = detour(mean).reshaped([n, 1]).broadcast(to: values.shape)
            return (mean, finish(bypasses.choose(direct, activated)).mean(over: [1]))
        }
        if let matrix = writer.model.matrix(of: tap) {
            let (values, activated) = DirectionWriter(program: program, matrix: matrix)
                .values(channels(x, residual: read(block.middle)), of: neurons)
            guard tap.hasNonlinearity else {
                let mean = values.mean(over: [1])
                return (mean, mean)
            }
            return means(values, activated) { $0 }
        }
        guard let layer = address.layer(of: tap, in: parameters) else {
            let values = tokens == .slice ? x.mean(over: [2]) : channel(of: x, neurons)
            let mean = values.mean(over: [1])
            return (mean, mean)
        }
        let outputs = address.width(in: configuration)
        let (w, b) = program.matrix(layer)
        let scale = address.scale(of: tap, in: parameters).map { program.weight($0, [outputs, 1]) }
        if tokens == .slice {
            // The mean of all channels, by the mean of the layer's rows.
            var (weights, bias) = (
                w.sliced(0..<outputs, along: 0), b.sliced(0..<outputs, along: 0).reshaped([outputs, 1])
            )
            if let scale { (weights, bias) = (weights * scale, bias * scale) }
            var values = x.dot(weights.mean(over: [0]), over: ([2], [0])) + bias.mean(over: [0])
            if tap.addsResidual { values = values + read(block.middle).mean(over: [2]) }
            let mean = values.mean(over: [1])
            return (mean, mean)
        }
        var values = product(x, w.rows(at: neurons)) + b.reshaped([b.shape[0], 1]).rows(at: neurons)
        if let scale { values = values * scale.rows(at: neurons) }
        if tap.addsResidual { values = values + channel(of: read(block.middle), neurons) }
        guard tap.isActivated else {
            let mean = values.mean(over: [1])
            return (mean, mean)
        }
        let activated = configuration.activation(values)
        var factor: Value?
        if configuration.hasGatedMLP {
            let second = neurons + program.module.constant(outputs, neurons.type)
            factor = product(x, w.rows(at: second)) + b.reshaped([b.shape[0], 1]).rows(at: second)
        }
        return means(values, activated) { value in factor.map { value * $0 } ?? value }
    }

    /// x·w for each image's own w: (N, R, I) and (N, I) give (N, R).
    private func product(_ x: Value, _ w: Value) -> Value {
        x.dot(w, over: ([2], [1]), batch: ([0], [0]), precision: program.precision)
    }

    /// A channel of each image: (N, R, I) becomes (N, R).
    private func channel(of x: Value, _ neurons: Value) -> Value {
        x.dot(neurons.oneHot(x.shape[2]), over: ([2], [1]), batch: ([0], [0]))
    }

    // MARK: - Every neuron

    /// Every neuron's activation on each image, and what the head reads (`PictureReading`): (N, neurons) and (N, C).
    func readings(of images: Value, patterns: [Value]?) -> (activations: Value, embedding: Value) {
        let blocks = writer.blocks(of: images, count: configuration.blockCount, replaying: patterns)
        let values = neurons(in: blocks) { tokens == .slice ? $0 : rows(of: $0, selected) }
        let features = writer.features(writer.finalNorm(blocks[blocks.count - 1].output))
        return (
            values.mean(over: [tokens == .slice ? 2 : 1]), features.sliced(0..<configuration.width, along: 1)
        )
    }

    /// Every neuron's activation at every token of the address: (N, tokens, neurons).
    ///
    /// - Parameter blocks: the values of all tokens, at least to the address's block.
    func activations(in blocks: [ModelWriter.Block]) -> Value { neurons(in: blocks) { $0 } }

    /// Every neuron's activation at the rows that `read` takes of the tokens: (N, R, neurons).
    private func neurons(in blocks: [ModelWriter.Block], _ read: (Value) -> Value) -> Value {
        let block = blocks[blockCount - 1]
        let values = channels(read(output(of: block)), residual: read(block.middle))
        guard let matrix = writer.model.matrix(of: tap) else { return values }
        return DirectionWriter(program: program, matrix: matrix).activations(values)
    }

    /// Every channel of the model's own at the rows x of the stage's output, and of the residual stream: (N, R, channels).
    private func channels(_ x: Value, residual: @autoclosure () -> Value) -> Value {
        guard let layer = address.layer(of: tap, in: parameters) else { return x }
        let outputs = address.base.width(in: configuration)
        var values = program.linear(x, layer, outputs: 0..<outputs)
        if let scale = address.scale(of: tap, in: parameters) {
            values = values * program.weight(scale, [outputs, 1]).reshaped([outputs])
        }
        if tap.addsResidual { values = values + residual() }
        guard tap.isActivated else { return values }
        values = configuration.activation(values)
        return configuration.hasGatedMLP
            ? values * program.linear(x, layer, outputs: outputs..<2 * outputs) : values
    }

    // MARK: - Passes

    /// The tokens that are read, which do not depend on the neuron.
    private var selected: TokenChoice {
        tokens.fixedToken(at: address, in: configuration).map { .fixed($0) } ?? .all
    }

    /// The output of the tap's stage: (N, ·, channels of the stage).
    private func output(of block: ModelWriter.Block) -> Value {
        switch tap.stage {
        case .norm1: return block.norm1
        case .heads: return block.heads
        case .norm2: return block.norm2
        case .hidden: return block.hidden
        case .finalNorm: return writer.finalNorm(block.output)
        case .features:
            let features = writer.features(writer.finalNorm(block.output))
            return features.reshaped([features.shape[0], 1, features.shape[1]])
        }
    }

    /// The tokens that are read, each with the same weight: (N, R, I).
    private func rows(of x: Value, _ selected: TokenChoice) -> Value {
        if x.shape[1] == 1 { return x }
        if case .all = selected {
            return x.sliced(configuration.prefixTokenCount..<configuration.tokenCount, along: 1)
        }
        return selected.select(x)
    }
}
