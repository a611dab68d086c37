// The widths of intervals with fewer seeds: against SciPy and scikit-learn, their choices, and where there is nothing.

import Testing

@testable import Scores

struct SeedWidthsTests {
    @Test(arguments: try ConsistencyCase.all().filter { !$0.widths.isEmpty } + ConsistencyCase.manySeeds())
    func agreesWithSciPyAndScikitLearn(example: ConsistencyCase) throws {
        let parts = example.parts.map { $0[0]..<$0[1] }
        let found = try SeedWidths.widths(
            of: example.scoredRuns, by: Normalisation(of: example.reference, parts: parts), measuring: \.meaning)
        #expect(found.map(\.seeds) == example.widths.map(\.seeds))
        #expect(found.map(\.choices) == example.widths.map(\.choices))
        for (own, expected) in zip(found, example.widths) {
            // NumPy's similarities are not rounded to 2⁻¹⁵.
            #expect(abs(try #require(own.auc) - expected.auc) < 1e-3)
            #expect((own.similarity == nil) == (expected.similarity == nil))
            #expect(abs((own.similarity ?? 0) - (expected.similarity ?? 0)) < 4e-4)
        }
    }

    /// With all seeds, the widths are those of the published scores.
    @Test func theLastWidthsAreThoseOfTheScores() throws {
        let runs = syntheticRuns(neurons: 9, seeds: 5, dimensions: 6, signal: 1, state: 4)
        let normalisation = Normalisation(of: runs.compactMap(\.meaning))
        let scores = try Consistency(of: runs, by: normalisation, measuring: \.meaning)
        let last = try #require(try SeedWidths.widths(of: runs, by: normalisation, measuring: \.meaning).last)
        let interval = try #require(scores.layer.aucInterval)
        #expect(last.seeds == 5 && last.choices == 1 && last.auc == interval.upperBound - interval.lowerBound)
        let widths = scores.neurons.values.compactMap(\.interval).map { $0.upperBound - $0.lowerBound }
        #expect(widths.count == 9)
        #expect(abs(try #require(last.similarity) - widths.reduce(0, +) / 9) < 1e-12)
    }

    @Test func choicesAreNeighboursInARing() {
        #expect(SeedWidths.choices(of: 2, among: [0, 1, 7]) == [[0, 1], [1, 7], [7, 0]])
        #expect(SeedWidths.choices(of: 3, among: [0, 1, 7]) == [[0, 1, 7]])
        let many = SeedWidths.choices(of: 20, among: Array(0..<24))
        #expect(many.count == 12 && many.map { $0[0] } == Array(stride(from: 0, to: 24, by: 2)))
        #expect((0..<24).allSatisfy { seed in many.count { $0.contains(seed) } == 10 })
    }

    @Test func orderChangesNothing() throws {
        let runs = syntheticRuns(neurons: 7, seeds: 4, dimensions: 5, signal: 1, state: 6)
        let normalisation = Normalisation(of: runs.compactMap(\.meaning))
        let widths = try SeedWidths.widths(of: runs, by: normalisation, measuring: \.meaning)
        #expect(try SeedWidths.widths(of: runs.reversed(), by: normalisation, measuring: \.meaning) == widths)
    }

    /// Four neurons have no interval of the AUC, but each has one of its own.
    @Test func fewNeuronsHaveNoWidthOfTheAUC() throws {
        let runs = syntheticRuns(neurons: 4, seeds: 4, dimensions: 5, signal: 1, state: 6)
        let widths = try SeedWidths.widths(
            of: runs, by: Normalisation(of: runs.compactMap(\.meaning)), measuring: \.meaning)
        #expect(widths.map(\.seeds) == [2, 3, 4] && widths.allSatisfy { $0.auc == nil })
        #expect(widths.map { $0.similarity == nil } == [true, false, false])
    }

    @Test func withoutWidthsThereIsAReason() {
        func reason(_ runs: [ScoredRun]) -> NoScore? {
            let rows = runs.compactMap(\.meaning)
            return Scored { () throws(NoScore) in
                try SeedWidths.widths(
                    of: runs, by: Normalisation(of: rows.isEmpty ? [[0], [1]] : rows), measuring: \.meaning)
            }.reason
        }
        #expect(reason([]) == .nothingMeasured)
        #expect(reason(syntheticRuns(neurons: 5, seeds: 1, dimensions: 3, signal: 1, state: 1)) == .tooFewSeeds)
        #expect(reason(syntheticRuns(neurons: 5, seeds: 2, dimensions: 3, signal: 1, state: 1)) == .tooFewSeeds)
        #expect(reason(syntheticRuns(neurons: 1, seeds: 3, dimensions: 3, signal: 1, state: 1)) == .oneNeuron)
        // Seeds of which every run diverged do not count.
        let diverged = (0..<5).map { neuron in
            ScoredRun(neuron: neuron, seed: 2, look: nil, meaning: nil, activations: nil, finalActivation: .nan)
        }
        #expect(
            reason(syntheticRuns(neurons: 5, seeds: 2, dimensions: 3, signal: 1, state: 1) + diverged) == .tooFewSeeds)
        #expect(NoScore.tooFewSeeds.description.contains("at least 3 seeds"))
    }
}
