// The scores of a layer's runs, computed from their records and cached under a digest of what they depend on.

import Foundation
import Render
import Runs
import Support
import ViT

/// Computes scores once and keeps them in `.atlas/scores/`.
///
/// Unchecked Sendable: the known scores are read and written only under the lock.
package final class ScoreCache: @unchecked Sendable {
    private let store: Store
    private let judge: Judge?
    private let lock = NSLock()
    private var known: [String: LayerScores] = [:]

    /// Raised by one whenever the scores' computation changes.
    private static let version = 2

    /// - Parameter judge: the model that gives the embeddings; nil for those in the records.
    package init(store: Store, judge: Judge?) {
        self.store = store
        self.judge = judge
    }

    /// The scores of `recipes`, the runs of one layer and condition; runs that are not in the store are left out.
    ///
    /// - Parameter reference: the runs whose pictures give the channels' means and spreads; nil for `recipes`.
    package func scores(of recipes: [Recipe], scaledBy reference: [Recipe]? = nil) throws -> LayerScores {
        // Scoring the reference first also finds its damaged runs.
        let scale = try reference.flatMap { try self.scores(of: $0).identification.value?.scale }
        let referenceKeys = try (reference ?? []).map(\.key).filter(store.contains)
        let name = digest(of: try recipes.map(\.key).filter(store.contains), scaledBy: referenceKeys)
        if let scores = lock.withLock({ known[name] }) { return scores }
        if let bytes = try store.sealed(Self.path(name)), let scores = Self.decoded(bytes) {
            lock.withLock { known[name] = scores }
            return scores
        }
        let (scores, used) = try compute(recipes, scale: scale)
        // A run whose record turned out to be damaged is not in these scores, so it must not be in their name.
        let usedName = digest(of: used, scaledBy: referenceKeys)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(scores)), as: Self.path(usedName))
        lock.withLock { known[usedName] = scores }
        return scores
    }

    private static func path(_ name: String) -> String { "scores/\(name).json" }

    /// The scores in a file; nil if a program with other fields wrote it. They are then computed again.
    private static func decoded(_ bytes: [UInt8]) -> LayerScores? {
        try? JSONDecoder().decode(LayerScores.self, from: Data(bytes))
    }

    private func digest(of keys: [RecipeKey], scaledBy reference: [RecipeKey]) -> String {
        var lines = ["scores \(Self.version) look \(LookDescriptor.version) judge \(judge?.digest ?? "-")"]
        lines += keys.map(\.description).sorted() + ["scale"] + reference.map(\.description).sorted()
        return Digest.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private func compute(_ recipes: [Recipe], scale: ChannelScale?) throws -> (scores: LayerScores, used: [RecipeKey]) {
        // Before the first thread multiplies matrices.
        BLAS.useOneThread()
        let descriptors = DescriptorPool()
        let runs = try concurrently(recipes.count) { index in
            Result { try run(recipes[index], descriptors) }
        }.map { try $0.get() }
        var settings = ScoreSettings()
        settings.minimises = recipes.first?.variant.direction == .negative
        if case .token = recipes.first?.target { settings.targetsAreTokens = true }
        return (
            LayerScores(of: runs.compactMap { $0 }, scale: scale, settings: settings),
            zip(recipes, runs).filter { $1 != nil }.map(\.0.key)
        )
    }

    /// The run of a recipe from its record; nil if there is none.
    private func run(_ recipe: Recipe, _ descriptors: DescriptorPool) throws -> ScoredRun? {
        guard let record = try store.record(recipe.key) else { return nil }
        var measured: (look: [Float], meaning: [Float], activations: [Float])?
        if case .diverged = record.header.outcome {
            // Its picture is from the step before, and says nothing about the neuron.
        } else {
            let picture = try PNG.decode(Data(record.png), file: store.path(of: recipe.key))
            measured = (
                descriptors.describe(picture), judge?.embedding(of: picture) ?? record.numbers.embedding,
                record.numbers.layerActivations
            )
        }
        return ScoredRun(
            neuron: recipe.target.number, seed: Int(clamping: recipe.seed), look: measured?.look,
            meaning: measured?.meaning,
            activations: measured?.activations, finalActivation: record.header.finalActivation)
    }
}

/// Descriptors that threads borrow and return, because making one takes longer than describing many pictures.
///
/// Unchecked Sendable: each descriptor is used by one thread at a time, and the list of idle ones only under the lock.
private final class DescriptorPool: @unchecked Sendable {
    private let lock = NSLock()
    private var idle: [(width: Int, height: Int, descriptor: LookDescriptor)] = []

    func describe(_ picture: Picture) -> [Float] {
        let (width, height) = (picture.width, picture.height)
        let found = lock.withLock {
            idle.lastIndex { $0.width == width && $0.height == height }.map { idle.remove(at: $0).descriptor }
        }
        let descriptor = found ?? LookDescriptor(width: width, height: height)
        defer { lock.withLock { idle.append((width, height, descriptor)) } }
        return descriptor.describe(picture.pixels)
    }
}
