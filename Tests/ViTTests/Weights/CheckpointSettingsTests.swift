// Where the settings come from, in their order; labels; prefixes; other image sizes.

import Foundation
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
        #expect(source(bare, "heads") == "convention: 64 channels a head")
    }

    @Test func takesLabelsFromWhereTheyAre() throws {
        let table = try CheckpointRefusalTests.table()
        #expect(try load(table).labels == nil)
        _ = try folder.write("model.labels.txt", Array("ant\nbee\r\ncrow\n".utf8))
        #expect(try load(table).labels == ["ant", "bee", "crow"])
        _ = try folder.write("config.json", Array(#"{"id2label": {"0": "x", "2": "z", "1": "y"}}"#.utf8))
        #expect(try load(table).labels == ["x", "y", "z"])
        _ = try folder.write("config.json", Array(#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#.utf8))
        #expect(try load(table).labels == ["ant", "bee", "crow"])
        let stated = try folder.write("mine.txt", Array("1\n2\n3".utf8))
        #expect(try load(table, CheckpointOverrides(labelsPath: stated)).labels == ["1", "2", "3"])
        let short = try folder.write("short.txt", Array("1\n2\n".utf8))
        let error = #expect(throws: ViTError.self) { try load(table, CheckpointOverrides(labelsPath: short)) }
        #expect(try #require(error).description.contains("short.txt: names 2 classes"))
    }

    @Test func namesImageNetsClasses() throws {
        var table = try CheckpointRefusalTests.table()
        table.tensors["heads.head.weight"] = ([1000, 12], Array(repeating: 0, count: 12_000))
        table.tensors["heads.head.bias"] = ([1000], Array(repeating: 0, count: 1000))
        let labels = try #require(try load(table).labels)
        #expect(labels.count == 1000 && labels[0] == "tench" && labels[45] == "Gila monster")
        #expect(labels[999] == "toilet tissue" && labels.allSatisfy { !$0.isEmpty })
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

    @Test func prefersTheModelToItsAverageAndRefusesToGuess() throws {
        let table = try CheckpointRefusalTests.table()
        var both = table.renamed { "model." + $0 }
        for (name, tensor) in table.tensors { both.tensors["model_ema." + name] = tensor }
        #expect(try load(both).ignoredTensors.allSatisfy { $0.hasPrefix("model_ema.") })

        var strangers = table.renamed { "student." + $0 }
        for (name, tensor) in table.tensors { strangers.tensors["teacher." + name] = tensor }
        let error = #expect(throws: ViTError.self) { try load(strangers) }
        #expect(try #require(error).description.contains("holds 2 models, under 'student.', 'teacher.'"))
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
}
