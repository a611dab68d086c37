// An image's bytes depend only on the image, not on its slot, the batch's size or its neighbours.
// scripts/test runs this suite again under OpenBLAS's Haswell kernels, which make this hardest.

import Reference
import Testing

@testable import ViT

@Suite struct SlotIndependenceTests {
    /// Token counts and widths that are not multiples of the kernels' blocks, the embedded model's, and inner sizes
    /// larger than the kernels' blocks.
    static let configurations = [
        ViTConfiguration(
            imageHeight: 64, imageWidth: 64, patchSize: 8, blockCount: 2, headCount: 4, width: 128, mlpWidth: 512,
            classCount: 50),
        ViTConfiguration(
            imageHeight: 42, imageWidth: 35, patchSize: 7, blockCount: 2, headCount: 3, width: 48, mlpWidth: 100,
            classCount: 11),
        ViTConfiguration(
            imageHeight: 40, imageWidth: 40, patchSize: 8, blockCount: 2, headCount: 3, width: 192, mlpWidth: 768,
            classCount: 10, prefixTokenCount: 0, pooling: .patchMeanThenNorm),
        ViTConfiguration(
            imageHeight: 48, imageWidth: 64, patchSize: 16, blockCount: 2, headCount: 6, width: 384, mlpWidth: 1536,
            classCount: 10),
        siglip, dinov2Giant,
    ]

    private static let siglip: ViTConfiguration = {
        var configuration = ViTConfiguration(
            imageHeight: 48, imageWidth: 64, patchSize: 16, blockCount: 2, headCount: 6, width: 384, mlpWidth: 1540,
            classCount: 384, prefixTokenCount: 0, pooling: .attention)
        configuration.activation = .tanhGELU
        configuration.output = .pooled
        return configuration
    }()

    private static let dinov2Giant: ViTConfiguration = {
        var configuration = ViTConfiguration(
            imageHeight: 56, imageWidth: 42, patchSize: 14, blockCount: 2, headCount: 4, width: 192, mlpWidth: 520,
            classCount: 10, prefixTokenCount: 3, pooling: .classTokenAndPatchMean)
        configuration.hasLayerScale = true
        configuration.hasGatedMLP = true
        configuration.hasInputNorm = true
        configuration.hasRotaryPositions = true
        configuration.activation = .silu
        return configuration
    }()

    static let taps: [(Address, TokenSelection)] = [
        (.block(1, .mlp3), .patches), (.block(1, .mlp3), .token(3)), (.block(0, .mlp1), .center),
        (.block(1, .output), .slice), (.block(1, .selfAttention), .token(1)), (.head, .patches),
    ]

    @Test(arguments: configurations.indices, taps.indices)
    func everySlotOfEveryBatchGivesTheBytesOfTheImageAlone(configuration: Int, tap: Int) {
        let model = ViT.random(Self.configurations[configuration], seed: configuration)
        let (address, tokens) = Self.taps[tap]
        expectSlotIndependence(
            ModelPass(model: model, address: address, tokens: tokens, capacity: 8), seed: tap)
    }

    /// One chosen token, with a pattern that is not backpropagated or is one row of a pattern that all images share.
    @Test(arguments: configurations.indices, ["detached", "frozen"])
    func aChosenTokenDoesNotDependOnItsSlotInAnyAttentionMode(configuration: Int, mode: String) {
        let model = ViT.random(Self.configurations[configuration], seed: configuration)
        let attention: AttentionMode =
            mode == "frozen" ? .frozen(reference: model.configuration.meanPicture) : .detached
        for (address, tokens) in [
            (Address.block(1, .mlp3), TokenSelection.token(3)), (.block(1, .selfAttention), .slice),
        ] {
            expectSlotIndependence(
                ModelPass(model: model, address: address, tokens: tokens, capacity: 8, attention: attention), seed: 9)
        }
    }

    /// Pictures that are read together give the same bytes as pictures that are read alone.
    @Test(
        arguments: configurations.indices,
        [Address.block(0, .ln1), .block(1, .mlp1), .block(1, .output), .encoderNorm, .head])
    func everySlotOfAReaderGivesTheBytesOfThePictureAlone(configuration: Int, address: Address) throws {
        let model = ViT.random(Self.configurations[configuration], seed: configuration)
        var generator = SampleGenerator(seed: configuration)
        let c = model.configuration
        let pictures = (0..<11).map { _ in
            FloatBuffer(generator.values(3 * c.imageHeight * c.imageWidth).map { 0.5 + $0 / 2 })
        }
        func reader(_ capacity: Int) throws -> any PictureReader {
            try CPUDevice().makeReader(model: model, address: address, tokens: .patches, capacity: capacity)
        }
        let one = try reader(1)
        let alone = try pictures.flatMap { try one.read([$0]) }
        for capacity in [2, 3, 8] {
            let reader = try reader(capacity)
            for order in [pictures, Array(pictures.reversed())] {
                let readings = try reader.read(order)
                let expected = order[0] === pictures[0] ? alone : alone.reversed()
                let isSame = try readings == expected && reader.activations(of: order) == expected.map(\.activations)
                #expect(isSame, "capacity \(capacity) under \(BLAS.kernelName)")
            }
        }
    }

    private func expectSlotIndependence(_ pass: ModelPass, seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let images = (0..<8).map { _ in generator.values(pass.imageSize).map { 0.5 + $0 / 2 } }
        let objectives = (0..<8).map { Objective(neuron: $0, direction: $0 % 2 == 0 ? .positive : .negative) }
        func run(_ members: [Int]) -> [[Float]] {
            for (slot, member) in members.enumerated() {
                (pass.images + slot * pass.imageSize).update(from: images[member], count: pass.imageSize)
            }
            return members.map { objectives[$0] }.withUnsafeBufferPointer { objectives in
                pass.forward(objectives: objectives)
                let values = members.indices.map { pass.activation(slot: $0, objective: objectives[$0]) }
                pass.backward(objectives: objectives)
                return members.indices.map { slot in
                    let start = pass.imageGradients + slot * pass.imageSize
                    return [values[slot]] + UnsafeBufferPointer(start: start, count: pass.imageSize)
                }
            }
        }
        let alone = (0..<8).map { run([$0])[0] }
        for count in [2, 3, 5, 8] {
            for rotation in 0..<3 {
                let members = (0..<count).map { ($0 * 3 + rotation) % 8 }
                for (slot, result) in run(members).enumerated() {
                    // Compared outside the expectation, which would print a very long difference.
                    let isSame = result == alone[members[slot]]
                    let worst = relativeError(result, alone[members[slot]])
                    #expect(isSame, "slot \(slot) of \(count) under \(BLAS.kernelName): off by \(worst)")
                }
            }
        }
    }
}
