// What the first sentence of a neuron's page says for which runs and scores.

import Testing

@testable import Runs
@testable import Scores
@testable import Site
@testable import ViT

@Suite struct VerdictTests {
    private static func consistency(_ percentile: Double, from low: Double? = nil) -> NeuronConsistency {
        NeuronConsistency(
            similarity: 0.5, percentile: percentile, equal: 0, pairs: 3, interval: nil, withoutOneSeed: nil,
            percentileInterval: low.map { $0...100 })
    }

    private static func scores(look: NeuronConsistency?, meaning: NeuronConsistency? = nil) -> NeuronScores {
        NeuronScores(look: look, meaning: meaning, identification: nil, seedSpread: nil, reasons: nil)
    }

    private static func choice(_ accuracy: Double, _ interval: ClosedRange<Double>) throws -> ForcedChoiceData {
        let neuron = NeuronForcedChoice(accuracy: accuracy, interval: interval, null: 0.5, pairs: 120)
        let layer = LayerForcedChoice(
            accuracy: accuracy, interval: nil, null: 0.5, aboveNull: nil, neurons: 1, pairs: 120)
        return try #require(ForcedChoiceData([JudgedChoice(judge: "look", layer: layer, neurons: [7: neuron])], of: 7))
    }

    private static let three: [RunOutcome?] = [.completed, .completed, .completed]

    @Test(arguments: [
        (98.0, 96.0, "Three runs, one picture: more alike than 98 % of pairs of different neurons."),
        (98, 60, "Three runs, much the same picture: more alike than 98 % of pairs of different neurons."),
        (80, 60, "Three runs that resemble each other: more alike than 80 % of pairs of different neurons."),
        (
            60, 20,
            "Three runs that agree little: more alike than 60 % of pairs of different neurons. The neuron may have "
                + "several faces, or none."
        ),
        (
            20, 5,
            "Three runs that do not agree: more alike than 20 % of pairs of different neurons. The neuron may have "
                + "several faces, or none."
        ),
    ])
    func agreementIsSaidByItsPercentile(percentile: Double, low: Double, expected: String) {
        let scores = Self.scores(look: Self.consistency(percentile, from: low))
        #expect(Verdict.sentences(outcomes: Self.three, scores: scores, choice: nil) == expected)
    }

    @Test func whatTheJudgeSeesExplainsADisagreement() throws {
        let scores = Self.scores(look: Self.consistency(20), meaning: Self.consistency(99))
        let verdict = try #require(Verdict.sentences(outcomes: Self.three, scores: scores, choice: nil))
        #expect(verdict.contains("To the judge they mean the same: more alike than 99 %"))
        #expect(!verdict.contains("several faces"))
    }

    @Test(arguments: [
        ([RunOutcome?](repeating: nil, count: 3), "No run of this neuron is made yet."),
        (
            [.neverActivated, nil, .neverActivated],
            "No run activated the neuron: nothing that was tried excites it."
        ),
        ([.diverged(step: 3), .diverged(step: 4)], "Every run diverged, so there is no picture to look at."),
        ([.completed, nil, .diverged(step: 4)], "One run: another might look the same or not."),
    ])
    func whatThereIsNoScoreOfIsSaid(outcomes: [RunOutcome?], expected: String) {
        #expect(Verdict.sentences(outcomes: outcomes, scores: nil, choice: nil) == expected)
    }

    @Test func exceptionsAreCounted() throws {
        let scores = Self.scores(look: Self.consistency(80))
        let outcomes: [RunOutcome?] = [.completed, .neverActivated, .diverged(step: 1), .completed]
        let verdict = try #require(Verdict.sentences(outcomes: outcomes, scores: scores, choice: nil))
        #expect(verdict.hasPrefix("Three runs that resemble"))
        #expect(verdict.hasSuffix("1 run never activated the neuron, and 1 run diverged."))
        #expect(Verdict.sentences(outcomes: Self.three, scores: nil, choice: nil) == nil)
    }

    @Test(arguments: [
        (0.9, 0.8...1.0, "in 90\u{A0}% of pairs; other neurons’ pictures do in 50\u{A0}%."),
        (0.6, 0.4...0.8, "in 60\u{A0}% of pairs; other neurons’ pictures do in 50\u{A0}%, so this may be chance."),
        (0.2, 0.1...0.3, "About photographs they mislead: "),
    ])
    func theForcedChoiceIsComparedWithItsNull(accuracy: Double, interval: ClosedRange<Double>, words: String) throws {
        let verdict = try #require(
            Verdict.sentences(
                outcomes: Self.three, scores: Self.scores(look: Self.consistency(98, from: 96)),
                choice: try Self.choice(accuracy, interval)))
        #expect(verdict.contains(words), "\(verdict)")
    }
}
