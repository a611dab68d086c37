// Measures runs on their records.

import Foundation
import Render
import Runs
import Support
import ViT

/// Measures the pictures of runs.
package struct RunMeter: Sendable {
    private let judge: Judge?
    private let descriptors = DescriptorPool()

    /// - Parameter judge: the model that gives the embeddings; nil for those in the records.
    package init(judge: Judge?) { self.judge = judge }

    /// Runs that are in memory together, and whose pictures a judge sees together: an accelerator's batch.
    private static let pieceSize = 64

    /// A run of a piece: its record, and its picture and look. A run that diverged has none: its picture is from the step
    /// before, and says nothing about the neuron.
    private struct Measured: Sendable {
        let record: RunRecord
        var seen: (picture: Picture, look: [Float])?
    }

    /// What `body` makes of each run that the store has, in order; nil for the others.
    ///
    /// - Parameters:
    ///   - onRead: called once for each recipe, from several threads.
    ///   - body: gets the index of the recipe, the run's record, and its vectors, nil if it diverged; called from several
    ///     threads.
    package func map<Value: Sendable>(
        _ recipes: [Recipe], in store: Store, onRead: @Sendable () -> Void = {},
        _ body: @Sendable (Int, RunRecord, RunVectors?) throws -> Value
    ) throws -> [Value?] {
        // Before the first thread multiplies matrices.
        BLAS.useOneThread()
        return try stride(from: 0, to: recipes.count, by: Self.pieceSize).flatMap { first in
            let piece = recipes[first..<min(recipes.count, first + Self.pieceSize)]
            let runs = try concurrently(piece.count) { index in
                Result { try measured(piece[first + index], in: store) }
            }.map { try $0.get() }
            let pictures = runs.enumerated().compactMap { index, run in run?.seen.map { (index, $0.picture) } }
            let embeddings = try judge?.embeddings(of: pictures.count) { pictures[$0].1 }
            let meanings = Dictionary(uniqueKeysWithValues: zip(pictures.map(\.0), embeddings ?? []))
            return try concurrently(piece.count) { index in
                Result {
                    defer { onRead() }
                    return try runs[index].map { run in
                        try body(
                            first + index, run.record,
                            run.seen.map {
                                RunVectors(
                                    look: $0.look, meaning: meanings[index] ?? run.record.numbers.embedding,
                                    activations: run.record.numbers.layerActivations)
                            })
                    }
                }
            }.map { try $0.get() }
        }
    }

    private func measured(_ recipe: Recipe, in store: Store) throws -> Measured? {
        guard let record = try store.record(of: recipe) else { return nil }
        if case .diverged = record.header.outcome { return Measured(record: record) }
        let picture = try PNG.decode(Data(record.png), file: store.path(of: recipe.key))
        return Measured(record: record, seen: (picture, descriptors.describe(picture)))
    }
}
