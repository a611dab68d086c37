// The model in StableHLO against the CPU's passes: every family, address, token selection and attention mode.

import PJRT
import Reference
import StableHLO
import Testing

@testable import ViT
@testable import XLA

@Suite(.needsPlugin) struct ModelWriterTests {
    private static let families = ViTConfiguration.smallFamilies
    private static let selections: [TokenSelection] = [.patches, .cls, .center, .token(3), .slice]

    /// One thing that is read.
    private struct Probe {
        let address: Address
        let tokens: TokenSelection
        let neuron: Int
    }

    private static func probes(_ addresses: [Address], of shape: ViTConfiguration) -> [Probe] {
        addresses.flatMap { address in
            selections.filter { $0.isDefined(at: address, in: shape) }.map {
                Probe(address: address, tokens: $0, neuron: 4 % $0.neuronCount(at: address, in: shape))
            }
        }
    }

    /// Activations within 1e-4 and gradients within 1e-3, relative to the largest of their kind.
    @Test(arguments: families.indices, ["live", "detached", "frozen"])
    func activationsAndGradientsAreTheCPUs(family: Int, mode: String) throws {
        let model = Self.model(family)
        try compare(model, at: Address.all(in: model.configuration), family: family, mode: mode)
    }

    /// Directions of every nonlinearity, at every address of a plain and a gated model.
    @Test(arguments: [0, 5])
    func directionsAreTheCPUs(family: Int) throws {
        let model = Self.model(family).withRandomDirections(seed: 3 + family)
        let directions = Address.all(in: model.configuration).filter { $0.directionSet != nil }
        try compare(model, at: directions, family: family, mode: "live")
    }

    /// A model whose LayerNorms do not enlarge rounding errors, which could turn a direction on or off.
    private static func model(_ family: Int) -> ViT {
        var shape = families[family]
        shape.layerNormEpsilon = 1e-4
        return ViT.random(shape, seed: family)
    }

    private func compare(_ model: ViT, at addresses: [Address], family: Int, mode: String) throws {
        let shape = model.configuration
        var generator = SampleGenerator(seed: 7 + family)
        let count = 3 * shape.imageHeight * shape.imageWidth
        let pictures = (0..<2).map { _ in generator.values(count).map { 0.5 + $0 / 2 } }
        let other = FloatBuffer(generator.values(count).map { 0.5 + $0 / 2 })
        let attention: AttentionMode =
            mode == "live" ? .live : mode == "detached" ? .detached : .frozen(reference: other)
        let probes = Self.probes(addresses, of: shape)

        let program = Program(precision: .float32)
        let images = program.input([2, 3, shape.imageHeight, shape.imageWidth])
        let reference = mode == "frozen" ? program.input([3, shape.imageHeight, shape.imageWidth]) : nil
        let writer = ModelWriter(program: program, model: model, isDetached: mode == "detached")
        var outputs: [Value] = []
        for probe in probes {
            let tap = TapWriter(writer, probe.address, probe.tokens)
            let neurons = program.module.constant(probe.neuron, TensorType([2], .int32))
            let (values, objective) = tap.activations(
                of: images, neurons: neurons, patterns: reference.map(tap.patterns),
                detour: { _ in program.module.constant(0, TensorType([2], .bool)) })
            outputs.append(values)
            outputs.append(program.module.gradients(of: objective.sum(over: [0]), withRespectTo: [images])[0])
        }
        let written = WrittenModule(text: program.module.text(returning: outputs), weights: program.weights)
        let accelerator = Accelerator(client: try TestPlugin.client.get(), store: nil)
        let module = try LoadedModule(written, on: 0, of: accelerator)
        let device = accelerator.client.devices[0]
        var inputs = [
            try accelerator.client.buffer(
                pictures[0] + pictures[1], .float32, shape: [2, 3, shape.imageHeight, shape.imageWidth], on: device)
        ]
        if reference != nil {
            inputs.append(
                try accelerator.client.buffer(
                    other.array, .float32, shape: [3, shape.imageHeight, shape.imageWidth], on: device))
        }
        let results = try module(inputs)

        for (index, probe) in probes.enumerated() {
            let values = try results[2 * index].array(count: 2, repeating: Float(0))
            let gradients = try results[2 * index + 1].array(count: 2 * count, repeating: Float(0))
            let pass = ModelPass(
                model: model, address: probe.address, tokens: probe.tokens, capacity: 1, attention: attention)
            for slot in 0..<2 {
                pass.images.update(from: pictures[slot], count: count)
                let objective = [Objective(neuron: probe.neuron)]
                let (expected, expectedGradient) = objective.withUnsafeBufferPointer { objective in
                    pass.forward(objectives: objective)
                    let value = pass.activation(slot: 0, objective: objective[0])
                    pass.backward(objectives: objective)
                    return (value, Array(UnsafeBufferPointer(start: pass.imageGradients, count: count)))
                }
                let what = Comment(rawValue: "\(probe.address) \(probe.tokens)")
                #expect(abs(values[slot] - expected) <= 1e-4 * max(1, abs(expected)), what)
                let gradient = Array(gradients[slot * count..<(slot + 1) * count])
                if expectedGradient.contains(where: { abs($0) > 1e-6 }) {
                    #expect(relativeError(gradient, expectedGradient) <= 1e-3, what)
                } else {
                    #expect(gradient.allSatisfy { abs($0) < 1e-5 }, what)
                }
            }
        }
    }
}
