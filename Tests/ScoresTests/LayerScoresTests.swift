// All of a layer's scores together: from pictures to the JSON that data files hold.

import Foundation
import Testing

@testable import Scores
@testable import TestSupport
@testable import ViT

struct LayerScoresTests {
    @Test func picturesThatDifferInPhaseAloneAreConsistent() throws {
        let scores = LayerScores(of: ScoredRun.striped)
        let look = try #require(scores.look.value)
        #expect(look.layer.auc > 0.99)
        #expect(look.layer.retrieval == 1)
        #expect(scores.identification.value?.layer.top1 == 1)
        #expect(scores.seedSpread.count == 6)
    }

    @Test func theDataFilesHaveTheDocumentedKeys() throws {
        let scores = LayerScores(of: ScoredRun.striped)
        func keys(_ value: some Encodable) throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value))
            return try #require(object as? [String: Any])
        }
        let neuron = try keys(scores.scores(of: 2))
        #expect(Set(neuron.keys) == ["look", "meaning", "identification", "seedSpread"])
        let look = try #require(neuron["look"] as? [String: Any])
        #expect(
            Set(look.keys) == [
                "similarity", "percentile", "equal", "pairs", "interval", "withoutOneSeed", "percentileInterval",
            ])
        let identification = try #require(neuron["identification"] as? [String: Any])
        #expect(Set(identification.keys) == ["top1", "reciprocalRank", "runs", "top1Interval"])

        let layer = try keys(scores.figures)
        let meaning = try #require(layer["meaning"] as? [String: Any])
        #expect(Set(meaning.keys).isSuperset(of: ["auc", "aucInterval", "retrieval", "chance", "gap", "p"]))
        #expect((meaning["aucInterval"] as? [Double])?.count == 2)
        let identified = try #require(layer["identification"] as? [String: Any])
        #expect(Set(identified.keys).isSuperset(of: ["top1", "meanReciprocalRank"]))
        #expect(Set(try keys(scores.scores(of: 99)).keys) == ["reasons"])
    }

    @Test func scoresSurviveTheCache() throws {
        let scores = LayerScores(of: ScoredRun.striped)
        #expect(try JSONDecoder().decode(LayerScores.self, from: JSONEncoder().encode(scores)) == scores)
        let oneSeed = LayerScores(of: ScoredRun.striped.filter { $0.seed == 0 })
        #expect(try JSONDecoder().decode(LayerScores.self, from: JSONEncoder().encode(oneSeed)) == oneSeed)
        #expect(oneSeed.look.reason == .oneSeed)
        #expect(oneSeed.meaning.reason == .oneSeed)
        #expect(oneSeed.identification.value != nil)
        #expect(oneSeed.figures.look == nil)
    }

    /// Neuron 1 has one usable run, neuron 2 none.
    @Test func aNeuronWithTooFewRunsHasAReason() throws {
        let runs = ScoredRun.striped.map { run in
            let isUsable = run.neuron == 1 ? run.seed == 0 : run.neuron != 2
            return ScoredRun(
                neuron: run.neuron, seed: run.seed, look: isUsable ? run.look : nil,
                meaning: isUsable ? run.meaning : nil, activations: isUsable ? run.activations : nil,
                finalActivation: run.finalActivation)
        }
        let scores = LayerScores(of: runs)
        #expect(scores.figures.reasons == nil && scores.scores(of: 0).reasons == nil)
        let one = scores.scores(of: 1)
        #expect(one.look == nil && one.identification?.runs == 1)
        #expect(one.reasons?.sentences == [NoScore.tooFewRuns.description])
        #expect(
            scores.scores(of: 2).reasons?.sentences == [NoScore.tooFewRuns.description, NoScore.noRun.description])
    }

    @Test func tokensAreNoChannels() {
        let scores = LayerScores(of: ScoredRun.striped, settings: ScoreSettings(targetsAreTokens: true))
        #expect(scores.look.value != nil && scores.identification.reason == .notAChannel)
    }

    @Test func aDescriptorOfAnotherVersionIsNotCompared() {
        let runs = ScoredRun.striped.map {
            ScoredRun(
                neuron: $0.neuron, seed: $0.seed, look: [1, 2, 3], meaning: $0.meaning, activations: nil,
                finalActivation: 0)
        }
        let scores = LayerScores(of: runs, by: ScoreReference(of: ScoredRun.striped))
        #expect(scores.look.reason == .nothingMeasured && scores.identification.reason == .nothingMeasured)
    }
}

struct ScoreWordsTests {
    @Test(arguments: [
        (98.2, 0, "more alike than 98 % of pairs of different neurons"),
        (98.99, 0, "more alike than 98 % of pairs of different neurons"),
        (99.97, 0, "more alike than 99.9 % of pairs of different neurons"),
        (99.0, 0, "more alike than 99 % of pairs of different neurons"),
        (100, 0, "more alike than all pairs of different neurons"),
        (50, 0, "more alike than 50 % of pairs of different neurons"),
        (0.4, 0, "more alike than 0.4 % of pairs of different neurons"),
        (0.04, 0, "more alike than fewer than 0.1 % of pairs of different neurons"),
        (0, 0, "no more alike than any of the pairs of different neurons"),
        (50, 100, "as alike as all pairs of different neurons"),
        (50, 20, "more alike than 40 % and as alike as 20 % of pairs of different neurons"),
        (5, 10, "as alike as 10 % of pairs of different neurons"),
        (97.5, 0.5, "more alike than 97 % of pairs of different neurons"),
    ])
    func percentilesNeverSayTooMuch(percentile: Double, equal: Double, sentence: String) {
        let consistency = NeuronConsistency(
            similarity: 0, percentile: percentile, equal: equal, pairs: 3, interval: nil, withoutOneSeed: nil,
            percentileInterval: nil)
        #expect(ScoreWords.standing(consistency) == sentence)
    }

    /// The number of permutations that reach the gap, of how many, and what is printed.
    @Test(arguments: [
        (0, 1_000, "≤ 0.001"), (1, 1_000, "0.002"), (1_000, 1_000, "1.000"), (0, 99, "≤ 0.01"), (1, 99, "0.020"),
        (0, 500, "≤ 0.002"), (0, 10_000, "≤ 0.0001"), (3, 10_000, "0.0004"), (0, 0, "≤ 1"),
    ])
    func theSmallestPIsABound(reached: Int, permutations: Int, text: String) {
        let p = Double(1 + reached) / Double(1 + permutations)
        #expect(ScoreWords.permutationP(p, permutations: permutations) == text)
    }

    @Test func caveatsNameTheirPapers() {
        #expect(
            ScoreWords.caveats.map(\.url) == [
                "https://arxiv.org/abs/1810.03292", "https://arxiv.org/abs/2306.04719",
                "https://arxiv.org/abs/1602.03616",
            ])
        #expect(ScoreWords.caveats[1].sentence.contains("Geirhos et al. 2023"))
        #expect(ScoreWords.caveats[2].sentence.contains("Nguyen et al. 2016"))
    }
}
