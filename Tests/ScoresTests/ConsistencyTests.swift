// A layer's consistency: against scikit-learn and NumPy, under the null, and where there is little or nothing.

import Foundation
import Testing

@testable import Scores
@testable import ViT

struct ConsistencyTests {
    @Test(arguments: try ConsistencyCase.all())
    func agreesWithScikitLearnAndNumPy(example: ConsistencyCase) throws {
        let parts = example.parts.map { $0[0]..<$0[1] }
        let found = try Consistency(
            of: example.scoredRuns, by: Normalisation(of: example.reference, parts: parts),
            settings: ScoreSettings(permutations: example.permutations), measuring: \.meaning)
        let expected = example.expected
        // NumPy's similarities are not rounded to 2⁻¹⁵; that may make one comparison of two neighbours a tie.
        let comparison = 1.01 / Double(expected.withinPairs * expected.betweenPairs)
        #expect(abs(found.layer.auc - expected.auc) < comparison)
        #expect(abs(found.layer.gap - expected.gap) < 5e-5)
        #expect(abs(found.layer.retrieval - expected.retrieval) < 1e-12)
        #expect(abs(found.layer.chance - expected.chance) < 1e-12)
        #expect(abs(found.layer.p - expected.p) < 1e-12)
        #expect(isClose(found.layer.aucInterval, expected.aucInterval, within: 5e-4))
        #expect(isClose(found.layer.gapInterval, expected.gapInterval, within: 1e-4))
        let deleted = found.deleted.mapValues { ["auc": $0.auc, "gap": $0.gap, "retrieval": $0.retrieval] }
        for (figure, values) in expected.deleted {
            #expect(Set(values.keys) == Set(deleted.filter { $0.value[figure] != .some(nil) }.keys))
            for (neuron, value) in values {
                let own = try #require(deleted[neuron]?[figure] ?? nil)
                #expect(abs(own - value) < 2 * comparison + (figure == "gap" ? 5e-5 : 0))
            }
        }
        #expect(isClose(found.layer.retrievalInterval, expected.retrievalInterval, within: 1e-9))
        #expect(found.layer.withinPairs == expected.withinPairs)
        #expect(found.layer.betweenPairs == expected.betweenPairs)
        #expect(Set(found.neurons.keys) == Set(expected.neurons.keys))
        for (neuron, figures) in expected.neurons {
            let own = try #require(found.neurons[neuron])
            #expect(abs(own.similarity - figures.similarity) < 5e-5)
            #expect(abs(own.percentile - figures.percentile) < 101 / Double(expected.betweenPairs))
            #expect(own.pairs == figures.pairs)
            #expect(isClose(own.interval, figures.interval, within: 2e-4))
            #expect(isClose(own.withoutOneSeed, figures.withoutOneSeed, within: 5e-5))
            #expect(isClose(own.percentileInterval, figures.percentileInterval, within: 1))
        }
        #expect(found.distribution.within.reduce(0, +) == expected.withinPairs)
        #expect(found.distribution.between.reduce(0, +) == expected.betweenPairs)
    }

    /// Kolmogorov and Smirnov: under shuffled labels p is uniform over k / 200; at the 1 % level for 300 layers.
    @Test func underShuffledLabelsThePermutationPIsUniform() throws {
        let settings = ScoreSettings(permutations: 199)
        let values = try (0..<300).map { seed in
            let runs = syntheticRuns(
                neurons: 12, seeds: 3, dimensions: 6, signal: 1, state: 1_000 + UInt64(seed), shufflingLabels: true)
            return try Consistency(of: runs, settings: settings, measuring: \.meaning).layer.p
        }
        let greatest = (1...200).map { step -> Double in
            let p = Double(step) / 200
            return abs(Double(values.count { $0 <= p + 1e-9 }) / Double(values.count) - p)
        }.max()
        #expect(try #require(greatest) < 1.63 / Double(values.count).squareRoot())
    }

    @Test func labelsThatMeanSomethingHaveTheSmallestP() throws {
        let runs = syntheticRuns(neurons: 30, seeds: 3, dimensions: 12, signal: 3, state: 7)
        let layer = try Consistency(of: runs, measuring: \.meaning).layer
        #expect(layer.p == 1.0 / 1_001)
        #expect(layer.permutations == 1_000)
        #expect(layer.auc > 0.95)
        #expect(layer.retrieval > 0.9)
        #expect(layer.gap > 0.5)
    }

    @Test(arguments: [2, 3])
    func identicalRunsFindOneAnother(seeds: Int) throws {
        var generator = SplitMix64(state: 4)
        let pictures = (0..<20).map { _ in (0..<6).map { _ in generator.normal() } }
        let runs = (0..<seeds).flatMap { seed in (0..<20).map { run($0, seed, pictures[$0]) } }
        let found = try Consistency(of: runs, measuring: \.meaning)
        #expect(found.layer.retrieval == 1)
        #expect(found.layer.auc == 1)
        #expect(found.layer.p == 1.0 / 1_001)
        #expect(found.neurons.values.allSatisfy { $0.similarity == 1 && $0.percentile == 100 })
        // No neuron differs from another, but twenty are not all.
        let interval = try #require(found.layer.aucInterval)
        #expect(interval.upperBound == 1 && interval.lowerBound > 0.75 && interval.lowerBound < 0.85)
        #expect(found.matrices.values.allSatisfy { $0.values.allSatisfy { $0.allSatisfy { $0 == 1 } } })
    }

    /// Nothing can be told apart, so every figure is what chance gives.
    @Test func constantPicturesGiveChance() throws {
        let runs = (0..<3).flatMap { seed in (0..<8).map { run($0, seed, [0.3, 0.1, 7]) } }
        let found = try Consistency(of: runs, measuring: \.meaning)
        #expect(found.layer.auc == 0.5)
        #expect(try #require(found.layer.aucInterval).contains(0.5))
        #expect(abs(found.layer.retrieval - found.layer.chance) < 1e-12)
        #expect(abs(found.layer.chance - 0.125) < 1e-12)
        #expect(found.layer.gap == 0)
        #expect(found.layer.p == 1)
        #expect(found.neurons.values.allSatisfy { $0.similarity == 0 && $0.percentile == 50 })
    }

    @Test func twoNeuronsHaveFiguresButNoInterval() throws {
        let runs = [
            run(3, 0, [1, 0]), run(3, 1, [0.9, 0.1]), run(9, 0, [-1, 0.2]), run(9, 1, [-0.8, 0]),
        ]
        let found = try Consistency(of: runs, measuring: \.meaning)
        #expect(found.layer.auc == 1)
        #expect(found.layer.retrieval == 1)
        #expect(found.layer.chance == 0.5)
        #expect(found.layer.aucInterval == nil)
        #expect(found.layer.gapInterval == nil)
        #expect(found.layer.retrievalInterval == nil)
        #expect(found.layer.withinPairs == 2)
        #expect(found.layer.betweenPairs == 2)
        // Two labels can be shuffled in two ways that differ.
        #expect(found.layer.p > 0.4 && found.layer.p < 0.6)
        #expect(Set(found.neurons.keys) == [3, 9])
    }

    @Test func divergedRunsAreLeftOutAndCounted() throws {
        var runs = syntheticRuns(neurons: 8, seeds: 3, dimensions: 4, signal: 1, state: 11)
        let whole = try Consistency(of: runs, measuring: \.meaning)
        runs.append(run(100, 0, [.nan, 0, 0, 0]))
        runs.append(run(101, 1, [0, .infinity, 0, 0]))
        runs.append(run(102, 1, nil))
        runs.append(run(103, 2, [1, 2]))
        runs.append(run(104, 2, []))
        let found = try Consistency(of: runs, measuring: \.meaning)
        #expect(found.layer.excluded == 5)
        #expect(found.layer.runs == 24)
        #expect(found.neurons == whole.neurons)
        #expect(found.layer.auc == whole.layer.auc)
        #expect(found.layer.p == whole.layer.p)
    }

    @Test func aNeuronWithOneUsableRunHasNoScoreButCountsInTheNull() throws {
        var runs = syntheticRuns(neurons: 6, seeds: 2, dimensions: 4, signal: 1, state: 2)
        runs.append(run(50, 0, [1, 2, 3, 4]))
        let found = try Consistency(of: runs, measuring: \.meaning)
        #expect(found.neurons[50] == nil)
        #expect(found.matrices[50] == nil)
        #expect(found.layer.neurons == 6)
        #expect(found.layer.runs == 13)
        #expect(found.layer.betweenPairs == 6 * 5 + 6)
    }

    @Test func aLayerWithoutAComparisonHasAReason() {
        func reason(_ runs: [ScoredRun]) -> NoScore? {
            Scored { () throws(NoScore) in try Consistency(of: runs, measuring: \.meaning) }.reason
        }
        #expect(reason([]) == .nothingMeasured)
        #expect(reason([run(0, 0, nil), run(1, 1, [.nan])]) == .nothingMeasured)
        #expect(reason([run(0, 0, [1, 2]), run(1, 0, [2, 1]), run(2, 0, [0, 1])]) == .oneSeed)
        #expect(reason([run(0, 0, [1, 2]), run(0, 1, [2, 1])]) == .oneNeuron)
        #expect(reason([run(0, 0, [1, 2]), run(1, 1, [2, 1])]) == .noRepeatedNeuron)
        #expect(NoScore.oneSeed.description.contains("at least two seeds"))
    }

    /// Neither the order of the runs nor the number of threads changes a digit; 300 neurons take several blocks.
    @Test func orderAndThreadsChangeNothing() throws {
        let runs = syntheticRuns(neurons: 300, seeds: 3, dimensions: 5, signal: 1, state: 5)
        var settings = ScoreSettings(permutations: 20, workers: 1)
        let expected = try Consistency(of: runs, settings: settings, measuring: \.meaning)
        var generator = SplitMix64(state: 1)
        let shuffled = generator.permutation(of: runs.count).map { runs[Int($0)] }
        for workers in [1, 2, 3, 100] {
            settings.workers = workers
            #expect(try Consistency(of: shuffled, settings: settings, measuring: \.meaning) == expected)
        }
    }

    @Test func theMatrixOfANeuronIsSymmetricAndMeansItsSimilarity() throws {
        let runs = syntheticRuns(neurons: 6, seeds: 4, dimensions: 5, signal: 1, state: 3).filter {
            $0.neuron != 2 || $0.seed != 1
        }
        let found = try Consistency(of: runs, measuring: \.meaning)
        let matrix = try #require(found.matrices[2])
        #expect(matrix.seeds == [0, 2, 3])
        #expect((0..<3).allSatisfy { matrix.values[$0][$0] == 1 })
        #expect((0..<3).allSatisfy { row in (0..<3).allSatisfy { matrix.values[row][$0] == matrix.values[$0][row] } })
        let mean = (matrix.values[0][1] + matrix.values[0][2] + matrix.values[1][2]) / 3
        #expect(abs(try #require(found.neurons[2]).similarity - mean) < 1e-12)
    }

    private func run(_ neuron: Int, _ seed: Int, _ row: [Float]?) -> ScoredRun {
        ScoredRun(neuron: neuron, seed: seed, look: nil, meaning: row, activations: nil, finalActivation: 0)
    }
}

struct SimilarityLevelTests {
    @Test func roundsToTheNearestLevelAndStaysInRange() {
        #expect(SimilarityLevel.nearest(1) == 32_768)
        #expect(SimilarityLevel.nearest(1.000001) == 32_768)
        #expect(SimilarityLevel.nearest(-1.000001) == -32_768)
        #expect(SimilarityLevel.nearest(0) == 0)
        for level in stride(from: -32_768, through: 32_768, by: 97) {
            #expect(SimilarityLevel.nearest(Float(level) / 32_768) == level)
            #expect(SimilarityLevel.nearest((Float(level) + 0.4) / 32_768) == min(level, 32_768))
        }
    }

    @Test func unlikePartsWeighAlike() {
        var generator = SplitMix64(state: 8)
        let rows = (0..<50).map { _ in
            (0..<3).map { _ in 1e-4 * generator.normal() + 5 } + (0..<9).map { _ in 1e4 * generator.normal() }
        }
        let prepared = SimilarityRows(rows, by: Normalisation(of: rows, parts: [0..<3, 3..<12]))
        let squares = (0..<50).map { row in
            (0..<12).map { column in
                let value = prepared.values.pointer[row * 12 + column]
                return value * value
            }
        }
        #expect(squares.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
        let share = squares.reduce(0) { $0 + $1[0..<3].reduce(0, +) } / 50
        #expect(share > 0.35 && share < 0.65, "the small part's share is \(share)")
    }
}
