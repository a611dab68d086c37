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
    /// First MLP layer, `mlp.0`: (M, C).
    public let mlp0: LinearParameters
    /// Second MLP layer, `mlp.3`: (C, M).
    public let mlp3: LinearParameters

    /// A block of the given layers.
    public init(
        ln1: LayerNormParameters, attentionInput: LinearParameters, attentionOutput: LinearParameters,
        ln2: LayerNormParameters, mlp0: LinearParameters, mlp3: LinearParameters
    ) {
        self.ln1 = ln1
        self.attentionInput = attentionInput
        self.attentionOutput = attentionOutput
        self.ln2 = ln2
        self.mlp0 = mlp0
        self.mlp3 = mlp3
    }
}

/// All weights of a model. C = width, P = patch size.
public struct ViTParameters: Sendable {
    /// `conv_proj` as a matrix over flattened patches, (C, 3·P·P); channel, row, column order within a patch.
    public let patchProjection: LinearParameters
    /// Learned tokens before the patches, (prefix tokens, C); empty if there are none.
    public let prefixTokens: FloatBuffer
    /// Learned position embeddings, (tokens, C), prefix tokens first.
    public let positionEmbedding: FloatBuffer
    /// The encoder's blocks, first to last.
    public let blocks: [BlockParameters]
    /// `encoder.ln`.
    public let finalNorm: LayerNormParameters
    /// `heads.head`: (classes, C), or (classes, 2·C) if the head reads two tokens; nil for a backbone without a head.
    public let head: LinearParameters?

    /// A model's weights; the shapes must match the configuration that they are used with.
    public init(
        patchProjection: LinearParameters, prefixTokens: FloatBuffer, positionEmbedding: FloatBuffer,
        blocks: [BlockParameters], finalNorm: LayerNormParameters, head: LinearParameters?
    ) {
        self.patchProjection = patchProjection
        self.prefixTokens = prefixTokens
        self.positionEmbedding = positionEmbedding
        self.blocks = blocks
        self.finalNorm = finalNorm
        self.head = head
    }
}
