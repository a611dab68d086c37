// The scores of a layer's runs, computed from their records and cached under a digest of what they depend on.

import Foundation
import Render
import Runs
import Support
import ViT

/// Computes scores, and what charts show of them, once and keeps them in `.atlas/scores/`.
///
/// Unchecked Sendable: the known scores are read and written only under the lock.
package final class ScoreCache: @unchecked Sendable {
    private let store: Store
    private let judge: Judge?
    private let meter: RunMeter
    private let reference: @Sendable (Recipe) throws -> ScoreReference
    private let onRead: @Sendable () -> Void
    private let lock = NSLock()
    private var known: [String: any Sendable] = [:]
    /// The runs that were read last, for what else is computed from them.
    private var latest: (name: String, runs: [(key: RecipeKey, run: ScoredRun)])?

    /// Raised by one whenever the scores' computation changes.
    private static let version = 3

    /// - Parameters:
    ///   - judge: the model that gives the embeddings; nil for those in the records.
    ///   - reference: what the runs of a recipe's condition and address are measured against.
    ///   - onRead: called for each run that was read, from several threads.
    package init(
        store: Store, judge: Judge?, reference: @escaping @Sendable (Recipe) throws -> ScoreReference,
        onRead: @escaping @Sendable () -> Void = {}
    ) {
        self.onRead = onRead
        self.store = store
        self.judge = judge
        meter = RunMeter(judge: judge)
        self.reference = reference
    }

    /// The scores of `recipes`, the runs of one layer and condition; runs that are not in the store are left out.
    package func scores(of recipes: [Recipe]) throws -> LayerScores {
        try cached("scores", of: recipes, without: .none) { LayerScores(of: $0, by: $1, settings: $2) }
    }

    /// How wide intervals are with fewer seeds, for the same runs.
    package func widths(of recipes: [Recipe]) throws -> SeedWidths {
        try cached("seed widths", of: recipes, without: .none) { runs, reference, _ in
            SeedWidths(of: runs, by: reference)
        }
    }

    /// Which neurons have pictures like each other's, over `recipes`, the runs of one layer and condition.
    package func neighbours(of recipes: [Recipe]) throws -> NeuronNeighbours {
        try cached("neighbours \(NeuronNeighbours.version)", of: recipes, without: .none) { runs, reference, _ in
            NeuronNeighbours(of: runs, by: reference)
        }
    }

    /// The map of the neurons of `recipes`, the runs of one layer and condition, by the first picture of each.
    package func map(of recipes: [Recipe]) throws -> NeuronMap {
        try cached("map \(NeuronMap.version)", of: recipes, without: .none) { runs, reference, _ in
            NeuronMap(of: runs, by: reference)
        }
    }

    /// What is known or stored of `recipes`, or what `compute` makes of their runs.
    ///
    /// - Parameters:
    ///   - kind: what is computed, as a part of the file's name.
    ///   - none: the value of no recipes.
    private func cached<Value: Codable & Sendable>(
        _ kind: String, of recipes: [Recipe], without none: Value,
        _ compute: ([ScoredRun], ScoreReference, ScoreSettings) -> Value
    ) throws -> Value {
        let name = digest(kind, of: try recipes.map(\.key).filter(store.contains))
        if let value = lock.withLock({ known[name] }) as? Value { return value }
        if let bytes = try store.sealed(Self.path(name)), let value = Self.decoded(Value.self, bytes) {
            lock.withLock { known[name] = value }
            return value
        }
        let runs = try latestRuns(of: recipes)
        let value = try recipes.first.map { compute(runs.map(\.run), try reference($0), settings(for: $0)) } ?? none
        // A run whose record turned out to be damaged is not in this value, so it must not be in its name.
        let usedName = digest(kind, of: runs.map(\.key))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(value)), as: Self.path(usedName))
        lock.withLock { known[usedName] = value }
        return value
    }

    private static func path(_ name: String) -> String { "scores/\(name).json" }

    /// The value in a file; nil if a program with other fields wrote it. It is then computed again.
    private static func decoded<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    private func digest(_ kind: String, of keys: [RecipeKey]) -> String {
        let versions =
            "\(kind) \(Self.version) look \(LookDescriptor.version) reference \(ReferencePictures.version) judge "
            + "\(judge?.digest ?? "-")"
        let lines = [versions] + keys.map(\.description).sorted()
        return Digest.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private func settings(for recipe: Recipe) -> ScoreSettings {
        var settings = ScoreSettings()
        settings.minimises = recipe.variant.direction == .negative
        if case .token = recipe.target { settings.targetsAreTokens = true }
        return settings
    }

    /// The same as `runs`, without reading those that were read last.
    private func latestRuns(of recipes: [Recipe]) throws -> [(key: RecipeKey, run: ScoredRun)] {
        let name = digest("runs", of: try recipes.map(\.key).filter(store.contains))
        if let latest = lock.withLock({ latest }), latest.name == name { return latest.runs }
        let runs = try runs(of: recipes)
        lock.withLock { latest = (name, runs) }
        return runs
    }

    /// The runs of the recipes that have a record.
    private func runs(of recipes: [Recipe]) throws -> [(key: RecipeKey, run: ScoredRun)] {
        try meter.map(recipes, in: store, onRead: onRead) { index, record, vectors in
            let recipe = recipes[index]
            let run = ScoredRun(
                neuron: recipe.target.number, seed: Int(clamping: recipe.seed), look: vectors?.look,
                meaning: vectors?.meaning, activations: vectors?.activations,
                finalActivation: record.header.finalActivation)
            return (recipe.key, run)
        }.compactMap(\.self)
    }
}
