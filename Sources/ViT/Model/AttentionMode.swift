// What attention's pattern is during an optimisation, and a pattern to freeze it to.

/// How attention's pattern takes part in an optimisation.
public enum AttentionMode: Sendable {
    /// As the model computes it, forward and backward.
    case live
    /// Computed live; the backward pass treats the pattern as constant: no gradient through queries and keys
    /// (Ali et al. 2022, section 3; AttnLRP's CP rule, Achtibat et al. 2024).
    case detached
    /// Replayed from a reference image, forward and backward.
    case frozen(AttentionPattern)
}

/// The attention patterns of every block on one image.
public struct AttentionPattern: Sendable {
    /// A block each: (heads, tokens, padded tokens).
    let blocks: [FloatBuffer]

    /// The patterns that a model has on `image`: (3, height, width) in 0…1.
    public init(model: ViT, image: UnsafePointer<Float>) {
        let pass = ModelPass(model: model, address: .encoderNorm, tokens: .patches, capacity: 1)
        pass.images.update(from: image, count: pass.imageSize)
        pass.forward(count: 1)
        blocks = pass.patterns
    }

    /// The patterns on an image of one colour, the model's mean: the default reference.
    public static func ofMeanColor(model: ViT) -> AttentionPattern {
        let plane = model.configuration.imageHeight * model.configuration.imageWidth
        let image = FloatBuffer(model.configuration.mean.flatMap { Array(repeating: $0, count: plane) })
        return AttentionPattern(model: model, image: image.pointer)
    }
}
