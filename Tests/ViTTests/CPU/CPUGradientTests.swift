// The CPU's passes against the scalar reference: every address, token selection and attention mode, on small models of
// every pooling. Tolerances: 1e-5 for activations and 1e-4 for gradients, relative to the largest of their kind.

import Foundation
import Reference
import Testing

@testable import ViT

@Suite struct CPUGradientTests {
    private static let models = ViTConfiguration.smallFamilies
    private static let selections: [TokenSelection] = [.patches, .cls, .center, .token(3), .slice]

    /// A model, a picture, and the reference's pass.
    private struct Case {
        let model: ViT
        let attention: AttentionMode
        let picture: [Float]
        let tape = Tape()
        let image: [Scalar]
        let pass: ReferencePass

        init(_ configuration: Int, _ mode: String) {
            var shape = CPUGradientTests.models[configuration]
            shape.layerNormEpsilon = 1e-4
            model = ViT.random(shape, seed: configuration).withRandomDirections(seed: 3 + configuration)
            var generator = SampleGenerator(seed: 7 + configuration)
            let count = 3 * shape.imageHeight * shape.imageWidth
            picture = generator.values(count).map { 0.5 + $0 / 2 }
            let other = FloatBuffer(generator.values(count).map { 0.5 + $0 / 2 })
            attention = mode == "live" ? .live : mode == "detached" ? .detached : .frozen(reference: other)
            image = tape.variables(picture)
            pass = ReferencePass(
                model, image: image, attention: ReferenceAttention(attention, model: model), on: tape)
        }

        /// The CPU's activation and gradient.
        func measured(_ address: Address, _ tokens: TokenSelection, _ objective: Objective) -> (Float, [Float]) {
            let pass = ModelPass(model: model, address: address, tokens: tokens, capacity: 1, attention: attention)
            return withExtendedLifetime(pass) {
                pass.images.update(from: picture, count: pass.imageSize)
                return [objective].withUnsafeBufferPointer {
                    pass.forward(objectives: $0)
                    let activation = pass.activation(slot: 0, objective: objective)
                    pass.backward(objectives: $0)
                    return (
                        activation, Array(UnsafeBufferPointer(start: pass.imageGradients, count: pass.imageSize))
                    )
                }
            }
        }

        func gradient(_ activation: Scalar) -> [Float] { tape.gradient(of: activation, to: image).map { Float($0) } }
    }

    @Test(arguments: models.indices, ["live", "detached", "frozen"])
    func everyActivationAndGradientIsTheReferences(configuration: Int, mode: String) {
        let c = Case(configuration, mode)
        let shape = c.model.configuration
        for address in Address.all(in: shape) {
            let scale = c.pass.values[address]?.joined().map { abs($0.single) }.max() ?? 0
            for tokens in Self.selections where tokens.isDefined(at: address, in: shape) {
                let neuron = 4 % tokens.neuronCount(at: address, in: shape)
                let (activation, gradient) = c.measured(
                    address, tokens, Objective(neuron: neuron, direction: .negative))
                let truth = c.pass.activation(at: address, tokens, neuron: neuron)
                #expect(abs(activation - truth.single) <= 1e-5 * scale, "\(address) \(tokens)")
                let expected = c.gradient(truth)
                // The gradient may be 0: LayerNorm's mean channel is constant for some γ and β, and a prefix token does
                // not depend on the patches before attention.
                guard expected.contains(where: { abs($0) > 1e-6 }) else {
                    #expect(gradient.allSatisfy { abs($0) < 1e-5 }, "\(address) \(tokens)")
                    continue
                }
                #expect(relativeError(gradient.map { -$0 }, expected) <= 1e-4, "\(address) \(tokens)")
            }
        }
    }

    /// The detour is the gradient as if the nonlinearity were the identity, plus the values that it gives: of the
    /// pre-activation, or in a gated MLP of the gate, each token's times its factor, and of the factor as it is.
    @Test(arguments: models.indices, [TokenSelection.center, .token(3)])
    func theDetourIsTheGradientBeforeTheNonlinearity(configuration: Int, tokens: TokenSelection) {
        let c = Case(configuration, "live")
        let shape = c.model.configuration
        for neuron in 0..<4 {
            let objective = Objective(neuron: neuron, throughPreactivation: true)
            let (activation, gradient) = c.measured(.block(1, .mlp1), tokens, objective)
            let truth = c.pass.activation(at: .block(1, .mlp1), tokens, neuron: neuron)
            #expect(abs(activation - truth.single) <= 1e-5)
            let before = c.pass.activation(at: .block(1, .mlp0), tokens, neuron: neuron)
            var expected = c.gradient(before)
            if shape.hasGatedMLP {
                // d(f(g)·u) = f′(g)·u·dg + f(g)·du; the detour has 1 for f′(g).
                let z = before.value
                let sigmoid = 1 / (1 + exp(-z))
                let slope = sigmoid * (1 + z * (1 - sigmoid))
                let factor = truth.value / (z * sigmoid)
                expected = zip(expected, c.gradient(truth)).map {
                    Float(Double($0) * factor * (1 - slope) + Double($1))
                }
            }
            #expect(relativeError(gradient, expected) <= 1e-4)
        }
    }

    /// The detour around a direction's nonlinearity is the gradient of its value, also where it is off.
    @Test(arguments: models.indices, [TokenSelection.patches, .center])
    func theDetourOfADirectionIsTheGradientOfItsValue(configuration: Int, tokens: TokenSelection) throws {
        let c = Case(configuration, "live")
        for (set, matrix) in c.model.directions where tokens.isDefined(at: .directions(set), in: c.model.configuration)
        {
            let (_, gradient) = c.measured(
                .directions(set), tokens, Objective(neuron: 5, throughPreactivation: true))
            let channels = (0..<matrix.width).map { c.pass.activation(at: set.base, tokens, neuron: $0) }
            let row = matrix.rows.weight.array[5 * matrix.width..<6 * matrix.width]
            let expected = c.gradient(c.tape.sum(zip(channels, row.map(Double.init))))
            if expected.contains(where: { abs($0) > 1e-6 }) {
                #expect(relativeError(gradient, expected) <= 1e-4, "\(set.base)")
            } else {
                #expect(gradient.allSatisfy { abs($0) < 1e-5 }, "\(set.base)")
            }
        }
    }

    /// All neurons at once, as a reader gives them, and the embedding, under live attention and a replayed pattern.
    @Test(arguments: models.indices.flatMap { [($0, "live"), ($0, "frozen")] }, selections)
    func aReaderGivesTheReferencesActivations(reading: (configuration: Int, mode: String), tokens: TokenSelection)
        throws
    {
        let c = Case(reading.configuration, reading.mode)
        let shape = c.model.configuration
        for address in Address.all(in: shape) where tokens.isDefined(at: address, in: shape) {
            let reader = CPUDevice().makeReader(
                model: c.model, address: address, tokens: tokens, attention: c.attention, capacity: 2)
            let reading = try reader.read([FloatBuffer(c.picture)])[0]
            let truth = (0..<tokens.neuronCount(at: address, in: shape)).map {
                c.pass.activation(at: address, tokens, neuron: $0).single
            }
            // All directions of a set may be off.
            #expect(
                reading.activations == truth || relativeError(reading.activations, truth) <= 1e-5, "\(address)")
            let features = c.pass.features[..<shape.width].map(\.single)
            #expect(relativeError(reading.embedding, Array(features)) <= 1e-5)
        }
    }
}
