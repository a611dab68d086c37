// What attention's pattern is during an optimisation.

/// How attention's pattern takes part in an optimisation.
public enum AttentionMode: Sendable {
    /// As the model computes it, forward and backward.
    case live
    /// Computed live; the backward pass treats the pattern as constant: no gradient through queries and keys
    /// (Ali et al. 2022, section 3; AttnLRP's CP rule, Achtibat et al. 2024).
    case detached
    /// That of a reference picture, forward and backward: (3, height, width) in 0…1.
    case frozen(reference: FloatBuffer)
}

extension ViTConfiguration {
    /// A picture of one colour, the model's mean: the usual reference of frozen attention. (3, height, width) in 0…1.
    public var meanPicture: FloatBuffer {
        FloatBuffer(mean.flatMap { Array(repeating: $0, count: imageHeight * imageWidth) })
    }
}
