// Models that are no supported ones are refused by their names, by their tensors and by their configurations.

import Testing

@testable import ViT

struct OtherModelTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let timm: [(String, [Int])] = [
        ("pos_embed", [1, 5, 24]), ("cls_token", [1, 1, 24]), ("patch_embed.proj.weight", [24, 3, 4, 4]),
        ("blocks.0.norm1.weight", [24]),
    ]
    private static let noPositions = Array(timm.dropFirst())

    /// Some tensors of each kind, as timm, transformers, OpenCLIP and torchvision name them, and the kind's name.
    static let kinds: [(name: String, tensors: [(String, [Int])])] = [
        ("EVA-02,", timm + [("blocks.0.attn.q_proj.weight", [24, 24]), ("blocks.0.mlp.norm.weight", [64])]),
        (
            "EVA-02,",
            timm + [("blocks.0.attn.qkv.weight", [72, 24]), ("blocks.0.mlp.fc1_g.weight", [64, 24])]
        ),
        ("EVA or a small EVA-02", timm + [("blocks.0.attn.q_bias", [24]), ("blocks.0.mlp.fc1.weight", [128, 24])]),
        (
            "EVA-02,",
            timm.map { ("visual.trunk." + $0.0, $0.1) } + [("visual.trunk.blocks.0.attn.q_proj.weight", [24, 24])]
        ),
        (
            "BEiT",
            noPositions + [("blocks.0.attn.q_bias", [24]), ("blocks.0.attn.relative_position_bias_table", [12, 2])]
        ),
        (
            "BEiT",
            [("embeddings.patch_embeddings.projection.weight", [24, 3, 4, 4]), ("encoder.layer.0.lambda_1", [24])]
        ),
        ("timm's ViT with rotary positions", noPositions + [("blocks.0.gamma_1", [24])]),
        (
            "timm's ViT with rotary positions",
            [
                ("reg_token", [1, 1, 24]), ("patch_embed.proj.weight", [24, 3, 4, 4]), ("blocks.0.gamma_1", [24]),
                ("blocks.0.norm1.weight", [24]),
            ]
        ),
        ("Perception Encoder", timm + [("norm_pre.weight", [24]), ("attn_pool.latent", [1, 1, 24])]),
        ("AIMv2", timm + [("blocks.0.mlp.fc1_g.weight", [66, 24]), ("patch_embed.norm.weight", [24])]),
        (
            "AIMv2", [("embeddings.patch_embed.weight", [24, 3, 4, 4]), ("encoder.layers.0.rms_norm1.weight", [24])]
        ),
        ("a ViT on convolutions", timm + [("patch_embed.backbone.stem.conv.weight", [64, 3, 7, 7])]),
        ("V-JEPA", [("encoder.embeddings.patch_embeddings.proj.weight", [24, 3, 2, 4, 4])]),
        ("V-JEPA", [("module.backbone.patch_embed.proj.weight", [24, 3, 2, 4, 4])]),
        ("V-JEPA", [("videomae.embeddings.patch_embeddings.projection.weight", [24, 3, 2, 4, 4])]),
        ("NaFlex", [("vision_model.embeddings.patch_embedding.weight", [24, 48])]),
        ("NaFlex", [("embeds.proj.weight", [24, 48]), ("embeds.pos_embed", [1, 4, 4, 24])]),
        (
            "CoCa",
            [
                ("visual.conv1.weight", [24, 3, 4, 4]), ("visual.attn_pool.query", [256, 20]),
                ("visual.attn_pool.ln_q.weight", [20]),
            ]
        ),
        (
            "CLIP's ResNet",
            [
                ("visual.conv1.weight", [4, 3, 3, 3]), ("visual.bn1.running_mean", [4]),
                ("visual.layer1.0.conv1.weight", [8, 8, 1, 1]), ("visual.attnpool.c_proj.weight", [20, 8]),
            ]
        ),
        (
            "Swin",
            [
                ("patch_embed.proj.weight", [24, 3, 4, 4]), ("patch_embed.norm.weight", [24]),
                ("layers.0.blocks.0.attn.relative_position_bias_table", [169, 1]),
            ]
        ),
        (
            "Swin",
            [
                ("embeddings.patch_embeddings.projection.weight", [8, 3, 4, 4]),
                ("encoder.layers.0.blocks.0.attention.self.relative_position_bias_table", [49, 1]),
            ]
        ),
        (
            "Swin",
            [
                ("embeddings.patch_embeddings.projection.weight", [8, 3, 4, 4]),
                ("encoder.layers.0.blocks.0.attention.self.logit_scale", [1, 1, 1]),
            ]
        ),
        ("Perception Encoder", timm + [("norm_pre.weight", [24]), ("blocks.0.attn.qkv.weight", [72, 24])]),
        (
            "SAM's",
            [("vision_encoder.layers.0.attn.rel_pos_h", [27, 12]), ("vision_encoder.neck.conv1.weight", [8, 8])]
        ),
        ("ConvNeXt", [("stages.0.blocks.0.conv_dw.weight", [8, 1, 7, 7]), ("stem.0.weight", [8, 3, 4, 4])]),
        ("ConvNeXt", [("encoder.stages.0.layers.0.dwconv.weight", [8, 1, 7, 7])]),
        ("ConvNeXt", [("stages.0.layers.0.depthwise_conv.weight", [8, 1, 7, 7])]),
        ("a convolutional network", [("conv1.weight", [8, 3, 7, 7]), ("layer1.0.conv1.weight", [8, 8, 3, 3])]),
        ("a convolutional network", [("conv_stem.weight", [8, 3, 3, 3]), ("bn1.running_mean", [8])]),
    ]

    @Test(arguments: kinds.indices) func tensorsShowTheKind(_ index: Int) throws {
        let (name, tensors) = Self.kinds[index]
        var table = TensorTable()
        for (tensor, shape) in tensors {
            table.tensors[tensor] = (shape, Array(repeating: 0.5, count: shape.reduce(1, *)))
        }
        let path = try folder.write("model.safetensors", table.bytes())
        let error = #expect(throws: ViTError.self) { try Checkpoint.load(path: path) }
        let text = error?.description ?? ""
        #expect(text.contains("is not supported: by its tensor '") && text.contains("it is \(name)"), "\(text)")
        #expect(text.contains("which has ") && text.hasSuffix(" instead."), "\(text)")
    }

    @Test(
        arguments: [
            ("config.json", #"{"model_type": "vjepa2"}"#, "V-JEPA"),
            ("config.json", #"{"model_type": "siglip2"}"#, "NaFlex"),
            ("config.json", #"{"model_type": "swinv2"}"#, "Swin"), ("config.json", #"{"model_type": "beit"}"#, "BEiT"),
            ("config.json", #"{"model_type": "dinov3_convnext"}"#, "ConvNeXt"),
            ("config.json", #"{"architecture": "eva02_tiny_patch14_224"}"#, "EVA-02"),
            ("config.json", #"{"architecture": "vit_small_patch16_rope_ape_224"}"#, "rotary positions"),
            ("config.json", #"{"architecture": "vit_pe_core_base_patch16_224"}"#, "Perception Encoder"),
            (
                "open_clip_config.json",
                #"{"model_cfg": {"vision_cfg": {"timm_model_name": "eva02_base_patch16_clip_224"}}}"#, "EVA-02"
            ),
        ]) func configurationsNameTheKind(file: String, json: String, name: String) throws
    {
        let path = try folder.write("model.safetensors", CheckpointRefusalTests.table().bytes())
        _ = try folder.write(file, Array(json.utf8))
        let error = #expect(throws: ViTError.self) { try Checkpoint.load(path: path) }
        let text = error?.description ?? ""
        #expect(text.contains(name) && text.contains("is not supported") && text.contains(" instead."), "\(text)")
    }
}
