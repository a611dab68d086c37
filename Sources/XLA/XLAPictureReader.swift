// Reads pictures on an accelerator.

import PJRT
import StableHLO
import ViT

/// One worker's forward pass, to the end of the model.
final class XLAPictureReader: PictureReader {
    private let model: ViT
    private let size: PictureSize
    private let batchSize: Int
    private let neuronCount: Int
    private let accelerator: Accelerator
    private let device: Int
    private let module: LoadedModule
    private let reference: Buffer?

    init(
        model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, batchSize: Int,
        _ accelerator: Accelerator
    ) throws {
        self.model = model
        self.batchSize = batchSize
        self.accelerator = accelerator
        size = model.configuration.pictureSize
        neuronCount = tokens.neuronCount(at: address, in: model.configuration)
        let program = Program(precision: .float32)
        let images = program.input([batchSize, 3, size.height, size.width])
        let isFrozen = if case .frozen = attention { true } else { false }
        let picture = isFrozen ? program.input([3, size.height, size.width]) : nil
        let tap = TapWriter(ModelWriter(program: program, model: model), address, tokens)
        let (activations, embedding) = tap.readings(of: images, patterns: picture.map(tap.patternsToTheEnd))
        let written = WrittenModule(
            text: program.module.text(returning: [activations, embedding]), weights: program.weights)
        let device = accelerator.acquireDevice()
        self.device = device
        do {
            module = try LoadedModule(written, on: device, of: accelerator)
            reference = try accelerator.reference(of: attention, size: size, on: device)
        } catch {
            accelerator.releaseDevice(device)
            throw error
        }
    }

    deinit { accelerator.releaseDevice(device) }

    func activations(of pictures: [FloatBuffer]) throws -> [[Float]] { try read(pictures).map(\.activations) }

    func read(_ pictures: [FloatBuffer]) throws -> [PictureReading] {
        try reportingFailures {
            try stride(from: 0, to: pictures.count, by: batchSize).flatMap { first in
                try readBatch(Array(pictures[first..<min(pictures.count, first + batchSize)]))
            }
        }
    }

    private func readBatch(_ pictures: [FloatBuffer]) throws -> [PictureReading] {
        let count = 3 * size.count
        var images = [Float](repeating: 0, count: batchSize * count)
        for (slot, picture) in pictures.enumerated() {
            precondition(picture.count == count)
            images.replaceSubrange(slot * count..<(slot + 1) * count, with: picture.array)
        }
        let input = try accelerator.client.buffer(
            images, .float32, shape: [batchSize, 3, size.height, size.width], on: accelerator.client.devices[device])
        let outputs = try module([input] + (reference.map { [$0] } ?? []))
        let width = model.configuration.width
        let activations = try outputs[0].array(count: batchSize * neuronCount, repeating: Float(0))
        let embeddings = try outputs[1].array(count: batchSize * width, repeating: Float(0))
        return pictures.indices.map { slot in
            PictureReading(
                activations: Array(activations[slot * neuronCount..<(slot + 1) * neuronCount]),
                embedding: Array(embeddings[slot * width..<(slot + 1) * width]))
        }
    }
}
