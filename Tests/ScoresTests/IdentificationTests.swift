// Identification and the spread over seeds: against SciPy, by hand, and where nothing varies.

import Testing

@testable import Scores

struct IdentificationTests {
    @Test(arguments: try ConsistencyCase.all())
    func agreesWithSciPy(example: ConsistencyCase) throws {
        for (minimises, expected) in [(false, example.identification), (true, example.identificationOfMinima)] {
            let found = try Identification(
                of: example.scoredRuns, scale: ChannelScale(example.referenceActivations),
                settings: ScoreSettings(minimises: minimises))
            #expect(abs(found.layer.top1 - expected.top1) < 1e-12)
            #expect(abs(found.layer.meanReciprocalRank - expected.meanReciprocalRank) < 1e-12)
            #expect(abs(found.layer.chance - 1 / 40) < 1e-15)
            #expect(isClose(found.layer.top1Interval, expected.top1Interval, within: 1e-9))
            #expect(
                isClose(found.layer.meanReciprocalRankInterval, expected.meanReciprocalRankInterval, within: 1e-9))
            #expect(found.layer.scalePictures == 30)
            #expect(Set(found.neurons.keys) == Set(expected.neurons.keys))
            for (neuron, figures) in expected.neurons {
                let own = try #require(found.neurons[neuron])
                #expect(abs(own.top1 - figures.top1) < 1e-12)
                #expect(abs(own.reciprocalRank - figures.reciprocalRank) < 1e-12)
                #expect(abs(own.top1Interval.lowerBound - figures.top1Interval.lowerBound) < 1e-9)
                #expect(abs(own.top1Interval.upperBound - figures.top1Interval.upperBound) < 1e-9)
            }
        }
    }

    /// Channel 2 is high on everything, and so wins nothing; each picture raises its own channel.
    @Test func aChannelThatIsAlwaysHighDoesNotStandOut() throws {
        let found = try Identification(of: [
            run(0, 0, [1, 0, 90, 4]), run(1, 0, [0, 1, 90.5, 4]), run(0, 1, [1, 0, 90.5, 4]),
            run(1, 1, [0, 1, 90, 4]),
        ])
        #expect(found.layer.top1 == 0.75)
        #expect(found.neurons[1]?.top1 == 0.75)
        #expect(found.neurons[0]?.top1 == 0.75)
    }

    /// A picture's rank depends on the picture and the scale alone.
    @Test func otherRunsDoNotChangeANeuronsFigures() throws {
        let runs = (0..<20).map { neuron in
            run(neuron, 0, (0..<20).map { $0 == neuron ? 1 : Float(($0 * neuron) % 7) / 4 })
        }
        let scale = ChannelScale(runs.compactMap(\.activations))
        let whole = try Identification(of: runs, scale: scale)
        for count in 1...20 {
            let few = try Identification(of: Array(runs.suffix(count)), scale: scale)
            #expect(few.neurons.allSatisfy { whole.neurons[$0] == $1 } && few.neurons.count == count)
        }
    }

    @Test func whereNothingVariesEveryChannelTies() throws {
        let found = try Identification(of: [run(0, 0, [5, 5, 1]), run(1, 0, [5, 5, 1])])
        #expect(abs(found.layer.top1 - 1 / 3) < 1e-12)
        #expect(found.layer.meanReciprocalRank == 0.5)
    }

    @Test func oneSeedAndOneNeuronAreEnough() throws {
        let runs = [run(0, 0, [1, 0]), run(1, 0, [0, 1])]
        #expect(try Identification(of: runs).layer.top1 == 1)
        let alone = try Identification(of: [run(0, 0, [1, 0]), run(0, 1, [0, 1])])
        #expect(alone.layer.top1 == 0.5 && alone.layer.top1Interval == nil && alone.deleted.isEmpty)
        #expect(throws: NoScore.nothingMeasured) { try Identification(of: [run(0, 0, nil)]) }
        #expect(throws: NoScore.notAChannel) { try Identification(of: runs + [run(2, 0, [0, 0])]) }
        #expect(throws: NoScore.notAChannel) { try Identification(of: runs + [run(-1, 0, [0, 0])]) }
        // A scale of another layer is of no use.
        #expect(throws: NoScore.notAChannel) { try Identification(of: runs, scale: ChannelScale([[1, 2, 3]])) }
    }

    @Test func divergedRunsAreLeftOutAndCounted() throws {
        let found = try Identification(of: [
            run(0, 0, [1, 0]), run(1, 0, [0, 1]), run(0, 1, [.nan, 0]), run(1, 1, nil),
        ])
        #expect(found.layer.excluded == 2)
        #expect(found.layer.runs == 2)
        #expect(found.layer.top1 == 1)
    }

    private func run(_ neuron: Int, _ seed: Int, _ activations: [Float]?) -> ScoredRun {
        ScoredRun(neuron: neuron, seed: seed, look: nil, meaning: nil, activations: activations, finalActivation: 0)
    }
}

struct SeedSpreadTests {
    @Test func isTheSpreadOverSeedsOverTheSpreadBetweenNeurons() throws {
        // Means 2, 4 and 6 have the standard deviation 2; neuron 0 has √2 over its seeds.
        let runs = [
            run(0, 0, 1), run(0, 1, 3), run(1, 0, 4), run(1, 1, 4), run(2, 0, 6), run(2, 1, .nan), run(3, 0, .infinity),
        ]
        let spread = SeedSpread.relative(of: runs)
        #expect(abs(try #require(spread[0]) - 2.0.squareRoot() / 2) < 1e-12)
        #expect(spread[1] == 0)
        #expect(spread[2] == nil)
        #expect(spread[3] == nil)
    }

    @Test func isAbsentWhereNeuronsDoNotDiffer() {
        #expect(SeedSpread.relative(of: [run(0, 0, 1), run(0, 1, 3), run(1, 0, 2), run(1, 1, 2)]).isEmpty)
        #expect(SeedSpread.relative(of: [run(0, 0, 1), run(0, 1, 3)]).isEmpty)
        #expect(SeedSpread.relative(of: []).isEmpty)
    }

    private func run(_ neuron: Int, _ seed: Int, _ activation: Float) -> ScoredRun {
        ScoredRun(neuron: neuron, seed: seed, look: nil, meaning: nil, activations: nil, finalActivation: activation)
    }
}
