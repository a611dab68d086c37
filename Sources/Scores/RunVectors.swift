// What the scores compare of a run, measured on its record.

import Foundation
import Render
import Runs

/// The vectors of one run's picture.
package struct RunVectors: Sendable {
    /// The picture's `LookDescriptor`.
    package let look: [Float]
    /// The picture's embedding by the judge.
    package let meaning: [Float]
    /// The layer's activations on the picture, one per channel (per token if the neurons are tokens).
    package let activations: [Float]
}

/// Measures the pictures of runs; several threads may use it at once.
package final class RunMeter: Sendable {
    private let judge: Judge?
    private let descriptors = DescriptorPool()

    /// - Parameter judge: the model that gives the embeddings; nil for those in the records.
    package init(judge: Judge?) { self.judge = judge }

    /// The vectors of a run; nil if it diverged: its picture is from the step before, and says nothing about the neuron.
    ///
    /// - Parameter path: the record's file, for messages.
    package func vectors(of record: RunRecord, path: String) throws -> RunVectors? {
        if case .diverged = record.header.outcome { return nil }
        let picture = try PNG.decode(Data(record.png), file: path)
        return RunVectors(
            look: descriptors.describe(picture), meaning: try judge?.embedding(of: picture) ?? record.numbers.embedding,
            activations: record.numbers.layerActivations)
    }
}
