// The stored result of a run.

import ViT

/// The part of a record that can be read by itself: the recipe and the outcome.
package struct RunHeader: Hashable, Sendable, Codable {
    /// The recipe of the run.
    package var recipe: Recipe
    /// How the run ended.
    package var outcome: RunOutcome
    /// The activation of the first picture, under live attention.
    package var startActivation: Float
    /// The activation of the decoded PNG under live attention.
    package var finalActivation: Float
    /// Both activations under the pattern that a frozen run replayed; nil for other runs, and for frozen runs of the
    /// first version of their arithmetic.
    package var underPattern: PatternActivations?
    /// Steps that optimised the pre-activation, because the unit was off.
    package var stepsThroughPreactivation: Int
    /// The kind of device that made it (on a CPU, the BLAS kernel); equal bytes are promised only within a kind.
    package var kernel: String
    /// Core-seconds that the run took; the only value that differs when the same recipe is made again.
    package var seconds: Double
}

/// A run: its header, its numbers, its picture and perhaps its film.
package struct RunRecord: Hashable, Sendable {
    /// The arrays of a record.
    package struct Numbers: Hashable, Sendable {
        /// The activation at each step, including the first.
        package var curve: [Float]
        /// The final picture's embedding, after `encoder.ln`.
        package var embedding: [Float]
        /// The activation of every neuron of the layer on the final picture.
        package var layerActivations: [Float]
    }

    /// The recipe and the outcome.
    package var header: RunHeader
    /// The curve, the embedding and the layer's activations.
    package var numbers: Numbers
    /// The picture, as the bytes of a PNG file.
    package var png: [UInt8]
    /// What the picture looked like on the way; nil if nobody asked for a film when the run was made.
    package var film: RunFilm?

    /// Whether both hold the same result: everything except the seconds is equal.
    func hasSameResult(as other: RunRecord) -> Bool {
        var copy = self
        copy.header.seconds = other.header.seconds
        return copy.fileBytes == other.fileBytes
    }
}
