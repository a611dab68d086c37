// How attention patterns are computed during an optimisation.

/// How attention patterns are computed during an optimisation, and whether gradients pass through them.
public enum AttentionMode: Sendable {
    /// As the model computes it, forward and backward.
    case live
    /// As the model computes it, but the backward pass treats the pattern as constant: no gradient through queries and
    /// keys (Ali et al. 2022, section 3; AttnLRP's CP rule, Achtibat et al. 2024).
    case detached
    /// The pattern on a reference picture, (3, height, width) in 0…1, forward and backward.
    case frozen(reference: FloatBuffer)
}

extension ViTConfiguration {
    /// A picture of one colour, the model's mean: the usual reference for frozen attention. (3, height, width) in 0…1.
    public var meanPicture: FloatBuffer {
        FloatBuffer(mean.flatMap { Array(repeating: $0, count: imageHeight * imageWidth) })
    }
}
