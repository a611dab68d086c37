// What a run leaves behind.

/// How a run ended.
package enum RunOutcome: Hashable, Sendable, Codable {
    /// All steps were made.
    case completed
    /// All steps were made, and the neuron was never on.
    case neverActivated
    /// The activation or the picture was no longer finite at this step, counted from 0.
    case diverged(step: Int)
}

/// The part of a record that can be read by itself: what was made, and how it went.
package struct RunHeader: Hashable, Sendable, Codable {
    /// What was asked for.
    package var recipe: Recipe
    /// How the run ended.
    package var outcome: RunOutcome
    /// The activation before the first step.
    package var startActivation: Float
    /// The activation of the decoded PNG under live attention.
    package var finalActivation: Float
    /// Steps that climbed the pre-activation, because the unit was off.
    package var stepsThroughPreactivation: Int
    /// The CPU kernel of the BLAS that made it; bytes are promised per kernel.
    var kernel: String
    /// Seconds of one core that the run took; the one thing that differs when the same recipe is made again.
    var seconds: Double
}

/// A run: its header, its numbers and its picture.
package struct RunRecord: Hashable, Sendable {
    /// The arrays of a record.
    package struct Numbers: Hashable, Sendable {
        /// The activation at each step, the first included.
        package var curve: [Float]
        /// The final picture's embedding, after `encoder.ln`.
        package var embedding: [Float]
        /// The activation of every neuron of the layer on the final picture.
        package var layerActivations: [Float]
    }

    /// What was made, and how it went.
    package var header: RunHeader
    /// The curve, the embedding and the layer's activations.
    package var numbers: Numbers
    /// The picture, as the bytes of a PNG file.
    package var png: [UInt8]

    /// Whether both hold the same result: everything but the seconds that they took.
    func hasSameResult(as other: RunRecord) -> Bool {
        var copy = self
        copy.header.seconds = other.header.seconds
        return copy.fileBytes == other.fileBytes
    }
}
