// The names that the libraries give a ViT's tensors.

/// One library's tensor names. Lists hold alternatives, tried in order; no name has the checkpoint's own prefix.
struct TensorNames {
    /// The convolution that makes patch tokens.
    let patchProjection: String
    /// The learned tokens, in the order in which the library puts them before the patches, each with its alternatives;
    /// a model may have any subset.
    let prefixTokens: [[String]]
    /// The learned positions; nil if the library's models of this kind have rotary ones.
    var positionEmbedding: String?
    /// The LayerNorm before the first block, if the library has models with one.
    var inputNorm: String?
    /// What precedes a block's number.
    let blockPrefixes: [String]
    let ln1: [String]
    let ln2: [String]
    /// Each alternative: the parts to stack (queries, keys, values), `weight` or `bias` to be appended.
    let attentionInputs: [[String]]
    let attentionOutput: [String]
    let mlp0: [String]
    let mlp3: [String]
    /// A gated MLP's first layer. Each alternative: one part that stacks gates and factors, or the two parts.
    var gatedMLP0: [[String]] = []
    /// LayerScale's γ after attention and after the MLP.
    var layerScales: [(attention: String, mlp: String)] = []
    let finalNorm: String
    /// The norm that follows pooling, if the library has one.
    var pooledNorm: String?
    /// Attention pooling, if the library has models with it.
    var attentionPool: AttentionPoolNames?
    /// What the names of the head's layers begin with.
    let heads: [String]
    /// The heads of the class and of the distillation token, whose logits the model averages.
    var distilledHeads: (String, String)?
    /// A projection into a space shared with texts: its matrix, and whether it is stored as (inputs, outputs).
    var projection: (name: String, isTransposed: Bool)?
    /// Prefixes of the backbone's names that the head's names do not have.
    let modelPrefixes: [String]
    /// Prefixes of the model's own parts: an unused tensor there means that the model has a part that is not supported.
    let owned: [String]
}

/// The names of attention pooling's tensors.
struct AttentionPoolNames {
    let probe: String
    /// The parts to stack (queries, keys, values), as in `TensorNames.attentionInputs`.
    let attentionInputs: [String]
    let attentionOutput: String
    let norm: String
    let mlp0: String
    let mlp3: String
}

extension Naming {
    /// The table of names.
    var names: TensorNames {
        switch self {
        case .torchvision:
            TensorNames(
                patchProjection: "conv_proj", prefixTokens: [["class_token"]],
                positionEmbedding: "encoder.pos_embedding", blockPrefixes: ["encoder.layers.encoder_layer_"],
                ln1: ["ln_1"], ln2: ["ln_2"], attentionInputs: [["self_attention.in_proj_"]],
                attentionOutput: ["self_attention.out_proj"], mlp0: ["mlp.0", "mlp.linear_1"],
                mlp3: ["mlp.3", "mlp.linear_2"], finalNorm: "encoder.ln", heads: ["heads"],
                modelPrefixes: [""], owned: ["conv_proj.", "encoder."])
        case .timm:
            TensorNames(
                patchProjection: "patch_embed.proj",
                prefixTokens: [["cls_token"], ["dist_token"], ["reg_token", "register_tokens", "storage_tokens"]],
                positionEmbedding: "pos_embed", inputNorm: "norm_pre", blockPrefixes: ["blocks."], ln1: ["norm1"],
                ln2: ["norm2"], attentionInputs: [["attn.qkv."]], attentionOutput: ["attn.proj"], mlp0: ["mlp.fc1"],
                mlp3: ["mlp.fc2", "mlp.w3"],
                gatedMLP0: [["mlp.w12"], ["mlp.fc1_g", "mlp.fc1_x"], ["mlp.w1", "mlp.w2"]],
                // DeiT III's own files have the second pair.
                layerScales: [("ls1.gamma", "ls2.gamma"), ("gamma_1", "gamma_2")], finalNorm: "norm",
                pooledNorm: "fc_norm",
                attentionPool: AttentionPoolNames(
                    probe: "attn_pool.latent", attentionInputs: ["attn_pool.q.", "attn_pool.kv."],
                    attentionOutput: "attn_pool.proj", norm: "attn_pool.norm", mlp0: "attn_pool.mlp.fc1",
                    mlp3: "attn_pool.mlp.fc2"),
                heads: ["head", "linear_head", "pre_logits"], distilledHeads: ("head", "head_dist"),
                modelPrefixes: ["backbone.", ""],
                owned: [
                    "patch_embed.", "blocks.", "norm", "fc_norm", "attn_pool", "rope",
                    "register_tokens", "storage_tokens", "temporal_embed", "time_embed",
                ])
        case .huggingFace:
            TensorNames(
                patchProjection: "embeddings.patch_embeddings.projection",
                prefixTokens: [
                    ["embeddings.cls_token"], ["embeddings.distillation_token"], ["embeddings.register_tokens"],
                ],
                positionEmbedding: "embeddings.position_embeddings", blockPrefixes: ["encoder.layer.", "layers."],
                ln1: ["layernorm_before", "norm1"], ln2: ["layernorm_after", "norm2"],
                attentionInputs: [
                    ["attention.attention.query.", "attention.attention.key.", "attention.attention.value."],
                    ["attention.q_proj.", "attention.k_proj.", "attention.v_proj."],
                ],
                attentionOutput: ["attention.output.dense", "attention.o_proj"],
                mlp0: ["intermediate.dense", "mlp.fc1", "mlp.up_proj"],
                mlp3: ["output.dense", "mlp.fc2", "mlp.weights_out", "mlp.down_proj"],
                gatedMLP0: [["mlp.weights_in"], ["mlp.gate_proj", "mlp.up_proj"]],
                layerScales: [("layer_scale1.lambda1", "layer_scale2.lambda1")], finalNorm: "layernorm",
                heads: ["classifier"], distilledHeads: ("cls_classifier", "distillation_classifier"),
                modelPrefixes: ["vit.", "deit.", "dinov2.", "dinov2_with_registers.", "ijepa.", ""],
                owned: [
                    "encoder.", "layers.", "embeddings.patch_embeddings.", "embeddings.register_tokens",
                    "embeddings.detection_tokens", "layernorm.",
                ])
        case .huggingFaceCLIP:
            TensorNames(
                patchProjection: "embeddings.patch_embedding", prefixTokens: [["embeddings.class_embedding"]],
                positionEmbedding: "embeddings.position_embedding.weight", inputNorm: "pre_layrnorm",
                blockPrefixes: ["encoder.layers."], ln1: ["layer_norm1"], ln2: ["layer_norm2"],
                attentionInputs: [["self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."]],
                attentionOutput: ["self_attn.out_proj"], mlp0: ["mlp.fc1"], mlp3: ["mlp.fc2"],
                finalNorm: "post_layernorm",
                attentionPool: AttentionPoolNames(
                    probe: "head.probe", attentionInputs: ["head.attention.in_proj_"],
                    attentionOutput: "head.attention.out_proj", norm: "head.layernorm", mlp0: "head.mlp.fc1",
                    mlp3: "head.mlp.fc2"),
                heads: ["classifier"], projection: ("visual_projection.weight", isTransposed: false),
                modelPrefixes: ["vision_model.", ""],
                owned: ["embeddings.patch_embedding.", "encoder.", "pre_layrnorm.", "post_layernorm."])
        case .huggingFaceDINOv3:
            TensorNames(
                patchProjection: "embeddings.patch_embeddings",
                prefixTokens: [["embeddings.cls_token"], ["embeddings.register_tokens"]],
                blockPrefixes: ["layer.", "model.layer."], ln1: ["norm1"], ln2: ["norm2"],
                attentionInputs: [["attention.q_proj.", "attention.k_proj.", "attention.v_proj."]],
                attentionOutput: ["attention.o_proj"], mlp0: ["mlp.up_proj"], mlp3: ["mlp.down_proj"],
                gatedMLP0: [["mlp.gate_proj", "mlp.up_proj"]],
                layerScales: [("layer_scale1.lambda1", "layer_scale2.lambda1")], finalNorm: "norm",
                heads: ["classifier"], modelPrefixes: ["dinov3_vit.", ""],
                owned: ["embeddings.patch_embeddings.", "layer.", "model.layer.", "norm."])
        case .openCLIP:
            TensorNames(
                patchProjection: "conv1", prefixTokens: [["class_embedding"]],
                positionEmbedding: "positional_embedding", inputNorm: "ln_pre",
                blockPrefixes: ["transformer.resblocks."], ln1: ["ln_1"], ln2: ["ln_2"],
                attentionInputs: [["attn.in_proj_"]], attentionOutput: ["attn.out_proj"], mlp0: ["mlp.c_fc"],
                mlp3: ["mlp.c_proj"], layerScales: [("ls_1.gamma", "ls_2.gamma")], finalNorm: "ln_post", heads: [],
                projection: ("visual.proj", isTransposed: true), modelPrefixes: ["visual."],
                owned: ["conv1.", "transformer.", "ln_pre.", "ln_post.", "attn_pool", "attnpool", "trunk."])
        }
    }
}
