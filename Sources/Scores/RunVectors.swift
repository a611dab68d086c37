// What the scores compare of a run.

/// The vectors of one run's picture.
package struct RunVectors: Sendable {
    /// The picture's `LookDescriptor`.
    package let look: [Float]
    /// The picture's embedding by the judge.
    package let meaning: [Float]
    /// The layer's activations on the picture, one per channel (per token if the neurons are tokens).
    package let activations: [Float]
}
