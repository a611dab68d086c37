// The truth that `scripts/make-score-fixtures` writes, and the pictures and runs that several score tests share.

import Foundation
import Testing

@testable import Scores
@testable import ViT

/// A layer's runs with what NumPy and scikit-learn make of them.
struct ConsistencyCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Run: Decodable, Sendable {
        let neuron: Int
        let seed: Int
        let row: [Float]
        let activations: [Float]
    }

    struct Expected: Decodable, Sendable {
        let auc: Double
        let aucInterval: [Double]
        let retrieval: Double
        let retrievalInterval: [Double]
        let chance: Double
        let gap: Double
        let gapInterval: [Double]
        let deleted: [String: [Int: Double]]
        let p: Double
        let withinPairs: Int
        let betweenPairs: Int
        let neurons: [Int: Neuron]
    }

    struct Neuron: Decodable, Sendable {
        let similarity: Double
        let percentile: Double
        let pairs: Int
        let interval: [Double]?
        let withoutOneSeed: [Double]?
        let percentileInterval: [Double]?
    }

    struct Identified: Decodable, Sendable {
        let top1: Double
        let top1Interval: [Double]
        let meanReciprocalRank: Double
        let meanReciprocalRankInterval: [Double]
        let neurons: [Int: NeuronIdentification]
    }

    struct Width: Decodable, Sendable {
        let seeds: Int
        let choices: Int
        let auc: Double
        let similarity: Double?
    }

    let name: String
    let parts: [[Int]]
    let permutations: Int
    let reference: [[Float]]
    let referenceActivations: [[Float]]
    let runs: [Run]
    let expected: Expected
    /// The widths of intervals with fewer seeds; none where there are two.
    let widths: [Width]
    let identification: Identified
    let identificationOfMinima: Identified

    var testDescription: String { name }

    var scoredRuns: [ScoredRun] {
        runs.map {
            ScoredRun(
                neuron: $0.neuron, seed: $0.seed, look: nil, meaning: $0.row, activations: $0.activations,
                finalActivation: 0)
        }
    }

    static func all() throws -> [ConsistencyCase] { try scoreFixture("consistency") }

    /// A layer with more seeds than a width has choices.
    static func manySeeds() throws -> [ConsistencyCase] { try scoreFixture("seeds") }
}

/// A picture with NumPy's descriptor of it.
struct DescriptorCase: Decodable, Sendable, CustomTestStringConvertible {
    let width: Int
    let height: Int
    let rgb: Data
    let descriptor: [Float]

    var testDescription: String { "\(width) × \(height)" }

    static func all() throws -> [DescriptorCase] { try scoreFixture("descriptor") }
}

private func scoreFixture<Value: Decodable>(_ name: String) throws -> Value {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Scores/\(name).json")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

extension Consistency {
    /// Scores runs that are their own reference.
    init(
        of runs: [ScoredRun], settings: ScoreSettings = ScoreSettings(), measuring measure: (ScoredRun) -> [Float]?
    ) throws(NoScore) {
        let rows = RunTable(runs, measuring: measure).rows
        try self.init(of: runs, by: Normalisation(of: rows), settings: settings, measuring: measure)
    }
}

extension Identification {
    /// Ranks runs that are their own reference.
    init(of runs: [ScoredRun], settings: ScoreSettings = ScoreSettings()) throws(NoScore) {
        let rows = RunTable(runs, measuring: \.activations).rows
        try self.init(of: runs, scale: ChannelScale(rows), settings: settings)
    }
}

/// Whether an interval has these ends.
func isClose(_ interval: ClosedRange<Double>?, _ ends: [Double]?, within tolerance: Double) -> Bool {
    guard let interval, let ends else { return interval == nil && ends == nil }
    return abs(interval.lowerBound - ends[0]) < tolerance && abs(interval.upperBound - ends[1]) < tolerance
}

extension SplitMix64 {
    /// Uniform in 0..<1.
    mutating func uniform() -> Float { Float(next() >> 40) / 16_777_216 }

    /// Nearly normal, mean 0, variance 1: the sum of twelve uniform draws.
    mutating func normal() -> Float { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

/// Runs of a made-up layer: each neuron has a direction of its own, each run adds noise.
func syntheticRuns(
    neurons: Int, seeds: Int, dimensions: Int, signal: Float, state: UInt64, shufflingLabels: Bool = false
) -> [ScoredRun] {
    var generator = SplitMix64(state: state)
    let centres = (0..<neurons).map { _ in (0..<dimensions).map { _ in signal * generator.normal() } }
    return (0..<seeds).flatMap { seed in
        let labels = shufflingLabels ? generator.permutation(of: neurons).map { Int($0) } : Array(0..<neurons)
        return (0..<neurons).map { neuron in
            ScoredRun(
                neuron: labels[neuron], seed: seed, look: nil, meaning: centres[neuron].map { $0 + generator.normal() },
                activations: nil, finalActivation: generator.normal())
        }
    }
}
