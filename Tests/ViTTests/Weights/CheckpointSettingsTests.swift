// The sources of the settings, in order of precedence; prefixes; other image sizes.

import Foundation
import Reference
import Testing

@testable import ViT

struct CheckpointSettingsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func load(_ table: TensorTable, _ overrides: CheckpointOverrides = .init()) throws -> Checkpoint {
        try Checkpoint.load(path: folder.write("model.safetensors", table.bytes()), overrides: overrides)
    }

    @Test func believesTheUserThenFilesThenMetadataThenConvention() throws {
        var table = try CheckpointRefusalTests.table("tv-i48-p16-h4")
        table.metadata["mean"] = "0.1,0.1,0.1"
        func source(_ checkpoint: Checkpoint, _ name: String) -> String? {
            checkpoint.assumptions.first { $0.name == name }?.source
        }
        _ = try folder.write(
            "config.json", Array(#"{"num_attention_heads": 8, "layer_norm_eps": 1e-05, "image_size": 48}"#.utf8))
        let preprocessor = try folder.write("preprocessor_config.json", Array(#"{"image_mean": [0.2, 0.2, 0.2]}"#.utf8))

        let stated = try load(table, CheckpointOverrides(headCount: 2, mean: [0.3, 0.3, 0.3]))
        #expect(stated.configuration.headCount == 2 && stated.configuration.mean == [0.3, 0.3, 0.3])
        #expect(source(stated, "heads") == "given" && source(stated, "mean") == "given")

        let configured = try load(table)
        #expect(configured.configuration.headCount == 8 && configured.configuration.mean == [0.2, 0.2, 0.2])
        #expect(configured.configuration.layerNormEpsilon == 1e-5)
        #expect(source(configured, "mean") == preprocessor)

        for name in ["config.json", "preprocessor_config.json"] {
            try FileManager.default.removeItem(at: folder.url.appending(path: name))
        }
        let described = try load(table)
        #expect(described.configuration.headCount == 4 && described.configuration.mean == [0.1, 0.1, 0.1])

        table.metadata = [:]
        let bare = try load(table)
        #expect(bare.configuration.headCount == 1 && bare.configuration.mean == ViTConfiguration.imageNetMean)
        #expect(source(bare, "heads") == "convention: 64 channels per head")
    }

    /// timm's config.json names the architecture, and rarely the heads.
    @Test func takesHeadsFromTheArchitecture() throws {
        let table = try CheckpointRefusalTests.table()
        var bare = table
        bare.metadata["num_heads"] = nil
        for (architecture, heads) in [("test_vit", 2), ("test_vit4", 3)] {
            _ = try folder.write("config.json", Array(#"{"architecture": "\#(architecture)"}"#.utf8))
            #expect(try load(bare).configuration.headCount == heads)
        }
        // These have exact GELU.
        for architecture in [
            "vit_so150m_patch16_reg4_gap_256", "vit_so400m_patch14_siglip_gap_224", "vit_base_patch16_siglip_gap_512",
            "vit_large_patch16_siglip_gap_384",
        ] {
            _ = try folder.write("config.json", Array(#"{"architecture": "\#(architecture)"}"#.utf8))
            #expect(try load(table).configuration.width == 12)
        }
    }

    /// Registers without a class token are prefix tokens that `cls` does not name.
    @Test func registersAreNoClassToken() throws {
        var table = try CheckpointRefusalTests.table().renamed(Self.timmName)
        table.tensors["reg_token"] = table.tensors["cls_token"]
        table.tensors["cls_token"] = nil
        let configuration = try load(table).configuration
        #expect(configuration.prefixTokenCount == 1 && !configuration.hasClassToken)
        let address = Address.block(0, .mlp3)
        #expect(!TokenSelection.cls.isDefined(at: address, in: configuration))
        #expect(TokenSelection.token(0).isDefined(at: address, in: configuration))
        #expect(TokenSelection.automatic(at: address, in: configuration) == .patches)
    }

    @Test(
        arguments: [
            "module.", "model.", "state_dict.", "model_state_dict.module.", "_orig_mod.", "encoder_q.backbone.",
        ])
    func findsTheModelUnderAPrefix(_ prefix: String) throws {
        var table = try CheckpointRefusalTests.table().renamed { prefix + $0 }
        table.tensors["optimizer.state"] = ([1], [0])
        let checkpoint = try load(table)
        #expect(checkpoint.configuration.width == 12 && checkpoint.configuration.classCount == 3)
        #expect(checkpoint.ignoredTensors == ["optimizer.state"])
    }

    @Test func loadsABackboneWithoutAHead() throws {
        var table = try CheckpointRefusalTests.table()
        table.tensors["heads.head.weight"] = nil
        table.tensors["heads.head.bias"] = nil
        let checkpoint = try load(table)
        #expect(checkpoint.configuration.classCount == 0 && checkpoint.parameters.head == nil)
    }

    @Test func interpolatesToAnotherImageSize() throws {
        let path = Fixture.path("tv-i42-p7-h3.safetensors")
        let size = ImageSize(height: 28, width: 63)
        let native = try Checkpoint.load(path: path)
        let other = try Checkpoint.load(path: path, overrides: CheckpointOverrides(imageSize: size))
        #expect(other.configuration.imageHeight == 28 && other.configuration.imageWidth == 63)
        #expect(other.configuration.tokenCount == 1 + 4 * 9)
        let (before, after) = (native.parameters.positionEmbedding.array, other.parameters.positionEmbedding.array)
        // The class token's position stays; align_corners keeps the corners.
        #expect(Array(after.prefix(48)) == Array(before.prefix(48)))
        #expect(Array(after[48..<96]) == Array(before[48..<96]))
        #expect(Array(after.suffix(48)) == Array(before.suffix(48)))
        #expect(other.assumptions.contains { $0.value == "interpolated from 6×6 to 4×9 patches" })

        for bad in [
            ImageSize(height: 30, width: 28), ImageSize(height: 0, width: 7),
            ImageSize(height: 7_000_000, width: 7_000),
        ] {
            #expect(throws: ViTError.self) {
                try Checkpoint.load(path: path, overrides: CheckpointOverrides(imageSize: bad))
            }
        }
    }

    /// A torchvision state dict of width 12 with this many positions, patches of 10 × 10 pixels and no metadata.
    private func bareTable(positions: Int) throws -> TensorTable {
        var table = try CheckpointRefusalTests.table()
        table.metadata = [:]
        var generator = SampleGenerator(seed: positions)
        table.tensors["encoder.pos_embedding"] = ([1, positions, 12], generator.values(positions * 12))
        return table
    }

    /// Grids with as many positions as a square: n − 1 by n + 1 with a class token, and 1 by 4.
    static let rectangles = [(1, 4), (2, 4), (4, 2), (6, 8), (14, 16)]

    @Test(arguments: rectangles.indices) func readsARectangleThatIsStated(_ index: Int) throws {
        let (rows, columns) = Self.rectangles[index]
        let size = ImageSize(height: 10 * rows, width: 10 * columns)
        let table = try bareTable(positions: 1 + rows * columns)
        let stored = try #require(table.tensors["encoder.pos_embedding"]).values
        let given = try load(table, CheckpointOverrides(headCount: 2, imageSize: size))
        #expect(given.configuration.imageHeight == size.height && given.configuration.imageWidth == size.width)
        #expect(given.parameters.positionEmbedding.array == stored)
        #expect(!given.assumptions.contains { $0.name == "position embeddings" })

        // If the file states its own size, a stated size is the one to run at.
        _ = try folder.write(
            "config.json", Array(#"{"pretrained_cfg": {"input_size": [3, \#(size.height), \#(size.width)]}}"#.utf8))
        let configured = try load(table, CheckpointOverrides(headCount: 2))
        #expect(configured.configuration.imageHeight == size.height)
        #expect(configured.parameters.positionEmbedding.array == stored)
        let turned = ImageSize(height: size.width, width: size.height)
        let resized = try load(table, CheckpointOverrides(headCount: 2, imageSize: turned))
        #expect(resized.configuration.imageHeight == turned.height)
        #expect(
            resized.assumptions.contains {
                $0.value == "interpolated from \(rows)×\(columns) to \(columns)×\(rows) patches"
            })
    }

    /// torchvision's class tokens always have a position. timm's may have none (`no_embed_class`); this is reported.
    @Test func guessesPositionsWithoutPrefixForTimmAlone() throws {
        let heads = CheckpointOverrides(headCount: 2)
        let error = #expect(throws: ViTError.self) { try load(bareTable(positions: 9), heads) }
        #expect(try #require(error).description.contains("the image size is unknown: 9 position embeddings"))

        var timm = TensorTable()
        for (name, tensor) in try bareTable(positions: 9).tensors { timm.tensors[Self.timmName(name)] = tensor }
        let checkpoint = try load(timm, heads)
        #expect(checkpoint.configuration.imageHeight == 30 && checkpoint.configuration.imageWidth == 30)
        #expect(Array(checkpoint.parameters.positionEmbedding.array.prefix(12)) == Array(repeating: 0, count: 12))
        #expect(
            checkpoint.assumptions.contains {
                $0.name == "positions of the tokens before the patches" && $0.value == "none"
            })
        let stated = try load(
            timm, CheckpointOverrides(headCount: 2, imageSize: ImageSize(height: 20, width: 40)))
        #expect(stated.parameters.positionEmbedding.array == timm.tensors["pos_embed"]?.values)
    }

    /// timm's name of one of torchvision's tensors.
    static func timmName(_ name: String) -> String {
        let pairs = [
            ("encoder.layers.encoder_layer_", "blocks."), ("ln_1", "norm1"), ("ln_2", "norm2"),
            ("self_attention.in_proj_", "attn.qkv."), ("self_attention.out_proj", "attn.proj"), ("mlp.0", "mlp.fc1"),
            ("mlp.3", "mlp.fc2"), ("encoder.ln", "norm"), ("heads.head", "head"), ("conv_proj", "patch_embed.proj"),
            ("class_token", "cls_token"), ("encoder.pos_embedding", "pos_embed"),
        ]
        return pairs.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    @Test func refusesAnImageThatNoMemoryHolds() throws {
        // One channel and 300 × 300 patches of one pixel: 360 kB of positions, 32 GB of attention.
        var table = try CheckpointRefusalTests.table()
        table.metadata = [:]
        let layer = "encoder.layers.encoder_layer_0"
        let shapes = [
            "conv_proj.weight": [1, 3, 1, 1], "conv_proj.bias": [1], "class_token": [1, 1, 1],
            "encoder.pos_embedding": [1, 90_001, 1], "encoder.ln.weight": [1], "encoder.ln.bias": [1],
            "\(layer).ln_1.weight": [1], "\(layer).ln_1.bias": [1], "\(layer).ln_2.weight": [1],
            "\(layer).ln_2.bias": [1], "\(layer).self_attention.in_proj_weight": [3, 1],
            "\(layer).self_attention.in_proj_bias": [3], "\(layer).self_attention.out_proj.weight": [1, 1],
            "\(layer).self_attention.out_proj.bias": [1], "\(layer).mlp.0.weight": [1, 1], "\(layer).mlp.0.bias": [1],
            "\(layer).mlp.3.weight": [1, 1], "\(layer).mlp.3.bias": [1], "heads.head.weight": [3, 1],
            "heads.head.bias": [3],
        ]
        table.tensors = shapes.mapValues { ($0, Array(repeating: 0.5, count: $0.reduce(1, *))) }
        let heads = CheckpointOverrides(headCount: 1)
        let error = #expect(throws: ViTError.self) { try load(table, heads) }
        let message = try #require(error).description
        #expect(
            message.contains("300×300 pixels makes 300×300 patches") && message.contains("64.8 GB")
                && message.contains("at most 17.2 GB are allowed. State a smaller image size"), "\(message)")
        let smaller = CheckpointOverrides(headCount: 1, imageSize: ImageSize(height: 30, width: 30))
        #expect(try load(table, smaller).configuration.tokenCount == 901)

        let embedded = #expect(throws: ViTError.self) {
            try Checkpoint.load(
                path: Fixture.embeddedModel,
                overrides: CheckpointOverrides(imageSize: ImageSize(height: 2048, width: 2048)))
        }
        #expect(try #require(embedded).description.contains("256×256 patches"))
    }

    /// The published models are within the limit at the largest sizes at which they are used.
    @Test(arguments: [(1280, 5120, 32, 16), (1408, 6144, 40, 16), (1664, 8192, 48, 16), (1024, 4096, 24, 16)])
    func memoryOfPublishedModelsIsWithinTheLimit(width: Int, mlpWidth: Int, blocks: Int, heads: Int) {
        let configuration = ViTConfiguration(
            imageHeight: 518, imageWidth: 518, patchSize: 14, blockCount: blocks, headCount: heads, width: width,
            mlpWidth: mlpWidth, classCount: 1000)
        #expect(configuration.imageMemory < CheckpointLoader.maximumImageMemory)
    }
}
