// How a layer is scored, and why a layer may have no score.

import Foundation

/// The settings of scoring; each default is declared only here.
struct ScoreSettings: Sendable {
    /// The seed of all random draws; equal seeds give equal scores.
    var seed: UInt64 = 0
    /// Number of shuffles of the neuron labels behind a p.
    var permutations = 1_000
    /// The runs were made to lower their neurons' activations (`direction: -`), so the lowest channel stands out.
    var minimises = false
    /// The runs' neurons are tokens (`slice`), none of which is a channel that could stand out.
    var targetsAreTokens = false
    /// Number of threads; the scores do not depend on it.
    var workers = ProcessInfo.processInfo.activeProcessorCount
}

/// Why a layer has no score by a measure.
package enum NoScore: String, Error, Codable, Sendable, CustomStringConvertible {
    /// No run has anything to measure.
    case nothingMeasured
    /// All usable runs have one seed.
    case oneSeed
    /// All usable runs are of one neuron.
    case oneNeuron
    /// There are several seeds and neurons, but no neuron has two usable runs.
    case noRepeatedNeuron
    /// There are several seeds and neurons, but no two neurons have usable runs from different seeds.
    case noNull
    /// A run's neuron is not a channel of the layer (with `slice` it is a token).
    case notAChannel
    /// The usable runs have too few seeds to show what more seeds do.
    case tooFewSeeds
    /// The layer has a score, but the neuron has fewer than two usable runs.
    case tooFewRuns
    /// The layer has a score, but the neuron has no usable run.
    case noRun

    /// The reason in a sentence for the page, with what to do.
    package var description: String {
        switch self {
        case .nothingMeasured: "No score: no run produced a picture that can be measured."
        case .oneSeed:
            "No score: with one seed, no neuron has a second run to compare with. Set at least two seeds."
        case .oneNeuron:
            "No score: with one neuron, there are no pairs of different neurons to compare with. Choose at least two."
        case .noRepeatedNeuron:
            "No score: no neuron has two usable runs; the others diverged. Try more seeds or another method."
        case .noNull:
            "No score: no two neurons have usable runs from different seeds; the others diverged. Try more seeds."
        case .notAChannel:
            "No identification: the runs' targets are tokens, not channels of the layer, so none of them can stand out."
        case .tooFewSeeds:
            "No chart: it shows what more seeds do, and needs usable runs from at least "
                + "\(SeedWidths.fewestSeeds) seeds. Set \"seeds\" in atlas.yml to \(SeedWidths.fewestSeeds) or more."
        case .tooFewRuns:
            "No score: fewer than two runs of this neuron can be measured; the others diverged or have not been "
                + "made yet. Try more seeds or another method."
        case .noRun: "No identification: no run of this neuron can be measured."
        }
    }
}

/// A score, or the reason why there is none.
package enum Scored<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// There is a score.
    case score(Value)
    /// There is none.
    case absent(NoScore)

    /// The computed score, or the reason that `compute` throws.
    init(_ compute: () throws(NoScore) -> Value) {
        do {
            self = .score(try compute())
        } catch {
            self = .absent(error)
        }
    }

    /// The score, if there is one.
    package var value: Value? {
        if case .score(let value) = self { value } else { nil }
    }

    /// The reason, if there is no score.
    var reason: NoScore? {
        if case .absent(let reason) = self { reason } else { nil }
    }
}
