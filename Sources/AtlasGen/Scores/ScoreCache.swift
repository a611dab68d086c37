// Scores of a layer's runs from their records, kept beside the store under the digest of what they depend on.

import Foundation
import Render

/// Computes scores once and keeps them in `.atlas/scores/`.
///
/// Unchecked Sendable: what is known is read and written under the lock.
final class ScoreCache: @unchecked Sendable {
    private let store: Store
    private let judge: Judge?
    private let lock = NSLock()
    private var known: [String: LayerScores] = [:]

    /// Raised by one whenever the scores' computation changes.
    private static let version = 1

    /// - Parameter judge: the model that gives the embeddings; nil for those in the records.
    init(store: Store, judge: Judge?) {
        self.store = store
        self.judge = judge
    }

    /// The scores of `recipes`, the runs of one layer and variant; runs that are not in the store are left out.
    func scores(of recipes: [Recipe]) throws -> LayerScores {
        let name = digest(of: recipes.map(\.key).filter(store.contains))
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

    /// Scores from whole bytes; nil for those of a program that kept other fields, which are made again.
    private static func decoded(_ bytes: [UInt8]) -> LayerScores? {
        try? JSONDecoder().decode(LayerScores.self, from: Data(bytes))
    }

    private func digest(of keys: [RecipeKey]) -> String {
        var lines = ["scores \(Self.version) look \(LookDescriptor.version) judge \(judge?.digest ?? "-")"]
        lines += keys.map(\.description).sorted()
        return Digest.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private func compute(_ recipes: [Recipe]) throws -> (scores: LayerScores, used: [RecipeKey]) {
        var used: [RecipeKey] = []
        var runs: [ScoredRun] = []
        var descriptor: (width: Int, height: Int, look: LookDescriptor)?
        for recipe in recipes {
            guard let record = try store.record(recipe.key) else { continue }
            used.append(recipe.key)
            var look: [Float]?
            var meaning: [Float]?
            if case .diverged = record.header.outcome {
                // Its picture is that of the step before, and says nothing of the neuron.
            } else {
                let picture = try PNG.decode(Data(record.png), file: store.path(of: recipe.key))
                if descriptor?.width != picture.width || descriptor?.height != picture.height {
                    descriptor = (
                        picture.width, picture.height, LookDescriptor(width: picture.width, height: picture.height)
                    )
                }
                look = descriptor?.look.describe(picture.pixels)
                meaning = judge?.embedding(of: picture) ?? record.numbers.embedding
            }
            runs.append(
                ScoredRun(
                    neuron: recipe.neuron, seed: Int(clamping: recipe.seed), look: look, meaning: meaning,
                    activations: look == nil || recipe.tokens == .slice ? nil : record.numbers.layerActivations,
                    finalActivation: record.header.finalActivation))
        }
        var settings = ScoreSettings()
        settings.minimises = recipes.first?.direction == .negative
        return (LayerScores(of: runs, settings: settings), used)
    }
}
