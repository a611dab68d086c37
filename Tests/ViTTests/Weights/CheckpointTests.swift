// Checkpoints give the right configuration and the right weights, and report what was assumed.

import Testing

@testable import ViT

struct CheckpointTests {
    /// The models from scripts/make-fixtures, as (image, patch, blocks, heads, width, MLP width, classes, ε).
    static let shapes: [(String, [Int], Float)] = [
        ("tv-i42-p7-h3", [42, 7, 2, 3, 48, 96, 10], 1e-6), ("tv-i32-p8-h2", [32, 8, 3, 2, 32, 64, 7], 1e-3),
        ("tv-i48-p16-h4", [48, 16, 2, 4, 64, 80, 101], 1e-6), ("tv-i20-p10-h1", [20, 10, 1, 1, 12, 20, 3], 1e-5),
    ]

    @Test(arguments: shapes.indices) func readsTorchvisionsModels(_ index: Int) throws {
        let (name, shape, epsilon) = Self.shapes[index]
        let path = Fixture.path("\(name).safetensors")
        let checkpoint = try Checkpoint.load(path: path)
        let it = checkpoint.configuration
        #expect(
            [it.imageHeight, it.patchSize, it.blockCount, it.headCount, it.width, it.mlpWidth, it.classCount] == shape)
        #expect(it.imageWidth == it.imageHeight && it.prefixTokenCount == 1 && it.pooling == .classToken)
        #expect(it.layerNormEpsilon == epsilon)
        #expect(checkpoint.naming == .torchvision && checkpoint.elementTypes == [.float16])
        #expect(checkpoint.ignoredTensors == [])

        let file = try Safetensors(path: path)
        let parameters = checkpoint.parameters
        let last = "encoder.layers.encoder_layer_\(it.blockCount - 1)"
        let block = try #require(parameters.blocks.last)
        #expect(try file.values("conv_proj.weight") == parameters.patchProjection.weight.array)
        #expect(try file.values("class_token") == parameters.prefixTokens.array)
        #expect(try file.values("encoder.pos_embedding") == parameters.positionEmbedding.array)
        #expect(try file.values("\(last).self_attention.in_proj_weight") == block.attentionInput.weight.array)
        #expect(try file.values("\(last).self_attention.in_proj_bias") == block.attentionInput.bias.array)
        #expect(try file.values("\(last).ln_2.weight") == block.ln2.weight.array)
        #expect(try file.values("\(last).mlp.3.bias") == block.mlp3.bias.array)
        #expect(try file.values("heads.head.weight") == parameters.head?.weight.array)
        #expect(checkpoint.parameterCount == file.tensors.values.reduce(0) { $0 + $1.count })
    }

    @Test func readsTheEmbeddedModel() throws {
        let checkpoint = try Checkpoint.load(path: Fixture.embeddedModel)
        #expect(
            checkpoint.configuration
                == ViTConfiguration(
                    imageHeight: 64, imageWidth: 64, patchSize: 8, blockCount: 6, headCount: 4, width: 128,
                    mlpWidth: 512, classCount: 50))
        let heads = checkpoint.assumptions.first { $0.name == "heads" }
        #expect(heads?.value == "4" && heads?.source == "the metadata of \(Fixture.embeddedModel)")
    }

    /// The byte 80, which identifies a bare pickle, may also be the first of a safetensors header's length.
    @Test func readsASafetensorsFileThatBeginsAsAPickle() throws {
        let folder = try TemporaryFolder()
        var table = try CheckpointRefusalTests.table()
        table.metadata["padding"] = ""
        while try table.bytes()[0] != 0x80 { table.metadata["padding", default: ""] += "." }
        for name in ["a.safetensors", "a.bin"] {
            let checkpoint = try Checkpoint.load(path: folder.write(name, table.bytes()))
            #expect(checkpoint.format == "safetensors" && checkpoint.configuration.width == 12)
        }
    }
}
