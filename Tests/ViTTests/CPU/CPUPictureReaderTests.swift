// A reader gives the same values as passes, whichever passes it shares or leaves out.

import Reference
import Testing

@testable import ViT

struct CPUPictureReaderTests {
    @Test(
        arguments: [Address.encoderNorm, .head, .block(0, .ln1), .block(0, .mlp1), .block(1, .output)],
        [TokenSelection.patches, .cls, .center, .slice])
    func activationsAndEmbeddingsAreThoseOfPasses(address: Address, tokens: TokenSelection) throws {
        let model = RandomModel.make(seed: 3)
        let configuration = model.configuration
        guard tokens.isDefined(at: address, in: configuration) else { return }
        var samples = SampleGenerator(seed: 4)
        let pictures = (0..<2).map { _ in FloatBuffer(samples.values(3 * 40 * 40).map { 0.5 + $0 / 2 }) }
        let reader = try self.reader(model, address, tokens)
        let first = try reader.read(pictures)
        // Reading more activations does not change the first readings.
        #expect(try reader.activations(of: [pictures[1]]) == [first[1].activations])
        #expect(try reader.read(pictures) == first)
        let dependsOnThePicture = address != .block(0, .ln1) || tokens != .cls
        #expect((first[0].activations != first[1].activations) == dependsOnThePicture)
        #expect(first[0].activations.count == tokens.neuronCount(at: address, in: configuration))

        let end = try self.reader(model, .encoderNorm, .cls).activations(of: pictures)
        #expect(first.map(\.embedding) == end && end[0].count == configuration.width)

        // An optimisation reads the same value for one neuron, except for the order of its sums.
        let pass = ModelPass(model: model, address: address, tokens: tokens, capacity: 1)
        withExtendedLifetime(pictures) {
            pass.images.update(from: pictures[0].pointer, count: pass.imageSize)
        }
        let objective = [Objective(neuron: 2)]
        objective.withUnsafeBufferPointer { pass.forward(objectives: $0) }
        let scale = first[0].activations.map(abs).max() ?? 0
        #expect(abs(pass.activation(slot: 0, objective: objective[0]) - first[0].activations[2]) <= 1e-5 * scale)
    }

    private func reader(_ model: ViT, _ address: Address, _ tokens: TokenSelection) throws -> any PictureReader {
        try CPUDevice().makeReader(model: model, address: address, tokens: tokens, capacity: 2)
    }
}
