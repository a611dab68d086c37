// The table of taps: what is at each address, how wide it is, where a pass to it stops, and how it is read.
// Everything that depends on an address is a column here, so that a new tap is one row.

/// How an address is read.
///
/// A pass to an address stops at the stage before it. A channel is read from the stage's output through its row of a
/// linear layer, so that a pass computes only the channels that are asked for.
package struct Tap {
    /// What one unit of a neuron's activation adds to the residual stream.
    enum Contribution {
        /// Its own channel, times this LayerScale if the model has it.
        case channel(scale: KeyPath<BlockParameters, FloatBuffer?>?)
        /// Its column of this layer.
        case column(KeyPath<BlockParameters, LinearParameters>)
    }

    /// torchvision's name: within the block, or the whole name for a tap after the blocks. Empty for a block's own
    /// output.
    package let name: String
    /// Number of channels, which is the number of neurons.
    let width: KeyPath<ViTConfiguration, Int>
    /// The last stage that a pass computes.
    package let stage: Stage
    /// The layer that reads the stage's output and whose outputs are the channels; nil if the stage's own values are
    /// the channels.
    package var layer: Layer?
    /// Whether the residual stream after attention is added to the layer's outputs.
    package var addsResidual = false
    /// LayerScale's γ by which the layer's outputs are multiplied; nil if they are not.
    var scale: KeyPath<BlockParameters, FloatBuffer?>?
    /// Whether the MLP's nonlinearity is applied to the layer's outputs, and in a gated MLP the product made.
    package var isActivated = false
    /// What a neuron adds to the residual stream directly; nil if that is not defined.
    var contribution: Contribution?
    /// The directions through which the channels are read; nil if these are the neurons.
    package var directions: DirectionSet?

    /// Whether a nonlinearity makes the activations of what the neuron's weights give.
    package var hasNonlinearity: Bool { isActivated || (directions.map { $0.nonlinearity != .none } ?? false) }

    /// A linear layer of a model.
    package enum Layer {
        /// A layer of the tapped block.
        case block(KeyPath<BlockParameters, LinearParameters>)
        /// The classification head.
        case head
    }

    /// The tap through which the mean of all channels is read. The mean of activated outputs cannot be read before the
    /// nonlinearity, so a pass computes all of them.
    package var ofAllChannels: Tap {
        isActivated ? Tap(name: name, width: width, stage: .hidden) : self
    }

    /// The same, read by directions.
    fileprivate func read(by set: DirectionSet) -> Tap {
        var tap = self
        tap.directions = set
        tap.contribution = nil
        return tap
    }
}

extension Address.Site {
    /// The site's row of the table.
    var tap: Tap {
        switch self {
        case .ln1:
            Tap(name: "ln_1", width: \.width, stage: .norm1)
        case .selfAttention:
            Tap(name: "self_attention", width: \.width, stage: .heads, layer: .block(\.attentionOutput))
        case .ls1:
            Tap(
                name: "ls_1", width: \.layerScaleWidth, stage: .heads, layer: .block(\.attentionOutput),
                scale: \.layerScale1)
        case .ln2:
            Tap(name: "ln_2", width: \.width, stage: .norm2)
        case .mlp0:
            Tap(
                name: "mlp.0", width: \.mlpWidth, stage: .norm2, layer: .block(\.mlp0),
                contribution: .column(\.mlpToStream))
        case .mlp1:
            Tap(
                name: "mlp.1", width: \.mlpWidth, stage: .norm2, layer: .block(\.mlp0), isActivated: true,
                contribution: .column(\.mlpToStream))
        case .mlp3:
            Tap(
                name: "mlp.3", width: \.width, stage: .hidden, layer: .block(\.mlp3),
                contribution: .channel(scale: \.layerScale2))
        case .ls2:
            Tap(
                name: "ls_2", width: \.layerScaleWidth, stage: .hidden, layer: .block(\.mlp3), scale: \.layerScale2,
                contribution: .channel(scale: nil))
        case .output:
            Tap(
                name: "", width: \.width, stage: .hidden, layer: .block(\.mlp3), addsResidual: true,
                scale: \.layerScale2)
        }
    }
}

extension Address {
    /// The address's row of the table.
    package var tap: Tap {
        switch self {
        case .block(_, let site): site.tap
        case .encoderNorm: Tap(name: "encoder.ln", width: \.width, stage: .finalNorm)
        case .head: Tap(name: "heads.head", width: \.classCount, stage: .features, layer: .head)
        case .directions(let set): set.base.tap.ofAllChannels.read(by: set)
        }
    }

    /// How the address is read over `tokens`.
    package func tap(over tokens: TokenSelection) -> Tap { tokens == .slice ? tap.ofAllChannels : tap }

    /// The layer through which the address is read in a model; nil if there is none.
    package func layer(of tap: Tap, in parameters: ViTParameters) -> LinearParameters? {
        switch (tap.layer, base) {
        case (.block(let path), .block(let index, _)): parameters.blocks[index][keyPath: path]
        case (.head, _): parameters.head
        default: nil
        }
    }

    /// LayerScale's γ of a tap in a model; nil if there is none.
    package func scale(of tap: Tap, in parameters: ViTParameters) -> FloatBuffer? {
        guard let path = tap.scale, let block else { return nil }
        return parameters.blocks[block][keyPath: path]
    }
}

/// The last stage that a pass computes; the cases are in the order of computation.
package enum Stage: Int, Comparable {
    /// A block's first LayerNorm, (tokens, C).
    case norm1
    /// The heads' outputs side by side, before the output projection, (tokens, C).
    case heads
    /// A block's second LayerNorm, (tokens, C).
    case norm2
    /// The hidden layer that the MLP's second layer reads, (tokens, M).
    case hidden
    /// The final LayerNorm, after a complete block: (tokens, C); one token if it follows pooling.
    case finalNorm
    /// What the head reads, (F).
    case features

    /// Whether the last block of the pass is computed to its end.
    package var completesBlock: Bool { self >= .finalNorm }

    package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }

    /// Channels of the stage's output.
    package func width(in configuration: ViTConfiguration) -> Int {
        switch self {
        case .norm1, .heads, .norm2, .finalNorm: configuration.width
        case .hidden: configuration.mlpWidth
        case .features: configuration.featureCount
        }
    }

    /// Tokens of the stage's output.
    package func tokenCount(in configuration: ViTConfiguration) -> Int {
        switch self {
        case .norm1, .heads, .norm2, .hidden: configuration.tokenCount
        case .finalNorm: configuration.pooling == .patchMeanThenNorm ? 1 : configuration.tokenCount
        case .features: 1
        }
    }

    /// Whether the last block needs to be computed for only one token, after its keys and values.
    package func readsOneToken(_ tokens: TokenSelection, in configuration: ViTConfiguration) -> Bool {
        switch self {
        // The first LayerNorm precedes attention, so all tokens are computed anyway.
        case .norm1: false
        case .heads, .norm2, .hidden: tokens != .patches
        case .finalNorm: configuration.pooling != .patchMeanThenNorm && tokens != .patches
        case .features: configuration.pooling == .classToken && configuration.headTokenCount == 1
        }
    }
}
