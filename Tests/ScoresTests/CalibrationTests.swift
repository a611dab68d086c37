// Whether the intervals hold the truth as often as they say: 500 made-up layers each.

import Testing

@testable import Scores
@testable import ViT

struct CalibrationTests {
    private static let layers = 500
    /// The central 99.9 % of the binomial distribution of 500 trials at 0.95, because ten counts are compared with it
    /// (SciPy: binom.interval(0.999, 500, 0.95)).
    private static let expected = 458...489

    @Test(arguments: [10, 24])
    func underShuffledLabelsTheIntervalsHoldChance(neurons: Int) throws {
        var held = (auc: 0, gap: 0)
        for state in 0..<Self.layers {
            let layer = try layer(neurons: neurons, state: state, shufflingLabels: true).layer
            held.auc += try #require(layer.aucInterval).contains(0.5) ? 1 : 0
            held.gap += try #require(layer.gapInterval).contains(0) ? 1 : 0
        }
        #expect(Self.expected.contains(held.auc), "the AUC's held 0.5 in \(held.auc) of \(Self.layers)")
        #expect(Self.expected.contains(held.gap), "the gap's held 0 in \(held.gap) of \(Self.layers)")
    }

    /// Neurons of unlike consistency. The truth is the mean of 40 layers of 300 neurons.
    @Test(arguments: [0.5, 1, 1.6])
    func underTheRunsOwnLabelsTheIntervalHoldsTheTruth(signal: Float) throws {
        let truth = try (0..<40).reduce(0.0) { sum, state in
            sum + (try layer(neurons: 300, state: 10_000 + state, signal: signal).layer.auc) / 40
        }
        let held = try (0..<Self.layers).count { state in
            try #require(layer(neurons: 24, state: state, signal: signal).layer.aucInterval).contains(truth)
        }
        #expect(Self.expected.contains(held), "held \(truth) in \(held) of \(Self.layers)")
    }

    /// Two conditions that differ in nothing but their noise, over the same neurons.
    @Test(arguments: [10, 24])
    func pairedIntervalsHoldNoDifference(neurons: Int) throws {
        let held = try (0..<Self.layers).count { state in
            let pair = try (0..<2).map { try layer(neurons: neurons, state: state, noise: 1 + $0) }
            let difference = MeasureDifferences(pair[1], minus: pair[0], comparisons: 1).auc
            return try #require(difference.interval).contains(0)
        }
        #expect(Self.expected.contains(held), "held in \(held) of \(Self.layers)")
    }

    /// A condition with half the noise agrees more, by the same amount in all layers.
    @Test func pairedIntervalsHoldADifference() throws {
        func difference(neurons: Int, state: Int) throws -> PairedDifference {
            let noisy = try layer(neurons: neurons, state: state, noise: 1)
            let clear = try layer(neurons: neurons, state: state, signal: 1.6, noise: 2)
            return MeasureDifferences(clear, minus: noisy, comparisons: 1).auc
        }
        let truth = try (0..<40).reduce(0.0) { sum, state in
            sum + (try difference(neurons: 300, state: 10_000 + state).value) / 40
        }
        let held = try (0..<Self.layers).count {
            try #require(difference(neurons: 24, state: $0).interval).contains(truth)
        }
        #expect(truth > 0.05)
        #expect(Self.expected.contains(held), "held \(truth) in \(held) of \(Self.layers)")
    }

    /// A layer whose neurons come from `state` and whose runs' noise comes from `noise`.
    private func layer(
        neurons: Int, state: Int, signal: Float = 0.8, noise: Int = 1, shufflingLabels: Bool = false
    ) throws -> Consistency {
        var generator = SplitMix64(state: UInt64(state))
        var noiseGenerator = SplitMix64(state: UInt64(state) &* 1_000_003 &+ UInt64(noise))
        let centres = (0..<neurons).map { _ in (0..<8).map { _ in generator.normal() } }
        let strengths = (0..<neurons).map { _ in signal * (0.5 + generator.uniform()) }
        let runs = (0..<3).flatMap { seed in
            let labels = shufflingLabels ? noiseGenerator.permutation(of: neurons).map { Int($0) } : Array(0..<neurons)
            return (0..<neurons).map { neuron in
                ScoredRun(
                    neuron: labels[neuron], seed: seed, look: nil,
                    meaning: centres[neuron].map { strengths[neuron] * $0 + noiseGenerator.normal() },
                    activations: nil, finalActivation: 0)
            }
        }
        return try Consistency(
            of: runs, by: Self.identity, settings: ScoreSettings(permutations: 0, workers: 1), measuring: \.meaning)
    }

    /// The cosines of the vectors as they are, so that the truth does not depend on the layer's own runs.
    private static let identity = Normalisation(
        of: (0..<8).flatMap { axis in
            [-1, 1].map { sign in (0..<8).map { $0 == axis ? Float(sign) : 0 } }
        })
}
