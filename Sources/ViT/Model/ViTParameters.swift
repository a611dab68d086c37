// The weights of a Vision Transformer, under names that mirror torchvision's modules.

/// A linear layer's weights: y = x·Wᵀ + b, as `torch.nn.Linear`.
public struct LinearParameters: Sendable {
    /// W: (outputs, inputs), row-major.
    public let weight: FloatBuffer
    /// b: (outputs); zeros if the checkpoint has no bias.
    public let bias: FloatBuffer

    /// Wraps W: (outputs, inputs) and b: (outputs).
    public init(weight: FloatBuffer, bias: FloatBuffer) {
        self.weight = weight
        self.bias = bias
    }
}

/// A LayerNorm's weights: γ and β, each (channels).
public struct LayerNormParameters: Sendable {
    /// γ: (channels).
    public let weight: FloatBuffer
    /// β: (channels).
    public let bias: FloatBuffer

    /// Wraps γ and β, each (channels).
    public init(weight: FloatBuffer, bias: FloatBuffer) {
        self.weight = weight
        self.bias = bias
    }
}

/// One encoder block's weights (torchvision's `EncoderBlock`). C = width, M = MLP width.
public struct BlockParameters: Sendable {
    /// LayerNorm before attention, (C).
    public let ln1: LayerNormParameters
    /// Queries, keys and values stacked: (3·C, C).
    public let attentionInput: LinearParameters
    /// Attention's output projection: (C, C).
    public let attentionOutput: LinearParameters
    /// LayerNorm before the MLP, (C).
    public let ln2: LayerNormParameters
    /// First MLP layer, `mlp.0`: (M, C); in a gated MLP (2·M, C), the gates' rows and then the factors'.
    public let mlp0: LinearParameters
    /// Second MLP layer, `mlp.3`: (C, M).
    public let mlp3: LinearParameters
    /// LayerScale's γ after attention, (C); nil in a model without LayerScale.
    public let layerScale1: FloatBuffer?
    /// LayerScale's γ after the MLP, (C).
    public let layerScale2: FloatBuffer?
    /// `attentionOutput` with `layerScale1` folded in: what is added to the residual stream.
    package let attentionToStream: LinearParameters
    /// `mlp3` with `layerScale2` folded in.
    package let mlpToStream: LinearParameters

    /// A block of the given layers.
    public init(
        ln1: LayerNormParameters, attentionInput: LinearParameters, attentionOutput: LinearParameters,
        ln2: LayerNormParameters, mlp0: LinearParameters, mlp3: LinearParameters, layerScale1: FloatBuffer? = nil,
        layerScale2: FloatBuffer? = nil
    ) {
        self.ln1 = ln1
        self.attentionInput = attentionInput
        self.attentionOutput = attentionOutput
        self.ln2 = ln2
        self.mlp0 = mlp0
        self.mlp3 = mlp3
        self.layerScale1 = layerScale1
        self.layerScale2 = layerScale2
        attentionToStream = attentionOutput.scaled(by: layerScale1)
        mlpToStream = mlp3.scaled(by: layerScale2)
    }
}

extension LinearParameters {
    /// The same layer with each output multiplied by its factor; the layer itself without factors.
    fileprivate func scaled(by factors: FloatBuffer?) -> LinearParameters {
        guard let factors else { return self }
        let inputs = weight.count / max(bias.count, 1)
        let scaled = LinearParameters(
            weight: FloatBuffer(count: weight.count), bias: FloatBuffer(count: bias.count))
        withExtendedLifetime((self, factors)) {
            for output in 0..<bias.count {
                let factor = factors.pointer[output]
                scaled.bias.pointer[output] = factor * bias.pointer[output]
                for input in output * inputs..<(output + 1) * inputs {
                    scaled.weight.pointer[input] = factor * weight.pointer[input]
                }
            }
        }
        return scaled
    }
}

/// The weights of attention pooling: one learned query attends to all tokens, and an MLP follows with a residual sum
/// (SigLIP's `MultiheadAttentionPoolingHead`, timm's `AttentionPoolLatent`).
public struct AttentionPoolParameters: Sendable {
    /// The query before its projection, (C).
    public let probe: FloatBuffer
    /// Queries, keys and values stacked: (3·C, C).
    public let attentionInput: LinearParameters
    /// Attention's output projection: (C, C).
    public let attentionOutput: LinearParameters
    /// LayerNorm before the MLP, (C).
    public let norm: LayerNormParameters
    /// First MLP layer: (M, C).
    public let mlp0: LinearParameters
    /// Second MLP layer: (C, M).
    public let mlp3: LinearParameters

    /// A pooling of the given layers.
    public init(
        probe: FloatBuffer, attentionInput: LinearParameters, attentionOutput: LinearParameters,
        norm: LayerNormParameters, mlp0: LinearParameters, mlp3: LinearParameters
    ) {
        self.probe = probe
        self.attentionInput = attentionInput
        self.attentionOutput = attentionOutput
        self.norm = norm
        self.mlp0 = mlp0
        self.mlp3 = mlp3
    }
}

/// The angles of rotary positions (Su et al. 2021) for each patch, as cosines and sines; the prefix tokens are not
/// rotated.
public struct RotaryParameters: Sendable {
    /// cos of the angles, (patches, D/2): angle j rotates the channels j and j + D/2 of every head.
    public let cosine: FloatBuffer
    /// sin of the angles, (patches, D/2).
    public let sine: FloatBuffer

    /// Wraps cosines and sines, each (patches, D/2).
    public init(cosine: FloatBuffer, sine: FloatBuffer) {
        self.cosine = cosine
        self.sine = sine
    }
}

/// All weights of a model. C = width, P = patch size.
public struct ViTParameters: Sendable {
    /// `conv_proj` as a matrix over flattened patches, (C, 3·P·P); channel, row, column order within a patch.
    public let patchProjection: LinearParameters
    /// Learned tokens before the patches, (prefix tokens, C); empty if there are none.
    public let prefixTokens: FloatBuffer
    /// Learned position embeddings, (tokens, C), prefix tokens first; zeros where a token has none.
    public let positionEmbedding: FloatBuffer
    /// The rotary positions of queries and keys; nil if the model has none.
    public let rotary: RotaryParameters?
    /// The LayerNorm before the first block; nil if the model has none.
    public let inputNorm: LayerNormParameters?
    /// The encoder's blocks, first to last.
    public let blocks: [BlockParameters]
    /// `encoder.ln`.
    public let finalNorm: LayerNormParameters
    /// Attention pooling; nil if the model pools otherwise.
    public let attentionPool: AttentionPoolParameters?
    /// `heads.head`: (classes, F), over what the head reads (`ViTConfiguration.featureCount`); nil for a backbone without
    /// a head, and where attention pooling's output is the model's.
    public let head: LinearParameters?

    /// A model's weights; the shapes must match the configuration that they are used with.
    public init(
        patchProjection: LinearParameters, prefixTokens: FloatBuffer, positionEmbedding: FloatBuffer,
        rotary: RotaryParameters? = nil, inputNorm: LayerNormParameters? = nil, blocks: [BlockParameters],
        finalNorm: LayerNormParameters, attentionPool: AttentionPoolParameters? = nil, head: LinearParameters?
    ) {
        self.patchProjection = patchProjection
        self.prefixTokens = prefixTokens
        self.positionEmbedding = positionEmbedding
        self.rotary = rotary
        self.inputNorm = inputNorm
        self.blocks = blocks
        self.finalNorm = finalNorm
        self.attentionPool = attentionPool
        self.head = head
    }

    /// The same weights with other blocks.
    func replacing(blocks: [BlockParameters]) -> ViTParameters {
        ViTParameters(
            patchProjection: patchProjection, prefixTokens: prefixTokens, positionEmbedding: positionEmbedding,
            rotary: rotary, inputNorm: inputNorm, blocks: blocks, finalNorm: finalNorm, attentionPool: attentionPool,
            head: head)
    }
}
