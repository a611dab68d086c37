// config.json and preprocessor_config.json, as Hugging Face's transformers and timm write them.

extension Hints {
    /// What `config.json` says: transformers' keys, and timm's.
    ///
    /// - Throws: `ViTError` for a file that cannot be read, and for a model that is not supported.
    init(modelConfiguration path: String) throws {
        let whole = try readJSON(ModelConfigurationFile.self, at: path)
        try whole.demandSupportedModel(path)
        // Models of pictures and texts keep the vision tower's settings apart.
        let nested = try readJSON(NestedConfigurationFile.self, at: path)
        let configuration = nested.vision_config ?? whole
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
        activation = try configuration.activation(path)
        imageSize = configuration.image_size?.size ?? configuration.model_args?.img_size?.size
        ropeTheta = configuration.rope_theta
        pretrainingSize = trained?.inputSize
        mean = trained?.mean
        standardDeviation = trained?.std
        if let pooling = configuration.global_pool ?? trained?.global_pool {
            guard ["token", "avg", "map", ""].contains(pooling) else {
                throw ViTError(
                    "\(path): global_pool '\(pooling)' is not supported; the class token ('token'), the patches' mean "
                        + "('avg') and attention pooling ('map') are. Use another checkpoint.")
            }
            poolsByAttention = pooling == "map"
            poolsPatches = ["token", "avg"].contains(pooling) ? pooling == "avg" : nil
        }
        (labels, labelsProblem) = try readJSON(ConfiguredLabels.self, at: path).names
        dimensions = nested.vision_config == nil ? try readJSON(StatedDimensions.self, at: path) : nested.dimensions
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

/// `config.json` of a model of pictures and texts.
private struct NestedConfigurationFile: Decodable {
    let vision_config: ModelConfigurationFile?
    let dimensions: StatedDimensions?

    private enum CodingKeys: String, CodingKey {
        case vision_config
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        vision_config = try container.decodeIfPresent(ModelConfigurationFile.self, forKey: .vision_config)
        dimensions = try container.decodeIfPresent(StatedDimensions.self, forKey: .vision_config)
    }
}

/// The keys of `config.json` that say what the tensors do not.
struct ModelConfigurationFile: Decodable {
    // transformers
    let model_type: String?
    let hidden_act: String?
    let num_attention_heads: Int?
    let layer_norm_eps: Float?
    let image_size: Sides?
    let rope_theta: Float?
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

    /// The models of Hugging Face that are supported, by `model_type`.
    private static let modelTypes = [
        "vit", "deit", "vit_mae", "vit_msn", "dinov2", "dinov2_with_registers", "clip", "clip_vision_model", "siglip",
        "siglip_vision_model", "dinov3_vit", "ijepa", "timm_wrapper",
    ]

    /// Refuses models whose tensors look like a supported model's.
    func demandSupportedModel(_ path: String) throws {
        if let model_type, !Self.modelTypes.contains(model_type) {
            let other = OtherModel.of(type: model_type, architecture: nil)
            throw ViTError(
                "\(path): model_type '\(model_type)' is not supported"
                    + (other.map { " (\($0.name) has \($0.feature))" } ?? "") + "; these are: "
                    + "\(Self.modelTypes.joined(separator: ", ")). "
                    + (other?.advice ?? "Use a checkpoint of one of them."))
        }
        if let architecture, let other = OtherModel.of(type: nil, architecture: architecture) {
            throw other.error(path, architecture: architecture)
        }
    }

    /// The MLP's nonlinearity: stated, or what the architecture of this name has; nil if the file does not say.
    func activation(_ path: String) throws -> Activation? {
        guard let name = hidden_act ?? model_args?.act_layer else {
            return architecture.flatMap { Self.activation(of: $0) }
        }
        switch name {
        case "gelu", "gelu_python": return .gelu
        case "quick_gelu": return .quickGELU
        case "gelu_pytorch_tanh", "gelu_new", "gelu_tanh": return .tanhGELU
        case "silu", "swish": return .silu
        default:
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ViTError("\(path): the activation '\(name)' is not supported; these are: \(known).")
        }
    }

    /// The nonlinearity of timm's architecture of this name if it is not GELU, and if no argument says so.
    static func activation(of architecture: String) -> Activation? {
        func has(_ mark: String) -> Bool { architecture.contains(mark) }
        if has("quickgelu") { return .quickGELU }
        // The other models of SigLIP have exact GELU.
        let hasTanhGELU =
            has("patch32_siglip") || has("giantopt") || has("so400m_patch16_siglip")
            || (has("large_patch16_siglip") && architecture.hasSuffix("_512"))
        return hasTanhGELU ? .tanhGELU : nil
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
