// A checkpoint as it was read: the model's configuration and weights, and what had to be assumed.

/// A Vision Transformer read from a file or folder in any of the supported formats and namings.
public struct Checkpoint: Sendable {
    /// The path that was given.
    public let path: String
    /// The files that hold the weights, in a fixed order.
    public let weightPaths: [String]
    /// All files that were read: the weights, and the configuration files and labels that belong to them.
    public let files: [String]
    /// The files' format, e.g. `safetensors`.
    public let format: String
    /// The library whose names the tensors have.
    public let naming: Naming
    /// Number formats of the tensors that were read.
    public let elementTypes: [ElementType]
    /// The architecture and preprocessing.
    public let configuration: ViTConfiguration
    /// The weights, float32.
    public let parameters: ViTParameters
    /// How a picture of any size becomes the model's image.
    public let preparation: PicturePreparation
    /// The classes' names, one per logit; nil if they are unknown.
    public let labels: [String]?
    /// Settings that the tensors do not determine, each with its source.
    public let assumptions: [Assumption]
    /// Tensors in the file that the model does not need, by name, sorted; control characters in names are escaped.
    public let ignoredTensors: [String]
    /// The same by kind, e.g. `24 tensors of an optimiser`.
    public let ignoredKinds: [String]
    /// The prefix of the model's names if the file holds several models; otherwise nil.
    public let stateDict: String?

    /// Number of weights of the model.
    public var parameterCount: Int { parameters.count }
}

extension ViTParameters {
    /// Number of weights.
    public var count: Int {
        var buffers = [prefixTokens, positionEmbedding]
        var norms = [finalNorm]
        var layers = [patchProjection]
        if let inputNorm { norms.append(inputNorm) }
        if let head { layers.append(head) }
        if let attentionPool {
            buffers.append(attentionPool.probe)
            norms.append(attentionPool.norm)
            layers += [
                attentionPool.attentionInput, attentionPool.attentionOutput, attentionPool.mlp0, attentionPool.mlp3,
            ]
        }
        for block in blocks {
            buffers += [block.layerScale1, block.layerScale2].compactMap { $0 }
            norms += [block.ln1, block.ln2]
            layers += [block.attentionInput, block.attentionOutput, block.mlp0, block.mlp3]
        }
        buffers += norms.flatMap { [$0.weight, $0.bias] } + layers.flatMap { [$0.weight, $0.bias] }
        return buffers.reduce(0) { $0 + $1.count }
    }
}
