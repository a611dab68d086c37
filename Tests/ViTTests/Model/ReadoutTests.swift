// A read-out gives what the passes give, whichever of its passes it shares or leaves out.

import Testing

@testable import ViT

struct ReadoutTests {
    @Test(arguments: [Address.encoderNorm, .head, .block(0, .mlp1)], [TokenSelection.patches, .cls, .slice])
    func activationsAndEmbeddingsAreThoseOfPasses(address: Address, tokens: TokenSelection) {
        let model = RandomModel.make(seed: 3)
        let configuration = model.configuration
        var samples = SampleGenerator(seed: 4)
        let images = (0..<2).map { _ in FloatBuffer(samples.values(3 * 40 * 40).map { 0.5 + $0 / 2 }) }
        let readout = Readout(model: model, address: address)
        // An embedding of one picture, and the activations of the next, leave the first one's readings as they are.
        let first = readout.read(image: images[0], tokens: tokens)
        let second = readout.activations(image: images[1], tokens: tokens)
        let again = readout.read(image: images[0], tokens: tokens)
        #expect(first.activations == again.activations && first.embedding == again.embedding)
        #expect(second != first.activations)
        #expect(
            first.activations == Readout(model: model, address: address).activations(image: images[0], tokens: tokens))

        let end = Readout(model: model, address: .encoderNorm).activations(image: images[0], tokens: .cls)
        #expect(first.embedding == end && end.count == configuration.width)
        let count =
            tokens.isDefined(at: address, in: configuration) ? tokens.neuronCount(at: address, in: configuration) : 6
        #expect(first.activations.count == count)
    }
}
