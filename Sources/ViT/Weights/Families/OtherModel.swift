// Models that are easily taken for supported ones: how a file shows that it is one, what it has that no supported model
// has, and what loads instead.

/// A kind of model that is refused by its name.
struct OtherModel {
    /// Tensors that show the kind.
    struct Mark {
        /// Parts of names that all occur; a name is followed by its number of dimensions, e.g. `proj.weight[5]`.
        let parts: [String]
        /// Parts that do not occur.
        var absent: [String] = []
    }

    let name: String
    /// What it has that no supported model has.
    let feature: String
    /// What loads instead.
    let instead: String
    /// What `model_type` begins with in transformers' configurations.
    var types: [String] = []
    /// Parts of timm's names of architectures.
    var architectures: [String] = []
    var marks: [Mark] = []

    /// What a file's tensors show it to be, and one of those that do; nil for none of these kinds.
    ///
    /// - Parameters:
    ///   - prefix: the prefix of the model's names; marks are sought after it.
    static func of(_ file: any WeightFile, after prefix: String) -> (model: OtherModel, tensor: String)? {
        let names = file.tensors.filter { $0.key.hasPrefix(prefix) }.map { "\($0.key)[\($0.value.shape.count)]" }
            .sorted()
        func found(_ part: String) -> String? { names.first { $0.dropFirst(prefix.count).contains(part) } }
        for model in all {
            for mark in model.marks where mark.parts.allSatisfy({ found($0) != nil }) {
                guard mark.absent.allSatisfy({ found($0) == nil }), let name = found(mark.parts[0]) else { continue }
                return (model, String(name.prefix { $0 != "[" }))
            }
        }
        return nil
    }

    /// The kind that a configuration file names; nil for none of these.
    static func of(type: String?, architecture: String?) -> OtherModel? {
        all.first { model in
            (type.map { type in model.types.contains { type.hasPrefix($0) } } ?? false)
                || (architecture.map { architecture in model.architectures.contains(where: architecture.contains) }
                    ?? false)
        }
    }

    /// The message about a file whose tensor shows it.
    func error(_ path: String, tensor: String) -> ViTError {
        ViTError("\(path): is not supported: by its tensor '\(tensor)' it is \(name), which has \(feature). \(advice)")
    }

    /// The message about a configuration file that names this architecture of timm's.
    func error(_ path: String, architecture: String) -> ViTError {
        ViTError("\(path): architecture '\(architecture)' is not supported: \(name) has \(feature). \(advice)")
    }

    /// What to do.
    var advice: String { "Use \(instead) instead." }

    private static let plain = "a ViT, DeiT, DINOv2, DINOv3, CLIP or SigLIP"

    /// The first one that fits counts.
    private static let all = [
        OtherModel(
            name: "V-JEPA or another video model", feature: "patches that span several frames",
            instead: "an image encoder, such as I-JEPA or DINOv2",
            types: ["vjepa", "videomae", "vivit", "timesformer", "video_llama_3_vision"],
            marks: [
                Mark(parts: ["patch_embed.proj.weight[5]"]), Mark(parts: ["patch_embeddings.proj.weight[5]"]),
                Mark(parts: ["patch_embeddings.projection.weight[5]"]),
            ]),
        OtherModel(
            name: "NaFlex (SigLIP 2 for any image size)",
            feature: "a linear patch projection and positions for any grid",
            instead: "SigLIP 2 with a fixed image size, such as siglip2-base-patch16-224", types: ["siglip2"],
            architectures: ["naflex"],
            marks: [Mark(parts: ["embeddings.patch_embedding.weight[2]"]), Mark(parts: ["embeds.proj.weight[2]"])]),
        OtherModel(
            name: "CoCa", feature: "an attentional pooler with several queries", instead: "CLIP",
            marks: [Mark(parts: ["attn_pool.query", "attn_pool.ln_q."])]),
        OtherModel(
            name: "CLIP's ResNet", feature: "convolutions instead of attention",
            instead: "CLIP with a ViT, such as ViT-B/32", marks: [Mark(parts: ["attnpool.c_proj.", "layer1.0.conv1."])]),
        OtherModel(
            name: "BEiT", feature: "relative positions, or biases of queries and values beside their matrix",
            instead: plain, types: ["beit", "data2vec-vision"], architectures: ["beit"],
            marks: [
                Mark(parts: ["attn.relative_position", "blocks.0.attn.q_bias"]), Mark(parts: ["layer.0.lambda_1"]),
            ]),
        OtherModel(
            name: "EVA-02", feature: "rotary positions beside learned ones, and norms inside attention or the MLP",
            instead: "DINOv3 or DINOv2", architectures: ["eva02"],
            marks: [
                Mark(parts: ["blocks.0.attn.q_proj.weight"]),
                Mark(
                    parts: ["blocks.0.mlp.fc1_g.", "pos_embed"],
                    absent: ["patch_embed.norm"]),
            ]),
        OtherModel(
            name: "EVA or a small EVA-02",
            feature:
                "biases of queries and values beside their matrix and, in EVA-02, rotary positions beside learned ones",
            instead: "DINOv3 or DINOv2", architectures: ["eva_"],
            marks: [Mark(parts: ["blocks.0.attn.q_bias", "pos_embed"])]
        ),
        OtherModel(
            name: "Perception Encoder", feature: "rotary positions beside learned ones", instead: "CLIP or SigLIP",
            architectures: ["_pe_"],
            marks: [
                Mark(parts: ["attn_pool.latent", "norm_pre.weight"]),
                Mark(parts: ["norm_pre.weight"], absent: ["norm.weight"]),
            ]),
        OtherModel(
            name: "timm's ViT with rotary positions", feature: "rotary positions that are not DINOv3's",
            instead: "DINOv3", architectures: ["_rope_"],
            marks: [
                Mark(parts: ["blocks.0.gamma_1"], absent: ["pos_embed", "reg_token", "storage_tokens", "rope_embed"]),
                Mark(parts: ["blocks.0.gamma_1", "reg_token"], absent: ["pos_embed", "cls_token"]),
            ]),
        OtherModel(
            name: "timm's ViT with norms after its layers", feature: "LayerNorm after attention and MLP, not before",
            instead: plain, architectures: ["_rpn_"]),
        OtherModel(
            name: "AIMv2", feature: "RMSNorm instead of LayerNorm", instead: plain, types: ["aimv2"],
            architectures: ["aimv2"],
            marks: [Mark(parts: ["blocks.0.mlp.fc1_g.", "patch_embed.norm."]), Mark(parts: ["layers.0.rms_norm1."])]),
        OtherModel(
            name: "SAM's encoder", feature: "relative positions and attention in windows", instead: plain,
            types: ["sam"], architectures: ["samvit", "sam2"], marks: [Mark(parts: ["attn.rel_pos_h", "neck."])]),
        OtherModel(
            name: "Swin", feature: "attention in windows, and several resolutions", instead: plain,
            types: ["swin", "donut-swin", "maskformer-swin"], architectures: ["swin"],
            marks: [
                Mark(parts: ["layers.0.blocks.0.att", "relative_position_bias_table"]),
                Mark(parts: ["layers.0.blocks.0.att", "logit_scale"]),
                Mark(parts: ["features.1.0.attn.", "relative_position_bias_table"]),
                Mark(parts: ["features.1.0.attn.", "logit_scale"]),
            ]),
        OtherModel(
            name: "ConvNeXt", feature: "convolutions instead of attention", instead: plain,
            types: ["convnext", "dinov3_convnext"], architectures: ["convnext"],
            marks: [
                Mark(parts: ["stages.0.blocks.0.conv_dw."]), Mark(parts: [".layers.0.dwconv.weight[4]"]),
                Mark(parts: [".depthwise_conv.weight[4]"]), Mark(parts: ["features.1.0.layer_scale"]),
            ]),
        OtherModel(
            name: "a ViT on convolutions", feature: "a convolutional network before its patches", instead: plain,
            types: ["vit-hybrid"], architectures: ["_r26_", "_r50_"], marks: [Mark(parts: ["patch_embed.backbone."])]),
        OtherModel(
            name: "a convolutional network", feature: "convolutions instead of attention", instead: plain,
            types: ["resnet", "regnet", "efficientnet", "mobilenet"],
            architectures: ["resnet", "resnext", "regnet", "efficientnet", "mobilenet", "densenet", "vgg"],
            marks: [
                Mark(parts: ["layer1.0.conv1.weight"]), Mark(parts: ["bn1.running_mean"]),
                Mark(parts: ["stem.conv1.bn.running_mean"], absent: ["attention_biases"]),
                Mark(parts: ["features.0.weight[4]"]),
                Mark(parts: ["features.0.0.weight[4]"]), Mark(parts: ["embedder.embedder.convolution."]),
            ]),
        OtherModel(
            name: "a transformer of several resolutions", feature: "patches that are merged between blocks",
            instead: plain,
            types: ["hiera", "pvt", "levit", "cvt", "segformer", "mobilevit", "focalnet", "poolformer"],
            architectures: ["hiera", "pvt_", "levit", "maxvit", "mvit", "twins", "pit_", "volo"]),
    ]
}
