// A neuron's neighbours against a plain search in double precision.

import Testing

@testable import Scores
@testable import TestSupport
@testable import ViT

@Suite struct NeuronNeighboursTests {
    /// Thirty neurons of three runs each, about ten places.
    private static let runs: [ScoredRun] = {
        var generator = SplitMix64(state: 5)
        func vector() -> [Float] { (0..<9).map { _ in generator.normal() } }
        let places = (0..<10).map { _ in (look: vector(), meaning: vector()) }
        return (0..<30).flatMap { neuron in
            let own = (look: vector(), meaning: vector())
            return (0..<3).map { seed in
                func near(_ place: [Float], _ own: [Float]) -> [Float] {
                    place.indices.map { place[$0] + 0.3 * own[$0] + 0.1 * generator.normal() }
                }
                return ScoredRun(
                    neuron: 2 * neuron, seed: seed, look: near(places[neuron % 10].look, own.look),
                    meaning: near(places[neuron / 3].meaning, own.meaning), activations: nil, finalActivation: 0)
            }
        }
    }()

    private static func reference(_ runs: [ScoredRun]) -> ScoreReference {
        ScoreReference(
            look: Normalisation(of: runs.compactMap(\.look)), meaning: Normalisation(of: runs.compactMap(\.meaning)),
            channels: ChannelScale([]))
    }

    @Test func theyAreThoseOfAPlainSearch() throws {
        let reference = Self.reference(Self.runs)
        let found = NeuronNeighbours(of: Self.runs, by: reference)
        for (lists, measure, normalisation) in [
            (found.look, \ScoredRun.look, reference.look), (found.meaning, \ScoredRun.meaning, reference.meaning),
        ] {
            func unit(_ vector: [Double]) -> [Double] {
                let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return vector.map { $0 / length }
            }
            let means = try Dictionary(grouping: Self.runs, by: \.neuron).mapValues { runs in
                let units = try runs.map { run in
                    let vector = try #require(run[keyPath: measure])
                    return unit(
                        vector.indices.map { (Double(vector[$0]) - normalisation.means[$0]) * normalisation.scales[$0] }
                    )
                }
                return unit(units[0].indices.map { column in units.reduce(0) { $0 + $1[column] } })
            }
            for (neuron, mean) in means {
                let nearest = means.filter { $0.key != neuron }.map { other in
                    (other.key, zip(mean, other.value).reduce(0) { $0 + $1.0 * $1.1 })
                }.sorted { $0.1 > $1.1 }
                #expect(lists[neuron] == nearest.prefix(6).map(\.0))
            }
        }
        // The two others of the same place come first.
        #expect(Set(found.look[0]?.prefix(2) ?? []) == [20, 40] && Set(found.meaning[0]?.prefix(2) ?? []) == [2, 4])
    }

    @Test func whatCannotBeComparedIsLeftOut() {
        var runs = Array(Self.runs.prefix(6))
        runs += [
            ScoredRun(neuron: 99, seed: 0, look: nil, meaning: nil, activations: nil, finalActivation: 0),
            ScoredRun(
                neuron: 98, seed: 0, look: Array(repeating: .nan, count: 9), meaning: nil, activations: nil,
                finalActivation: 0),
        ]
        let found = NeuronNeighbours(of: runs, by: Self.reference(Self.runs))
        #expect(found.look == [0: [2], 2: [0]] && found.meaning == [0: [2], 2: [0]])
        let alone = NeuronNeighbours(of: Array(Self.runs.prefix(3)), by: Self.reference(Self.runs))
        #expect(alone.look == [0: []])
    }
}
