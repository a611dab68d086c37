// How the intervals of a layer's scores narrow with the number of seeds.

import Runs
import Support
import ViT

/// The widths of 95 % intervals with a number of seeds, as means over several choices of these seeds.
package struct SeedWidth: Codable, Sendable, Equatable {
    /// Number of seeds.
    package let seeds: Int
    /// Number of choices of so many seeds that the widths are means over.
    package let choices: Int
    /// The width of the interval of the layer's AUC, by jackknife over neurons; nil for fewer than
    /// `Jackknife.fewestNeurons` neurons.
    package let auc: Double?
    /// The width of the interval of one neuron's similarity, by jackknife over seeds, as the mean over neurons; nil for
    /// two seeds.
    package let similarity: Double?

    init(seeds: Int, choices: Int, auc: Double?, similarity: Double?) {
        self.seeds = seeds
        self.choices = choices
        self.auc = auc
        self.similarity = similarity
    }

    /// The widths with one choice of seeds.
    fileprivate init(of consistency: Consistency, seeds: Int) {
        // In the order of the neurons' numbers, so that the last digit does not depend on hashing.
        let neurons = consistency.neurons.sorted { $0.key < $1.key }.compactMap { $0.value.interval.map(Self.width) }
        self.init(
            seeds: seeds, choices: 1, auc: consistency.layer.aucInterval.map(Self.width),
            similarity: Self.mean(neurons))
    }

    /// The means over choices of so many seeds.
    fileprivate init(over choices: [SeedWidth], seeds: Int) {
        self.init(
            seeds: seeds, choices: choices.count, auc: Self.mean(choices.compactMap(\.auc)),
            similarity: Self.mean(choices.compactMap(\.similarity)))
    }

    private static func width(_ interval: ClosedRange<Double>) -> Double { interval.upperBound - interval.lowerBound }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

/// How wide the intervals of a group of runs are with each number of their seeds, from two to all.
package struct SeedWidths: Codable, Sendable, Equatable {
    /// By look.
    package let look: Scored<[SeedWidth]>
    /// By the judge's embedding.
    package let meaning: Scored<[SeedWidth]>

    /// The most choices of seeds that a width is the mean over.
    static let mostChoices = 12
    /// With fewer seeds than this, no width can be compared with another one of its kind.
    static let fewestSeeds = 3

    /// Scores a group of runs again with fewer of their seeds. The order of the runs does not matter.
    init(of runs: [ScoredRun], by reference: ScoreReference) {
        look = Scored { () throws(NoScore) in try Self.widths(of: runs, by: reference.look, measuring: \.look) }
        meaning = Scored { () throws(NoScore) in
            try Self.widths(of: runs, by: reference.meaning, measuring: \.meaning)
        }
    }

    /// The widths of no runs.
    static let none = SeedWidths()

    private init() {
        look = .absent(.nothingMeasured)
        meaning = .absent(.nothingMeasured)
    }

    /// The widths by one measure for each number of seeds, ascending.
    static func widths(
        of runs: [ScoredRun], by normalisation: Normalisation, measuring measure: @Sendable (ScoredRun) -> [Float]?
    ) throws(NoScore) -> [SeedWidth] {
        let usable = runs.filter { measure($0)?.count == normalisation.means.count }
        let seeds = RunTable(usable, measuring: measure).seeds
        guard !seeds.isEmpty else { throw .nothingMeasured }
        guard seeds.count >= fewestSeeds else { throw .tooFewSeeds }
        // Permutations are for p alone; the choices, not their pairs, are spread over the threads.
        let settings = ScoreSettings(permutations: 0, workers: 1)
        let choices = (2...seeds.count).flatMap { Self.choices(of: $0, among: seeds) }
        BLAS.useOneThread()
        let widths = concurrently(choices.count) { index in
            Scored { () throws(NoScore) in
                SeedWidth(
                    of: try Consistency(
                        of: usable.filter { choices[index].contains($0.seed) }, by: normalisation, settings: settings,
                        measuring: measure), seeds: choices[index].count)
            }
        }
        // The last choice has all seeds. Without a score for these there is nothing to show.
        if let reason = widths.last?.reason { throw reason }
        let scored = Dictionary(grouping: widths.compactMap(\.value), by: \.seeds)
        return (2...seeds.count).map { SeedWidth(over: scored[$0, default: []], seeds: $0) }
    }

    /// Choices of `count` seeds: neighbours in a ring of all seeds, from each seed, or from `mostChoices` evenly spread
    /// ones. So the seeds take part about equally often, and the cost does not explode with their number.
    static func choices(of count: Int, among seeds: [Int]) -> [[Int]] {
        guard count < seeds.count else { return [seeds] }
        return AtlasConfiguration.spread(Array(seeds.indices), count: mostChoices).map { start in
            (start..<start + count).map { seeds[$0 % seeds.count] }
        }
    }
}
