// Files that are not a plain Vision Transformer, or are ambiguous: one message says what, where and what to do.

import Foundation
import Testing

@testable import ViT

struct CheckpointRefusalTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func table(_ name: String = "tv-i20-p10-h1") throws -> TensorTable {
        try TensorTable(Safetensors(path: Fixture.path("\(name).safetensors")))
    }

    func load(_ table: TensorTable, _ overrides: CheckpointOverrides = .init()) throws -> Checkpoint {
        try Checkpoint.load(path: folder.write("model.safetensors", table.bytes()), overrides: overrides)
    }

    func message(_ path: String, _ overrides: CheckpointOverrides = .init()) throws -> String {
        let error = #expect(throws: ViTError.self) { try Checkpoint.load(path: path, overrides: overrides) }
        return try #require(error).description
    }

    func message(_ table: TensorTable, _ overrides: CheckpointOverrides = .init()) throws -> String {
        try message(folder.write("model.safetensors", table.bytes()), overrides)
    }

    /// Changes to a good file, and what the message must say.
    static let damages: [(words: String, damage: @Sendable (inout TensorTable) -> Void)] = {
        let layer = "encoder.layers.encoder_layer_0"
        func replace(_ name: String, _ shape: [Int]) -> @Sendable (inout TensorTable) -> Void {
            { $0.tensors[name] = (shape, Array(repeating: 0.5, count: shape.reduce(1, *))) }
        }
        return [
            ("tensor '\(layer).mlp.3.bias' is missing", { $0.tensors["\(layer).mlp.3.bias"] = nil }),
            ("tensor 'class_token' is missing", { $0.tensors["class_token"] = nil }),
            ("'\(layer).mlp.3.weight' is empty", replace("\(layer).mlp.3.weight", [12, 0])),
            ("tensor 'encoder.ln.weight' is missing", { $0.tensors["encoder.ln.weight"] = nil }),
            ("tensor 'encoder.pos_embedding' is missing", { $0.tensors["encoder.pos_embedding"] = nil }),
            (
                "tensor '\(layer).mlp.0.weight' has shape (12, 20); (20, 12) is expected",
                replace("\(layer).mlp.0.weight", [12, 20])
            ),
            ("tensor 'class_token' has shape (1, 1, 13); (12) is expected", replace("class_token", [1, 1, 13])),
            ("'conv_proj.weight' has shape (12, 1, 10, 10)", replace("conv_proj.weight", [12, 1, 10, 10])),
            ("'conv_proj.weight' has shape (12, 3, 10, 20)", replace("conv_proj.weight", [12, 3, 10, 20])),
            ("'conv_proj.weight' has shape (0, 3, 10, 10)", replace("conv_proj.weight", [0, 3, 10, 10])),
            (
                "holds a value that is not finite, at element 3",
                { $0.tensors["\(layer).ln_1.bias"]?.values[3] = .nan }
            ),
            (
                "'\(layer).q_norm.weight' does not belong in a supported Vision Transformer: the model has normalised",
                replace("\(layer).q_norm.weight", [4])
            ),
            ("makes 2×2 patches, but there are 8 position embeddings", replace("encoder.pos_embedding", [1, 8, 12])),
            ("5 attention heads", { $0.metadata["num_heads"] = "5" }),
            ("0 attention heads", { $0.metadata["num_heads"] = "0" }),
            ("metadata 'num_heads' is 'many'; expected a number", { $0.metadata["num_heads"] = "many" }),
            ("std is 0.2, 0.0, 0.3", { $0.metadata["std"] = "0.2,0,0.3" }),
            ("mean is 0.2", { $0.metadata["mean"] = "0.2" }),
            ("LayerNorm's ε is -1.0", { $0.metadata["layer_norm_eps"] = "-1" }),
            ("is not a multiple of the patch size 10", { $0.metadata["image_size"] = "25" }),
            (
                "makes \(Int.max / 10)×\(Int.max / 10) patches",
                { $0.metadata["image_size"] = "\(Int.max / 10 * 10)" }
            ),
            (
                "no complete encoder",
                { table in
                    for name in table.tensors.keys where name.hasPrefix(layer) { table.tensors[name] = nil }
                }
            ),
            ("no complete encoder", replace("encoder.layers.encoder_layer_999999999.ln_1.weight", [12])),
            (
                "tensor 'encoder.layers.encoder_layer_1.ln_1.weight' is missing",
                replace("\(layer.dropLast())2.ln_1.weight", [12])
            ),
        ]
    }()

    @Test(arguments: damages.indices) func refusesADamagedModel(_ index: Int) throws {
        var table = try Self.table()
        Self.damages[index].damage(&table)
        let text = try message(table)
        #expect(text.contains(Self.damages[index].words), "\(text)")
        #expect(text.contains("model.safetensors"))
    }

    @Test func refusesAnotherArchitecture() throws {
        var other = TensorTable()
        for name in ["encoder.0.weight", "decoder.0.weight", "fc.weight"] {
            other.tensors[name] = ([2, 2], [1, 2, 3, 4])
        }
        let text = try message(other)
        #expect(text.contains("is not a supported Vision Transformer: none of its 3 tensors is a patch projection"))
        #expect(text.contains("the first is 'decoder.0.weight'"))
        #expect(try message(TensorTable()).contains("holds no tensors"))
    }

    @Test func refusesFilesThatAreNoWeights() throws {
        let cases: [(name: String, bytes: [UInt8], words: String)] = [
            ("a.pth", [0x80, 2, 0x8a, 10], "PyTorch's format before 1.6"),
            ("b.safetensors", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "'git lfs pull'"),
            ("c.bin", Array("<!DOCTYPE html>".utf8), "begins with the bytes 3c 21 44 4f"),
            ("d.bin.index.json", Array("{}".utf8), "Save the model as safetensors"),
            ("e.bin", [], "the file is empty"),
        ]
        for (name, bytes, words) in cases {
            let text = try message(folder.write(name, bytes))
            #expect(text.contains(words) && text.contains(name), "\(text)")
        }
    }

    @Test func refusesFoldersWithoutOneModel() throws {
        let path = folder.url.path(percentEncoded: false)
        _ = try folder.write("config.json", Array("{}".utf8))
        #expect(try message(path).contains("the folder has no weights"))
        _ = try folder.write("a.pth", [1])
        _ = try folder.write("b.safetensors", [1])
        #expect(try message(path).contains("several weight files: a.pth, b.safetensors. Name one of them"))
    }

    @Test(arguments: ["last.ckpt", "jepa.pth.tar"]) func findsTheOnlyFileOfAFolder(_ name: String) throws {
        let file = try folder.write(name, Self.table().bytes())
        let checkpoint = try Checkpoint.load(path: folder.url.path(percentEncoded: false))
        #expect(checkpoint.weightPaths.map { $0.split(separator: "/").last } == [Substring(name)])
        #expect(try Checkpoint.load(path: file).configuration == checkpoint.configuration)
    }

    @Test func refusesShardsThatDoNotFit() throws {
        func index(_ map: String) throws -> String {
            try folder.write(
                "model.safetensors.index.json", Array(#"{"metadata": {"total_size": 4}, "weight_map": {\#(map)}}"#.utf8)
            )
        }
        _ = try folder.write("part.safetensors", Self.table().bytes())
        let cases = [
            (#""conv_proj.weight": "../part.safetensors""#, "only files beside the index are read"),
            (#""conv_proj.weight": "other.safetensors""#, "cannot be opened"),
            (
                #""nothing": "part.safetensors""#,
                "says that 'part.safetensors' has the tensor 'nothing', but it does not"
            ),
            (#""conv_proj.weight": 7"#, "at weight_map → conv_proj.weight"),
        ]
        for (map, words) in cases {
            let text = try message(index(map))
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test func refusesConfigurationsOfOtherModels() throws {
        let path = try folder.write("model.safetensors", Self.table().bytes())
        let cases = [
            (#"{"model_type": "swin"}"#, "model_type 'swin' is not supported"),
            (#"{"hidden_act": "relu"}"#, "the activation 'relu' is not supported"),
            (#"{"architecture": "vit_base_patch16_rpn_224"}"#, "LayerNorm after attention and MLP, not before"),
            (#"{"global_pool": "max"}"#, "global_pool 'max' is not supported"),
            (#"{"global_pool": "map"}"#, "pools the patches by attention, but the weights have no"),
            (#"{"image_size": "big"}"#, "at image_size"),
            (#"{"image_size": [1, 2, 3]}"#, "expected one or two numbers, found 3"),
            (#"{"hidden_size": 16}"#, "hidden_size is 16, but it is 12 by the tensors of"),
            (#"{"num_hidden_layers": 12}"#, "num_hidden_layers is 12, but it is 1 by the tensors"),
            (#"{"patch_size": 16}"#, "patch_size is 16, but it is 10"),
            (#"{"num_features": 192}"#, "num_features is 192, but it is 12"),
            (#"{"model_args": {"embed_dim": 13}}"#, "embed_dim is 13, but it is 12"),
            (#"{"model_args": {"depth": 2}}"#, "depth is 2, but it is 1"),
            ("{", "config.json: cannot be read"),
        ]
        for (json, words) in cases {
            _ = try folder.write("config.json", Array(json.utf8))
            let text = try message(path)
            #expect(text.contains(words) && text.contains("config.json"), "\(text)")
        }
    }

    /// Tensors of other architectures, and what the message must name. All tensors of the plain ViT are present.
    static let foreign: [(naming: Naming, tensor: String, shape: [Int], words: String)] = [
        (.timm, "storage_tokens", [1, 4, 12], "register tokens"),
        (.timm, "temporal_embed", [1, 8, 12], "temporal embeddings"),
        (.timm, "time_embed", [1, 8, 12], "temporal embeddings"),
        (.timm, "blocks.0.attn.lambda_q1", [6], "differential attention"),
        (.timm, "blocks.0.attns.0.norm.weight", [12], "parallel attention layers"),
        (.timm, "blocks.0.in_norm.weight", [12], "parallel attention and MLP"),
        (.huggingFace, "vit.embeddings.detection_tokens", [1, 100, 12], "detection tokens"),
    ]

    @Test(arguments: foreign.indices) func refusesTensorsThatChangeTheComputation(_ index: Int) throws {
        let (naming, tensor, shape, words) = Self.foreign[index]
        var table = TensorTable()
        if naming == .timm {
            table = try Self.table().renamed(CheckpointSettingsTests.timmName)
        } else {
            let file = try Safetensors(path: Fixture.path("hf-vit/model.safetensors"))
            table = try TensorTable(file)
            if !tensor.hasPrefix("vit.") { table = table.renamed { $0.replacingOccurrences(of: "vit.", with: "") } }
        }
        table.metadata = [:]
        let size = ImageSize(height: naming == .timm ? 20 : 16, width: naming == .timm ? 20 : 24)
        let overrides = CheckpointOverrides(headCount: naming == .timm ? 1 : 3, imageSize: size)
        #expect(try load(table, overrides).parameters.blocks.count > 0)
        table.tensors[tensor] = (shape, Array(repeating: 0.5, count: shape.reduce(1, *)))
        let text = try message(table, overrides)
        #expect(text.contains("'\(tensor)' does not belong") && text.contains(words), "\(text)")
        // Also if a complete file's shapes would fail first.
        table.tensors["head.weight"] = ([3, 20], Array(repeating: 0.5, count: 60))
        table.tensors["classifier.weight"] = ([3, 20], Array(repeating: 0.5, count: 60))
        #expect(try message(table, overrides) == text)
    }

    @Test func namesWhatACompleteModelHasOtherwise() throws {
        var withoutNorm = try Self.table().renamed(CheckpointSettingsTests.timmName)
        for name in ["norm.weight", "norm.bias"] { withoutNorm.tensors[name] = nil }
        #expect(try message(withoutNorm).contains("has no final LayerNorm ('norm.weight' or 'fc_norm.weight')"))
    }

    @Test func refusesShardsOfPickles() throws {
        for name in ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"] {
            _ = try folder.write(name, [1])
        }
        _ = try folder.write("pytorch_model.bin.index.json", Array("{}".utf8))
        let text = try message(folder.url.path(percentEncoded: false))
        #expect(text.contains("several .bin files, listed in pytorch_model.bin.index.json"), "\(text)")
        #expect(text.contains("safe_serialization=True"))
    }

    @Test func escapesControlCharacters() throws {
        var table = try Self.table()
        table.tensors["\u{1b}[2Jtitle\u{7}"] = ([1], [0])
        #expect(try load(table).ignoredTensors == [#"\u{1b}[2Jtitle\u{7}"#])
        table.tensors["encoder.\u{1b}[31m"] = ([1], [0])
        #expect(try message(table).contains(#"'encoder.\u{1b}[31m' does not belong"#))
    }

    @Test func asksForWhatCannotBeKnown() throws {
        var table = try Self.table()
        table.metadata = [:]
        #expect(try message(table).contains("State the number of heads (--heads N"))
        #expect(try load(table, CheckpointOverrides(headCount: 2)).configuration.headCount == 2)

        // Six patches and a class token: 2×3 or 3×2.
        table.tensors["encoder.pos_embedding"] = ([1, 7, 12], Array(repeating: 0, count: 84))
        let heads = CheckpointOverrides(headCount: 2)
        #expect(try message(table, heads).contains("the image size is unknown: 7 position embeddings"))
        var stated = heads
        stated.imageSize = ImageSize(height: 30, width: 20)
        let configuration = try load(table, stated).configuration
        #expect(configuration.imageHeight == 30 && configuration.imageWidth == 20)
    }

    @Test func refusesTwoHeadsWithoutTheirTokens() throws {
        let variant = try #require(Variant.all.first { $0.name == "timm-deit" })
        let table = try TensorTable(TorchCheckpoint(path: Fixture.path(variant.file)))
        let path = try folder.write("model.safetensors", table.bytes())
        #expect(try Checkpoint.load(path: path, overrides: variant.overrides).configuration.headTokenCount == 2)
        _ = try folder.write("config.json", Array(#"{"global_pool": "avg"}"#.utf8))
        #expect(try message(path, variant.overrides).contains("of a distilled model"))

        _ = try folder.write("config.json", Array("{}".utf8))
        var single = table
        single.tensors["model.dist_token"] = nil
        let positions = try #require(single.tensors["model.pos_embed"]).values
        single.tensors["model.pos_embed"] = ([1, 7, 24], Array(positions.prefix(7 * 24)))
        #expect(try message(single, variant.overrides).contains("of a distilled model"))
    }

    @Test func refusesViewsThatUnfoldToMoreThanTheFile() throws {
        // Forty blocks, all views of one storage of 4 MB: 400 MB unfolded.
        var pickle = PickleWriter()
        pickle.opcode("}")
        func add(_ name: String, _ shape: [Int32]) {
            var strides: [Int32] = Array(repeating: 1, count: shape.count)
            for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
            pickle.string(name)
            pickle.tensor(storage: "0", count: 1 << 20, shape: shape, strides: strides)
            pickle.opcode("s")
        }
        add("conv_proj.weight", [256, 3, 2, 2])
        add("conv_proj.bias", [256])
        add("class_token", [1, 1, 256])
        add("encoder.pos_embedding", [1, 5, 256])
        for block in 0..<40 {
            let layer = "encoder.layers.encoder_layer_\(block)"
            for norm in ["ln_1", "ln_2"] {
                add("\(layer).\(norm).weight", [256])
                add("\(layer).\(norm).bias", [256])
            }
            add("\(layer).self_attention.in_proj_weight", [768, 256])
            add("\(layer).self_attention.in_proj_bias", [768])
            add("\(layer).self_attention.out_proj.weight", [256, 256])
            add("\(layer).self_attention.out_proj.bias", [256])
            add("\(layer).mlp.0.weight", [4096, 256])
            add("\(layer).mlp.0.bias", [4096])
            add("\(layer).mlp.3.weight", [256, 4096])
            add("\(layer).mlp.3.bias", [256])
        }
        let bytes = torchBytes(pickle.finished(), storages: [Array(repeating: 0.5, count: 1 << 20)])
        let text = try message(folder.write("a.pth", bytes))
        #expect(text.contains("need more bytes than the file has"), "\(text)")
    }
}
