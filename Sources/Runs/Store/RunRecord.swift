// What a run leaves behind.

import ViT

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
    /// The kind of the device that made it, on a CPU the BLAS's kernel; bytes are promised per kind.
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
