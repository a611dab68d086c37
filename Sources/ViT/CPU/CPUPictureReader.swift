// Reads pictures on the CPU, by forward passes that keep nothing for a backward pass.

/// One worker's passes to the address and, for embeddings, to the end of the encoder.
final class CPUPictureReader: PictureReader {
    private let tokens: TokenSelection
    private let attention: AttentionMode
    private let atAddress: ModelPass
    /// The pass that embeddings are read from; its buffers are allocated for the first embedding.
    private lazy var atEnd =
        atAddress.address == .encoderNorm
        ? atAddress
        : ModelPass(
            reading: atAddress.model, at: .encoderNorm, attention: attention, capacity: atAddress.capacity)

    init(model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, capacity: Int) {
        self.tokens = tokens
        self.attention = attention
        atAddress = ModelPass(reading: model, at: address, attention: attention, capacity: capacity)
    }

    func activations(of pictures: [FloatBuffer]) -> [[Float]] {
        inBatches(pictures) { batch in
            forward(atAddress, batch)
            return batch.indices.map(activations)
        }
    }

    func read(_ pictures: [FloatBuffer]) -> [PictureReading] {
        inBatches(pictures) { batch in
            forward(atAddress, batch)
            let activations = batch.indices.map(activations)
            if atEnd !== atAddress { forward(atEnd, batch) }
            return batch.indices.map {
                PictureReading(activations: activations[$0], embedding: atEnd.features(slot: $0))
            }
        }
    }

    private func inBatches<T>(_ pictures: [FloatBuffer], _ read: ([FloatBuffer]) -> [T]) -> [T] {
        stride(from: 0, to: pictures.count, by: atAddress.capacity).flatMap { first in
            read(Array(pictures[first..<min(pictures.count, first + atAddress.capacity)]))
        }
    }

    private func forward(_ pass: ModelPass, _ pictures: [FloatBuffer]) {
        for (slot, picture) in pictures.enumerated() {
            precondition(picture.count == pass.imageSize)
            withExtendedLifetime(picture) {
                (pass.images + slot * pass.imageSize).update(from: picture.pointer, count: pass.imageSize)
            }
        }
        pass.forward(count: pictures.count)
    }

    /// Every neuron's activation on the picture in `slot`, over the tokens.
    private func activations(slot: Int) -> [Float] {
        TokenMatrix(atAddress.allActivations(slot: slot), at: atAddress.address, in: atAddress.model.configuration)
            .activations(over: tokens)
    }
}
