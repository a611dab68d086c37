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
    private let meter: RunMeter
    private let reference: @Sendable (Recipe) throws -> ScoreReference
    private let lock = NSLock()
    private var known: [String: LayerScores] = [:]

    /// Raised by one whenever the scores' computation changes.
    private static let version = 3

    /// - Parameters:
    ///   - judge: the model that gives the embeddings; nil for those in the records.
    ///   - reference: what the runs of a recipe's condition and address are measured against.
    package init(store: Store, judge: Judge?, reference: @escaping @Sendable (Recipe) throws -> ScoreReference) {
        self.store = store
        self.judge = judge
        meter = RunMeter(judge: judge)
        self.reference = reference
    }

    /// The scores of `recipes`, the runs of one layer and condition; runs that are not in the store are left out.
    package func scores(of recipes: [Recipe]) throws -> LayerScores {
        let name = digest(of: try recipes.map(\.key).filter(store.contains))
        if let scores = lock.withLock({ known[name] }) { return scores }
        if let bytes = try store.sealed(Self.path(name)), let scores = Self.decoded(bytes) {
            lock.withLock { known[name] = scores }
            return scores
        }
        let (scores, used) = try compute(recipes)
        // A run whose record turned out to be damaged is not in these scores, so it must not be in their name.
        let usedName = digest(of: used)
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

    private func digest(of keys: [RecipeKey]) -> String {
        let versions =
            "scores \(Self.version) look \(LookDescriptor.version) reference \(ReferencePictures.version) judge "
            + "\(judge?.digest ?? "-")"
        let lines = [versions] + keys.map(\.description).sorted()
        return Digest.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private func compute(_ recipes: [Recipe]) throws -> (scores: LayerScores, used: [RecipeKey]) {
        var settings = ScoreSettings()
        settings.minimises = recipes.first?.variant.direction == .negative
        if case .token = recipes.first?.target { settings.targetsAreTokens = true }
        guard let first = recipes.first else { return (.none, []) }
        // Before the first thread multiplies matrices.
        BLAS.useOneThread()
        let runs = try concurrently(recipes.count) { index in
            Result { try run(recipes[index]) }
        }.map { try $0.get() }
        return (
            LayerScores(of: runs.compactMap { $0 }, by: try reference(first), settings: settings),
            zip(recipes, runs).filter { $1 != nil }.map(\.0.key)
        )
    }

    /// The run of a recipe from its record; nil if there is none.
    private func run(_ recipe: Recipe) throws -> ScoredRun? {
        guard let record = try store.record(recipe.key) else { return nil }
        let vectors = try meter.vectors(of: record, path: store.path(of: recipe.key))
        return ScoredRun(
            neuron: recipe.target.number, seed: Int(clamping: recipe.seed), look: vectors?.look,
            meaning: vectors?.meaning, activations: vectors?.activations,
            finalActivation: record.header.finalActivation)
    }
}
