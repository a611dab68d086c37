// Reads pictures on an accelerator.

import PJRT
import StableHLO
import ViT

/// One worker's forward pass, to the end of the model.
final class XLAPictureReader: PictureReader {
    private let neuronCount: Int
    private let width: Int
    private let module: PictureModule

    init(
        model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, batchSize: Int,
        _ accelerator: Accelerator
    ) throws {
        let size = model.configuration.pictureSize
        neuronCount = tokens.neuronCount(at: address, in: model.configuration)
        width = model.configuration.width
        let isFrozen = if case .frozen = attention { true } else { false }
        module = try PictureModule(
            size: size, batchSize: batchSize, attention: attention, on: DeviceShare(of: accelerator), of: accelerator
        ) { count in
            let program = Program(precision: .float32)
            let images = program.input([count, 3, size.height, size.width])
            let picture = isFrozen ? program.input([3, size.height, size.width]) : nil
            let tap = TapWriter(ModelWriter(program: program, model: model), address, tokens)
            let (activations, embedding) = tap.readings(of: images, patterns: picture.map(tap.patternsToTheEnd))
            return WrittenModule(
                text: program.module.text(returning: [activations, embedding]), weights: program.weights)
        }
    }

    func activations(of pictures: [FloatBuffer]) throws -> [[Float]] { try read(pictures).map(\.activations) }

    func read(_ pictures: [FloatBuffer]) throws -> [PictureReading] {
        try reportingFailures {
            try module.read(pictures) { outputs, batch, batchSize in
                let activations = try outputs[0].array(count: batchSize * neuronCount, repeating: Float(0))
                let embeddings = try outputs[1].array(count: batchSize * width, repeating: Float(0))
                return batch.indices.map { picture in
                    let slot = picture - batch.lowerBound
                    return PictureReading(
                        activations: Array(activations[slot * neuronCount..<(slot + 1) * neuronCount]),
                        embedding: Array(embeddings[slot * width..<(slot + 1) * width]))
                }
            }
        }
    }
}
