// config.json and preprocessor_config.json, as Hugging Face's transformers and timm write them.

extension Hints {
    /// What `config.json` says: transformers' keys, and timm's.
    ///
    /// - Throws: `ViTError` for a file that cannot be read, and for a model that is not a plain Vision Transformer.
    init(modelConfiguration path: String) throws {
        let configuration = try readJSON(ModelConfigurationFile.self, at: path)
        try configuration.demandPlainViT(path)
        // timm up to 0.6 wrote everything at one level.
        let isOneLevel = configuration.architecture != nil && configuration.pretrained_cfg == nil
        let trained =
            isOneLevel
            ? try readJSON(ModelConfigurationFile.PretrainedConfiguration.self, at: path) : configuration.pretrained_cfg
        source = path
        headCount =
            configuration.num_attention_heads ?? configuration.model_args?.num_heads
            ?? configuration.architecture.flatMap { ModelConfigurationFile.headCounts[$0] }
        layerNormEpsilon = configuration.layer_norm_eps
        activation = configuration.hidden_act ?? configuration.model_args?.act_layer
        imageSize = configuration.image_size?.size ?? configuration.model_args?.img_size?.size
        pretrainingSize = trained?.inputSize
        mean = trained?.mean
        standardDeviation = trained?.std
        if let pooling = configuration.global_pool ?? trained?.global_pool {
            guard ["token", "avg", ""].contains(pooling) else {
                throw ViTError(
                    "\(path): global_pool '\(pooling)' is not supported; the class token ('token') and the patches' mean "
                        + "('avg') are. Use another checkpoint.")
            }
            poolsPatches = pooling.isEmpty ? nil : pooling == "avg"
        }
        (labels, labelsProblem) = try readJSON(ConfiguredLabels.self, at: path).names
        dimensions = try readJSON(StatedDimensions.self, at: path)
    }

    /// What `preprocessor_config.json` says about normalisation; pixels range from 0 to 255 there.
    ///
    /// - Throws: `ViTError` for a file that cannot be read.
    init(preprocessor path: String) throws {
        let preprocessor = try readJSON(PreprocessorFile.self, at: path)
        source = path
        let rescales = preprocessor.do_rescale ?? true
        let scale = rescales ? 255 * (preprocessor.rescale_factor ?? 1 / 255) : 255
        let normalises = preprocessor.do_normalize ?? true
        // (scale·x − mean) / std, with x in 0…1, as (x − mean / scale) / (std / scale).
        mean = normalises ? preprocessor.image_mean?.map { Float($0 / scale) } : [0, 0, 0]
        standardDeviation =
            normalises
            ? preprocessor.image_std?.map { Float($0 / scale) } : [Float](repeating: Float(1 / scale), count: 3)
    }
}

/// The keys of `config.json` that say what the tensors do not.
private struct ModelConfigurationFile: Decodable {
    // transformers
    let model_type: String?
    let hidden_act: String?
    let num_attention_heads: Int?
    let layer_norm_eps: Float?
    let image_size: Sides?
    // timm
    let architecture: String?
    let global_pool: String?
    let model_args: ModelArguments?
    let pretrained_cfg: PretrainedConfiguration?

    struct ModelArguments: Decodable {
        let num_heads: Int?
        let img_size: Sides?
        let act_layer: String?
    }

    struct PretrainedConfiguration: Decodable {
        let mean: [Float]?
        let std: [Float]?
        let input_size: [Int]?
        let global_pool: String?

        /// (channels, height, width)
        var inputSize: ImageSize? {
            guard let input_size, input_size.count == 3 else { return nil }
            return ImageSize(height: input_size[1], width: input_size[2])
        }
    }

    /// One number for a square, or height and width.
    struct Sides: Decodable {
        let size: ImageSize

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let side = try? container.decode(Int.self) {  // not a number: two numbers, or the error below
                size = ImageSize(height: side, width: side)
                return
            }
            let sides = try container.decode([Int].self)
            guard sides.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "expected one or two numbers, found \(sides.count)")
            }
            size = ImageSize(height: sides[0], width: sides[1])
        }
    }

    /// Refuses models whose tensors look like a plain ViT's.
    func demandPlainViT(_ path: String) throws {
        if let model_type, !["vit", "deit", "vit_mae", "vit_msn", "timm_wrapper"].contains(model_type) {
            throw ViTError(
                "\(path): model_type '\(model_type)' is not supported; plain Vision Transformers ('vit', 'deit') are.")
        }
        if let architecture, let difference = Self.difference(of: architecture) {
            throw ViTError(
                "\(path): architecture '\(architecture)' is not supported: it computes \(difference), but its "
                    + "tensors look like a plain Vision Transformer's. Use another checkpoint.")
        }
        for activation in [hidden_act, model_args?.act_layer].compactMap({ $0 }) {
            guard ["gelu", "gelu_python"].contains(activation) else {
                throw ViTError("\(path): the activation '\(activation)' is not supported; exact GELU ('gelu') is.")
            }
        }
    }

    /// What timm's architecture of this name computes differently from a plain ViT, without a trace in its tensors; nil
    /// for nothing. (The other models of SigLIP have exact GELU.)
    private static func difference(of architecture: String) -> String? {
        func has(_ mark: String) -> Bool { architecture.contains(mark) }
        if has("quickgelu") { return "x·sigmoid(1.702·x) instead of GELU" }
        if has("_rpn_") { return "LayerNorm after attention and MLP, not before" }
        if has("_pe_") { return "rotary positions" }
        let hasTanhGELU =
            has("patch32_siglip") || has("giantopt") || has("so400m_patch16_siglip")
            || (has("large_patch16_siglip") && architecture.hasSuffix("_512"))
        return hasTanhGELU ? "GELU by its tanh approximation" : nil
    }

    /// The head counts of timm's plain ViTs whose head size differs from what the width suggests.
    static let headCounts = [
        "vit_base_patch16_gap_224": 16, "test_vit": 2, "test_vit2": 2, "test_vit3": 3, "test_vit4": 3,
    ]
}

/// The keys of `preprocessor_config.json` that say how pixels are normalised.
private struct PreprocessorFile: Decodable {
    let image_mean: [Double]?
    let image_std: [Double]?
    let do_normalize: Bool?
    let do_rescale: Bool?
    let rescale_factor: Double?
}
