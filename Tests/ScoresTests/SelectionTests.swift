// A neuron's scores do not depend on which other neurons were chosen: 20 selections of 12 of 60 neurons.

import Testing

@testable import Scores
@testable import TestSupport
@testable import ViT

struct SelectionTests {
    @Test(arguments: 0..<20)
    func aSelectionChangesANeuronsScoresLessThanTheirIntervals(seed: Int) throws {
        let runs = Self.runs
        var generator = SplitMix64(state: UInt64(seed))
        let chosen = Set(generator.permutation(of: 60).prefix(12).map { Int($0) })
        let whole = LayerScores(of: runs, by: Self.reference)
        let part = LayerScores(of: runs.filter { chosen.contains($0.neuron) }, by: Self.reference)
        var outside = 0
        for neuron in chosen {
            let (own, alone) = (whole.scores(of: neuron), part.scores(of: neuron))
            #expect(own.identification == alone.identification)
            for (first, second) in [(own.look, alone.look), (own.meaning, alone.meaning)] {
                let (first, second) = (try #require(first), try #require(second))
                #expect(first.similarity == second.similarity && first.interval == second.interval)
                #expect(first.withoutOneSeed == second.withoutOneSeed)
                let interval = try #require(second.percentileInterval)
                outside += interval.contains(first.percentile) ? 0 : 1
            }
        }
        // The percentile ranks a neuron among the others, so it moves; a 95 % interval may miss one of twenty.
        #expect(outside <= 2, "the whole layer's percentile is outside of \(outside) of 24 intervals")
    }

    /// Neurons with a direction of their own, more or less steady; the reference has no part in them.
    private static let runs: [ScoredRun] = {
        var generator = SplitMix64(state: 60)
        func vector(_ count: Int) -> [Float] { (0..<count).map { _ in generator.normal() } }
        return (0..<60).flatMap { neuron in
            let (look, meaning, noise) = (vector(LookDescriptor.count), vector(16), 0.5 + 2 * generator.uniform())
            return (0..<3).map { seed in
                ScoredRun(
                    neuron: neuron, seed: seed, look: zip(look, vector(look.count)).map { $0 + noise * $1 },
                    meaning: zip(meaning, vector(16)).map { $0 + noise * $1 },
                    activations: (0..<60).map { ($0 == neuron ? 2 : 0) + generator.normal() }, finalActivation: 1)
            }
        }
    }()

    private static let reference: ScoreReference = {
        var generator = SplitMix64(state: 61)
        func rows(_ count: Int) -> [[Float]] { (0..<100).map { _ in (0..<count).map { _ in generator.normal() } } }
        return ScoreReference(
            look: Normalisation(of: rows(LookDescriptor.count), parts: LookDescriptor.parts),
            meaning: Normalisation(of: rows(16)), channels: ChannelScale(rows(60)))
    }()
}
