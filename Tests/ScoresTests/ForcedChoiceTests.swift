// The forced choice against a plain count, on known detectors, and under exchanged pictures.

import Foundation
import Testing

@testable import Scores
@testable import TestSupport
@testable import ViT

@Suite struct ForcedChoiceTests {
    private static let dimensions = 12

    /// Photographs as random vectors: a neuron is excited by its direction, and the judge sees the vectors with noise.
    private struct World {
        var photographs: [[Float]] = []
        var questions: [ForcedChoice.Question] = []
        /// One picture or more of each neuron.
        var pictures: [Int: [[Float]]] = [:]
        let normalisation: Normalisation

        /// - Parameters:
        ///   - noise: how much the judge's view of a photograph differs from what excites neurons.
        ///   - likeness: how much pictures show their neuron's direction.
        init(neurons: Int, state: Int, noise: Float = 0.1, likeness: Float = 1, count: Int = 600) {
            var generator = SplitMix64(state: UInt64(state))
            func vector() -> [Float] { (0..<dimensions).map { _ in generator.normal() } }
            let directions = (0..<neurons).map { _ in vector() }
            let scenes = (0..<count).map { _ in vector() }
            let views = scenes.map { scene in zip(scene, vector()).map { $0 + noise * $1 } }
            let half = count / 2
            for (neuron, direction) in directions.enumerated() {
                let activations = scenes.map { zip($0, direction).reduce(0) { $0 + $1.0 * $1.1 } }
                if let question = ForcedChoice.Question(
                    neuron: neuron, choosing: Array(activations[..<half]), asking: Array(activations[half...]))
                {
                    questions.append(question)
                }
                pictures[neuron] = (0..<2).map { _ in zip(direction, vector()).map { likeness * $0 + 0.3 * $1 } }
            }
            photographs = Array(views[half...])
            normalisation = Normalisation(of: Array(views[..<half]))
        }

        var choice: ForcedChoice {
            ForcedChoice(questions, photographs: photographs, pictures: pictures, normalisation: normalisation)
        }

        /// The same with the pictures of other neurons: a random order that leaves no neuron its own.
        func exchanged(_ state: Int) -> World {
            var world = self
            var generator = SplitMix64(state: UInt64(state))
            var order = generator.permutation(of: pictures.count).map { Int($0) }
            while order.enumerated().contains(where: { $0.offset == $0.element }) {
                order = generator.permutation(of: pictures.count).map { Int($0) }
            }
            for (neuron, other) in order.enumerated() { world.pictures[neuron] = pictures[other] }
            return world
        }
    }

    @Test func knownDetectorsAreToldApart() throws {
        for state in 0..<5 {
            let choice = World(neurons: 24, state: state).choice
            let layer = try #require(choice.layer)
            #expect(layer.accuracy > 0.95 && layer.neurons == 24, "\(state): \(layer)")
            #expect(abs(layer.null - 0.5) < 0.1)
            #expect(try #require(layer.aboveNull).lowerBound > 0.3)
            #expect(choice.neurons.values.allSatisfy { $0.accuracy > 0.8 && $0.interval.contains($0.accuracy) })
        }
    }

    @Test func aNeuronsFiguresAreThoseOfAPlainCount() throws {
        let world = World(neurons: 6, state: 3, noise: 1)
        let choice = world.choice
        func scaled(_ vector: [Float], less mean: [Double]) -> [Double] {
            vector.indices.map { (Double(vector[$0]) - mean[$0]) * world.normalisation.scales[$0] }
        }
        func cosine(_ first: [Double], _ second: [Double]) -> Double {
            func dot(_ first: [Double], _ second: [Double]) -> Double {
                zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
            }
            return dot(first, second) / (dot(first, first) * dot(second, second)).squareRoot()
        }
        /// The mean picture of some neurons.
        func mean(of neurons: [Int]) throws -> [Double] {
            let pictures = try neurons.flatMap { try #require(world.pictures[$0]) }
            return (0..<Self.dimensions).map { column in
                pictures.reduce(0) { $0 + Double($1[column]) } / Double(pictures.count)
            }
        }
        /// How near a photograph is to what distinguishes a neuron's pictures.
        func similarity(_ photograph: Int, _ neuron: Int) throws -> Double {
            cosine(
                scaled(world.photographs[photograph], less: world.normalisation.means),
                scaled(try mean(of: [neuron]).map(Float.init), less: try mean(of: Array(0..<6))))
        }
        func accuracy(_ question: ForcedChoice.Question, _ neuron: Int) throws -> Double {
            func near(_ photographs: [Int]) throws -> [Double] {
                try photographs.map { try similarity($0, neuron) }
            }
            let (strong, weak) = (try near(question.strong), try near(question.weak))
            let wins = strong.reduce(0) { sum, strong in sum + weak.count { strong > $0 } }
            return Double(wins) / Double(strong.count * weak.count)
        }
        for question in world.questions {
            let own = try #require(choice.neurons[question.neuron])
            // Similarities that are nearly equal count half here.
            #expect(abs(own.accuracy - (try accuracy(question, question.neuron))) < 0.003)
            let others = try (0..<6).filter { $0 != question.neuron }.map { try accuracy(question, $0) }
            #expect(abs(own.null - others.reduce(0, +) / 5) < 0.003)
            #expect(own.pairs == question.strong.count * question.weak.count)
            #expect(own.interval.contains(own.accuracy))
        }
        let layer = try #require(choice.layer)
        let mean = choice.neurons.values.reduce(0) { $0 + $1.accuracy } / 6
        #expect(abs(layer.accuracy - mean) < 1e-12 && layer.pairs == choice.neurons.values.reduce(0) { $0 + $1.pairs })
    }

    /// With neurons' pictures exchanged, the layer's interval holds the null as often as it says. The bounds are the
    /// central 99.9 % of the binomial distribution of 200 trials at 0.95 (SciPy: binom.interval(0.999, 200, 0.95)).
    @Test(arguments: [(12, Float(0.1)), (24, 2)])
    func underExchangedPicturesTheIntervalHoldsTheNull(neurons: Int, noise: Float) throws {
        let held = try (0..<200).count { state in
            let world = World(neurons: neurons, state: state, noise: noise)
            let exchanged = try #require(world.exchanged(state).choice.layer)
            // The mean over all pairs of a neuron and another one's pictures.
            let null = try #require(world.choice.layer).null
            return try #require(exchanged.interval).contains(null)
        }
        #expect((178...200).contains(held), "held in \(held) of 200")
    }

    /// All optimised pictures differ from all photographs by much more than from each other.
    @Test func whatAllPicturesShareChangesNothing() throws {
        let world = World(neurons: 12, state: 2)
        var shifted = world
        for neuron in shifted.pictures.keys {
            shifted.pictures[neuron] = world.pictures[neuron]?.map { $0.enumerated().map { $1 + Float(32 * ($0 % 3)) } }
        }
        let (layer, other) = (try #require(world.choice.layer), try #require(shifted.choice.layer))
        #expect(layer.accuracy > 0.95)
        #expect(abs(layer.accuracy - other.accuracy) < 0.001 && abs(layer.null - other.null) < 0.001)
    }

    @Test func theOrderOfTheNeuronsChangesNothing() {
        var world = World(neurons: 8, state: 1)
        let expected = world.choice
        world.questions.reverse()
        #expect(world.choice.neurons == expected.neurons && world.choice.layer == expected.layer)
    }

    @Test func whatCannotBeAskedHasNoChoice() {
        let rising = (0..<100).map { Float($0) }
        typealias Question = ForcedChoice.Question
        let question = Question(neuron: 1, choosing: rising, asking: rising)
        #expect(question?.strong == [99, 98, 97, 96, 95] && question?.weak == Array(0..<50).prefix(40).map { $0 })
        // A neuron that is never active, too few photographs, and a half that has none of the strong ones.
        #expect(Question(neuron: 1, choosing: Array(repeating: 0, count: 100), asking: rising) == nil)
        #expect(Question(neuron: 1, choosing: Array(rising.prefix(9)), asking: rising) == nil)
        #expect(Question(neuron: 1, choosing: rising, asking: Array(rising.prefix(97))) == nil)
        #expect(Question(neuron: 1, choosing: rising, asking: []) == nil)
        // Too few neurons for a mean of their pictures.
        #expect(World(neurons: 4, state: 1).choice.layer == nil)
        let world = World(neurons: 6, state: 1)
        #expect(world.choice.neurons.count >= 5)
        #expect(ForcedChoice([], photographs: [], pictures: [:], normalisation: world.normalisation).layer == nil)
    }
}
