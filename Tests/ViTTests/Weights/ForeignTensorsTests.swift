// Heads of any make, projection heads, buffers that are no parameters, wrapped modules: the backbone is read, and what
// is left out is said.

import Testing

@testable import ViT

struct ForeignTensorsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let heads = ["heads.head.weight", "heads.head.bias"]

    private func load(_ table: TensorTable, _ overrides: CheckpointOverrides = .init()) throws -> Checkpoint {
        try Checkpoint.load(path: folder.write("model.safetensors", table.bytes()), overrides: overrides)
    }

    private func timm(_ table: TensorTable) -> TensorTable { table.renamed(CheckpointSettingsTests.timmName) }

    /// Names that fine-tuning code gives a head of one linear layer.
    @Test(arguments: ["heads", "heads.0", "heads.1", "heads.head.1", "heads.fc", "heads.classifier.2"])
    func aHeadOfOneLinearLayerHasAnyName(_ layer: String) throws {
        let table = try CheckpointRefusalTests.table()
        let expected = try #require(try load(table).parameters.head)
        for isTimm in [false, true] {
            let renamed = table.renamed { $0.replacing("heads.head", with: layer) }
            let checkpoint = try load(isTimm ? renamed.renamed { timmHead($0) } : renamed)
            let head = try #require(checkpoint.parameters.head, "\(layer)")
            #expect(head.weight.array == expected.weight.array && head.bias.array == expected.bias.array)
            #expect(checkpoint.ignoredTensors.isEmpty)
        }
    }

    private func timmHead(_ name: String) -> String {
        name.hasPrefix("heads") ? "head" + name.dropFirst(5) : CheckpointSettingsTests.timmName(name)
    }

    @Test func aHeadWithoutBiasesIsLinearToo() throws {
        var table = try CheckpointRefusalTests.table()
        table.tensors["heads.head.bias"] = nil
        let head = try #require(try load(table).parameters.head)
        #expect(head.bias.array == [0, 0, 0])
    }

    /// The tensors of heads that are no linear layer, with timm's names: fine-tuning's, torchvision's representation
    /// layer, DINO's with the weight norm in its older and its newer form, MoCo v3's, MAE's linear probe.
    static let otherHeads: [[String: [Int]]] = [
        ["head.0.weight": [8, 12], "head.0.bias": [8], "head.3.weight": [3, 8], "head.3.bias": [3]],
        ["head.pre_logits.weight": [8, 12], "head.pre_logits.bias": [8], "head.head.weight": [3, 8]],
        ["pre_logits.fc.weight": [8, 12], "pre_logits.fc.bias": [8], "head.weight": [3, 8], "head.bias": [3]],
        ["head.mlp.0.weight": [8, 12], "head.last_layer.weight_g": [3, 1], "head.last_layer.weight_v": [3, 8]],
        [
            "head.last_layer.parametrizations.weight.original0": [3, 1],
            "head.last_layer.parametrizations.weight.original1": [3, 12],
        ],
        ["head.0.weight": [8, 12], "head.1.running_mean": [8], "head.1.running_var": [8], "head.3.weight": [3, 8]],
        ["head.0.running_mean": [12], "head.0.running_var": [12], "head.1.weight": [3, 12], "head.1.bias": [3]],
    ]

    @Test(arguments: otherHeads.indices) func anotherHeadIsLeftOutAloud(_ index: Int) throws {
        let tensors = Self.otherHeads[index]
        var table = try CheckpointRefusalTests.table()
        for name in Self.heads { table.tensors[name] = nil }
        let expected = try load(timm(table)).parameters.blocks[0].mlp3.weight.array
        table = timm(table)
        for (name, shape) in tensors {
            table.tensors[name] = (shape, Array(repeating: 0.5, count: shape.reduce(1, *)))
        }
        let checkpoint = try load(table)
        #expect(checkpoint.parameters.head == nil && checkpoint.configuration.classCount == 0)
        #expect(checkpoint.parameters.blocks[0].mlp3.weight.array == expected)
        let said = try #require(checkpoint.assumptions.first { $0.name == "head" })
        #expect(said.value == "left out" && said.leavesOut)
        for name in tensors.keys { #expect(said.source.contains("'\(name)'")) }
        #expect(checkpoint.ignoredTensors == tensors.keys.sorted())
    }

    /// thop's counters are in every module; a batch norm's counter and an average's stay beside the weights.
    @Test func countersArePassedOver() throws {
        let table = try timm(CheckpointRefusalTests.table())
        var counted = table
        let modules = [
            "", "blocks.", "blocks.0.", "blocks.0.attn.", "blocks.0.attn.q_norm.", "patch_embed.norm.", "head.",
        ]
        for module in modules {
            counted.tensors[module + "total_ops"] = ([1], [.nan])
            counted.tensors[module + "total_params"] = ([1], [7])
        }
        counted.tensors["blocks.0.num_batches_tracked"] = ([], [3])
        counted.tensors["n_averaged"] = ([], [3])
        counted.tensors["position_ids"] = ([1, 2], [0, 1])
        let checkpoint = try load(counted)
        #expect(checkpoint.parameters.head?.weight.array == (try load(table).parameters.head?.weight.array))
        #expect(
            checkpoint.ignoredKinds == [
                "1 buffer of position ids", "14 counters of a profiler", "1 counter of averaged models",
                "1 counter of batches",
            ])
    }

    @Test func ignoredTensorsAreCountedByKind() throws {
        var table = try CheckpointRefusalTests.table().renamed { "model." + $0 }
        for index in 0..<30 {
            for name in ["exp_avg", "exp_avg_sq"] { table.tensors["optimizer.state.\(index).\(name)"] = ([1], [0]) }
            table.tensors["text_model.encoder.\(index).weight"] = ([1], [0])
            table.tensors["model.decoder_blocks.\(index).weight"] = ([1], [0])
        }
        table.tensors["model.mask_token"] = ([1], [0])
        table.tensors["lr_scheduler.last"] = ([1], [0])
        table.tensors["\u{7}bell"] = ([1], [0])
        let checkpoint = try load(table)
        #expect(
            checkpoint.ignoredKinds == [
                #"\u{7}bell"#, "30 tensors under 'model.decoder_blocks.'", "model.mask_token",
                "30 tensors under 'text_model.'", "1 tensor of a scheduler", "60 tensors of an optimiser",
            ])
        #expect(checkpoint.ignoredTensors.count == 123)
    }

    /// torch.compile, FSDP and activation checkpointing wrap modules at any depth.
    @Test(
        arguments: [
            ("", "encoder_layer_0.", "encoder_layer_0._checkpoint_wrapped_module."),
            ("module._orig_mod.", "encoder.", "encoder._orig_mod."),
            ("", "encoder_layer_0.mlp.", "encoder_layer_0._fsdp_wrapped_module.mlp."),
        ]) func wrappersInsideAModelAreTakenOff(_ prefix: String, _ plain: String, _ wrapped: String) throws
    {
        let table = try CheckpointRefusalTests.table()
        let checkpoint = try load(table.renamed { prefix + $0.replacing(plain, with: wrapped) })
        #expect(checkpoint.ignoredTensors.isEmpty && checkpoint.configuration.classCount == 3)
        #expect(
            checkpoint.parameters.blocks[0].mlp0.weight.array
                == (try load(table).parameters.blocks[0].mlp0.weight.array))
    }

    /// transformers 5 saves ViT-MSN's classifier with its blocks beside `vit.`.
    @Test func blocksMayBeBesideTheBackbonesOtherParts() throws {
        let file = try Safetensors(path: Fixture.path("hf-vit/model.safetensors"))
        let overrides = CheckpointOverrides(headCount: 3, imageSize: ImageSize(height: 16, width: 24))
        let table = try TensorTable(file)
        let moved = table.renamed { $0.replacing("vit.encoder.", with: "encoder.") }
        #expect(moved.tensors.keys.contains { $0.hasPrefix("encoder.layer.0.") })
        _ = try folder.write("config.json", Array(#"{"model_type": "vit_msn"}"#.utf8))
        let (checkpoint, expected) = (try load(moved, overrides), try load(table, overrides))
        #expect(checkpoint.ignoredTensors.isEmpty && checkpoint.configuration == expected.configuration)
        for (block, other) in zip(checkpoint.parameters.blocks, expected.parameters.blocks) {
            #expect(block.attentionInput.weight.array == other.attentionInput.weight.array)
            #expect(block.mlp3.bias.array == other.mlp3.bias.array)
        }
        #expect(checkpoint.parameters.head?.weight.array == expected.parameters.head?.weight.array)
    }

    /// What save_pretrained writes for a TimmWrapperForImageClassification.
    @Test func readsATimmModelThatTransformersSaved() throws {
        let table = try TensorTable(Safetensors(path: Fixture.path("timm-cls/model.safetensors")))
        _ = try folder.write(
            "config.json",
            Array(
                #"""
                {"architecture": "vit_tiny_patch16_224", "model_type": "timm_wrapper", "num_classes": 5,
                 "label_names": ["a", "b", "c", "d", "e"],
                 "model_args": {"img_size": [16, 24], "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 3}}
                """#.utf8))
        let checkpoint = try load(table.renamed { "timm_model." + $0 })
        let expected = try #require(Variant.all.first { $0.name == "timm-cls" }).load()
        #expect(checkpoint.configuration == expected.configuration && checkpoint.labels == ["a", "b", "c", "d", "e"])
        #expect(checkpoint.parameters.head?.weight.array == expected.parameters.head?.weight.array)
        #expect(checkpoint.ignoredTensors.isEmpty)
    }

    /// timm's config.json up to 0.6 has everything at its top.
    @Test func readsTimmsConfigurationOfOneLevel() throws {
        let table = try timm(CheckpointRefusalTests.table())
        _ = try folder.write(
            "config.json",
            Array(
                #"""
                {"architecture": "vit_tiny_patch16_224", "num_features": 12, "mean": [0.1, 0.2, 0.3],
                 "std": [0.4, 0.5, 0.6], "input_size": [3, 20, 20], "global_pool": "avg", "pool_size": null}
                """#.utf8))
        let checkpoint = try load(table)
        #expect(checkpoint.configuration.mean == [0.1, 0.2, 0.3])
        #expect(checkpoint.configuration.standardDeviation == [0.4, 0.5, 0.6])
        #expect(checkpoint.configuration.pooling == .patchMean)
    }
}
