// All of a layer's scores together: from pictures to the JSON that data files hold.

import Foundation
import Testing

@testable import AtlasGen

struct LayerScoresTests {
    /// Six neurons with a colour and a stripe width each, three runs each that differ in phase.
    private static let runs: [ScoredRun] = {
        let descriptor = LookDescriptor(width: 24, height: 24)
        return (0..<6).flatMap { neuron in
            (0..<3).map { seed in
                let rgb = (0..<24 * 24).flatMap { index -> [UInt8] in
                    let place = (index % 24 + 5 * seed) % (2 + neuron)
                    return place == 0 ? [UInt8(30 * neuron), 200, 90] : [220, UInt8(40 * neuron), 10]
                }
                var activations = [Float](repeating: Float(seed), count: 6)
                activations[neuron] += 2
                return ScoredRun(
                    neuron: neuron, seed: seed, look: descriptor.describe(rgb),
                    meaning: (0..<4).map { Float(neuron * ($0 + 1) % 5) + 0.01 * Float(seed) },
                    activations: activations, finalActivation: activations[neuron] + Float(neuron))
            }
        }
    }()

    @Test func picturesThatDifferInPhaseAloneAreConsistent() throws {
        let scores = LayerScores(of: Self.runs)
        let look = try #require(scores.look.value)
        #expect(look.layer.auc > 0.99)
        #expect(look.layer.retrieval == 1)
        #expect(scores.identification.value?.layer.top1 == 1)
        #expect(scores.seedSpread.count == 6)
    }

    @Test func theDataFilesHaveTheDocumentedKeys() throws {
        let scores = LayerScores(of: Self.runs)
        func keys(_ value: some Encodable) throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value))
            return try #require(object as? [String: Any])
        }
        let neuron = try keys(scores.scores(of: 2))
        #expect(Set(neuron.keys) == ["look", "meaning", "identification", "seedSpread"])
        let look = try #require(neuron["look"] as? [String: Any])
        #expect(Set(look.keys) == ["similarity", "percentile", "pairs"])
        let identification = try #require(neuron["identification"] as? [String: Any])
        #expect(Set(identification.keys) == ["top1", "reciprocalRank"])

        let layer = try keys(scores.figures)
        let meaning = try #require(layer["meaning"] as? [String: Any])
        #expect(Set(meaning.keys).isSuperset(of: ["auc", "aucInterval", "retrieval", "chance", "gap", "p"]))
        #expect((meaning["aucInterval"] as? [Double])?.count == 2)
        let identified = try #require(layer["identification"] as? [String: Any])
        #expect(Set(identified.keys).isSuperset(of: ["top1", "meanReciprocalRank"]))
        #expect(try keys(scores.scores(of: 99)).isEmpty)
    }

    @Test func scoresSurviveTheCache() throws {
        let scores = LayerScores(of: Self.runs)
        #expect(try JSONDecoder().decode(LayerScores.self, from: JSONEncoder().encode(scores)) == scores)
        let oneSeed = LayerScores(of: Self.runs.filter { $0.seed == 0 })
        #expect(try JSONDecoder().decode(LayerScores.self, from: JSONEncoder().encode(oneSeed)) == oneSeed)
        #expect(oneSeed.look.reason == .oneSeed)
        #expect(oneSeed.meaning.reason == .oneSeed)
        #expect(oneSeed.identification.value != nil)
        #expect(oneSeed.figures.look == nil)
    }

    @Test func aDescriptorOfAnotherVersionIsNotCompared() {
        let runs = Self.runs.map {
            ScoredRun(
                neuron: $0.neuron, seed: $0.seed, look: [1, 2, 3], meaning: $0.meaning, activations: nil,
                finalActivation: 0)
        }
        #expect(LayerScores(of: runs).look.reason == .nothingMeasured)
        #expect(LayerScores(of: runs).identification.reason == .nothingMeasured)
    }
}

struct ScoreWordsTests {
    @Test(arguments: [
        (98.2, "more alike than 98 % of pairs of different neurons"),
        (98.99, "more alike than 98 % of pairs of different neurons"),
        (99.97, "more alike than 99.9 % of pairs of different neurons"),
        (99.0, "more alike than 99.0 % of pairs of different neurons"),
        (100, "more alike than all pairs of different neurons"),
        (50, "more alike than 50 % of pairs of different neurons"),
        (0.4, "more alike than fewer than 1 % of pairs of different neurons"),
        (0, "no more alike than any of the pairs of different neurons"),
    ])
    func percentilesNeverSayTooMuch(percentile: Double, sentence: String) {
        #expect(ScoreWords.percentileSentence(percentile) == sentence)
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
            ScoreWords.caveats.map(\.reference.url) == [
                "https://arxiv.org/abs/2306.04719", "https://arxiv.org/abs/1602.03616",
            ])
        #expect(ScoreWords.caveats[0].sentence.contains("Geirhos et al. 2023"))
        #expect(ScoreWords.caveats[1].sentence.contains("Nguyen et al. 2016"))
    }
}
