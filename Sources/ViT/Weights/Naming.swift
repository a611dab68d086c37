// The names that three libraries give a ViT's tensors, and how a checkpoint's naming is recognised.

/// The library whose names a checkpoint's tensors have.
public enum Naming: String, Sendable, CaseIterable {
    /// torchvision's `VisionTransformer`, also with the older `mlp.linear_1`, `mlp.linear_2`.
    case torchvision
    /// timm's `VisionTransformer` and `VisionTransformerDistilled`; also DeiT's and MAE's own files.
    case timm
    /// Hugging Face's `ViTModel`, `DeiTModel` and their classifiers.
    case huggingFace = "Hugging Face"

    /// The patch projection's weight, by which a naming is recognised.
    var signature: String { names.patchProjection + ".weight" }

    /// The table of names.
    var names: TensorNames {
        switch self {
        case .torchvision:
            TensorNames(
                patchProjection: "conv_proj", prefixTokens: ["class_token"],
                positionEmbedding: "encoder.pos_embedding", blockPrefixes: ["encoder.layers.encoder_layer_"],
                ln1: "ln_1", ln2: "ln_2", attentionInputs: [["self_attention.in_proj_"]],
                attentionOutput: ["self_attention.out_proj"], mlp0: ["mlp.0", "mlp.linear_1"],
                mlp3: ["mlp.3", "mlp.linear_2"], layerScales: nil, finalNorm: "encoder.ln", pooledNorm: nil,
                heads: ["heads"],
                distilledHeads: nil, modelPrefixes: [""], owned: ["conv_proj.", "encoder."])
        case .timm:
            TensorNames(
                patchProjection: "patch_embed.proj", prefixTokens: ["cls_token", "dist_token", "reg_token"],
                positionEmbedding: "pos_embed", blockPrefixes: ["blocks."], ln1: "norm1", ln2: "norm2",
                attentionInputs: [["attn.qkv."]], attentionOutput: ["attn.proj"], mlp0: ["mlp.fc1"],
                mlp3: ["mlp.fc2"], layerScales: ("ls1.gamma", "ls2.gamma"), finalNorm: "norm", pooledNorm: "fc_norm",
                heads: ["head", "pre_logits"],
                distilledHeads: ("head", "head_dist"), modelPrefixes: [""],
                owned: [
                    "patch_embed.", "blocks.", "norm", "fc_norm", "attn_pool", "rope",
                    "register_tokens", "storage_tokens", "temporal_embed", "time_embed",
                ])
        case .huggingFace:
            TensorNames(
                patchProjection: "embeddings.patch_embeddings.projection",
                prefixTokens: ["embeddings.cls_token", "embeddings.distillation_token"],
                positionEmbedding: "embeddings.position_embeddings", blockPrefixes: ["encoder.layer.", "layers."],
                ln1: "layernorm_before", ln2: "layernorm_after",
                attentionInputs: [
                    ["attention.attention.query.", "attention.attention.key.", "attention.attention.value."],
                    ["attention.q_proj.", "attention.k_proj.", "attention.v_proj."],
                ],
                attentionOutput: ["attention.output.dense", "attention.o_proj"],
                mlp0: ["intermediate.dense", "mlp.fc1"], mlp3: ["output.dense", "mlp.fc2"], layerScales: nil,
                finalNorm: "layernorm",
                pooledNorm: nil, heads: ["classifier"],
                distilledHeads: ("cls_classifier", "distillation_classifier"), modelPrefixes: ["vit.", "deit.", ""],
                owned: [
                    "encoder.", "layers.", "embeddings.patch_embeddings.", "embeddings.register_tokens",
                    "embeddings.detection_tokens", "layernorm.",
                ])
        }
    }
}

/// One library's tensor names. Lists hold alternatives, tried in order; no name has the checkpoint's own prefix.
struct TensorNames {
    /// The convolution that makes patch tokens.
    let patchProjection: String
    /// The learned tokens, in the order in which the library puts them before the patches; a model may have any subset.
    let prefixTokens: [String]
    let positionEmbedding: String
    /// What precedes a block's number.
    let blockPrefixes: [String]
    let ln1: String
    let ln2: String
    /// Each alternative: the parts to stack (queries, keys, values), `weight` or `bias` to be appended.
    let attentionInputs: [[String]]
    let attentionOutput: [String]
    let mlp0: [String]
    let mlp3: [String]
    /// LayerScale's γ after attention and after the MLP, if the library has them.
    let layerScales: (attention: String, mlp: String)?
    let finalNorm: String
    /// The norm that follows pooling, if the library has one.
    let pooledNorm: String?
    /// What the names of the head's layers begin with.
    let heads: [String]
    /// The heads of the class and of the distillation token, whose logits the model averages.
    let distilledHeads: (String, String)?
    /// Prefixes of the backbone's names that the head's names do not have.
    let modelPrefixes: [String]
    /// Prefixes of the model's own parts: an unused tensor there means that the architecture is not a plain ViT.
    let owned: [String]
}

/// Where in a file the model's tensors are: their naming and their names' prefixes.
struct ModelPlace {
    let naming: Naming
    /// The prefix of every name, e.g. `model.module.`.
    let prefix: String
    /// The prefix of the backbone's names: `prefix`, and `vit.` or `deit.` in Hugging Face's classifiers.
    let backbonePrefix: String
    /// The prefixes of the file's other models.
    private(set) var otherPrefixes: [String] = []

    /// Wrappers that training scripts put around a model's names.
    static let wrappers = ["module", "_orig_mod", "model", "state_dict", "model_state_dict"]

    /// Finds the model in a file; StateDictChoice.swift chooses among several.
    ///
    /// - Parameter stateDict: which of several models, as the user states it; nil for nothing.
    /// - Throws: `ViTError` if there is none, or if it is not clear which.
    init(in file: any WeightFile, stateDict: String?) throws {
        var places: [ModelPlace] = []
        for naming in Naming.allCases {
            for name in file.tensors.keys where name == naming.signature || name.hasSuffix("." + naming.signature) {
                places.append(ModelPlace(naming: naming, backbonePrefix: String(name.dropLast(naming.signature.count))))
            }
        }
        guard !places.isEmpty else { throw Self.noModel(in: file) }
        self = try Self.choose(among: places, stated: stateDict, path: file.path)
        otherPrefixes = places.map(\.prefix).filter { $0 != prefix }.sorted()
    }

    private init(naming: Naming, backbonePrefix: String) {
        let inner = naming.names.modelPrefixes.first { !$0.isEmpty && backbonePrefix.hasSuffix($0) } ?? ""
        self.naming = naming
        self.prefix = String(backbonePrefix.dropLast(inner.count))
        self.backbonePrefix = backbonePrefix
    }

    private static func noModel(in file: any WeightFile) -> ViTError {
        let expected = Naming.allCases.map { "'\($0.signature)' (\($0.rawValue))" }.joined(separator: ", ")
        guard let first = file.tensors.keys.min() else {
            return ViTError("\(file.path): holds no tensors. Name a file with a Vision Transformer's weights.")
        }
        return ViTError(
            "\(file.path): is not a supported Vision Transformer: none of its \(file.tensors.count) tensors is a "
                + "patch projection (\(expected)); the first is '\(first)'. Name a plain ViT's checkpoint.")
    }
}
