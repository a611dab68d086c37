// The families of models, and what each one's files leave unsaid.

/// A family of Vision Transformers whose conventions differ.
enum Family: String {
    /// Dosovitskiy et al. 2021 and what keeps its conventions: DeiT, MAE, MSN, I-JEPA.
    case plain = "ViT"
    /// Oquab et al. 2023, also with registers (Darcet et al. 2023).
    case dinov2 = "DINOv2"
    /// Radford et al. 2021.
    case clip = "CLIP"
    /// Zhai et al. 2023.
    case siglip = "SigLIP"
    /// Siméoni et al. 2025.
    case dinov3 = "DINOv3"

    /// The family of a checkpoint, by the names of its tensors.
    init(of reader: ParameterReader) {
        let names = reader.place.naming.names
        func has(_ name: String) -> Bool { reader.has(name) }
        self =
            switch reader.place.naming {
            case .torchvision: .plain
            case .timm:
                if has("norm_pre.weight") {
                    .clip
                } else if has("attn_pool.latent") {
                    .siglip
                } else if !has("pos_embed"), has("reg_token") || has("rope_embed.periods") {
                    .dinov3
                } else {
                    // timm's own files of DINOv2 have no mask token, and the names of any ViT with LayerScale.
                    has("mask_token") && has("blocks.0.ls1.gamma") ? .dinov2 : .plain
                }
            case .huggingFace:
                names.blockPrefixes.contains { has($0 + "0.layer_scale1.lambda1") } ? .dinov2 : .plain
            case .huggingFaceCLIP: has("embeddings.class_embedding") ? .clip : .siglip
            case .huggingFaceDINOv3: .dinov3
            case .openCLIP: .clip
            }
    }

    /// Parts of tensor names that belong to this family, and are refused in other families' models.
    var acceptedMarks: [String] { self == .dinov3 ? ["storage_tokens", "rope", "q_bias", "v_bias"] : [] }
}

/// What a library assumes about a family's models where their files are silent.
struct FamilyConventions {
    /// Who assumes it, as `inspect` shows it.
    let source: String
    let layerNormEpsilon: Float
    let activation: Activation
    let mean: [Float]
    let standardDeviation: [Float]
    /// How the library resizes position embeddings.
    let interpolation: PositionInterpolation

    private static let halves: [Float] = [0.5, 0.5, 0.5]
    private static let clipMean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
    private static let clipDeviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]

    /// The conventions of a checkpoint.
    init(_ family: Family, of reader: ParameterReader) {
        let naming = reader.place.naming
        var source = "\(naming.library)'s default"
        if family != .plain { source += " for \(family.rawValue)" }
        var (mean, deviation) = (ViTConfiguration.imageNetMean, ViTConfiguration.imageNetStandardDeviation)
        switch family {
        case .plain:
            // DeiT's and I-JEPA's models are trained with ImageNet's statistics, as torchvision's are; the other ViTs of
            // timm and of Hugging Face with the halves that their default configurations have. timm's files of DINOv2
            // look like any ViT's with LayerScale, but for their patches of 14 pixels.
            let isDeiT =
                reader.has("dist_token") || reader.has("embeddings.distillation_token")
                || reader.place.backbonePrefix.hasSuffix("deit.")
            let patches = reader.file.tensors[reader.place.backbonePrefix + "patch_embed.proj.weight"]
            let isDINOv2 =
                patches?.shape.last == 14 && reader.has("cls_token") && reader.has("blocks.0.ls1.gamma")
            // The only model of transformers without a class token.
            let isIJEPA = naming == .huggingFace && !reader.has("embeddings.cls_token")
            if isDeiT || isDINOv2 || isIJEPA {
                source = isDeiT ? "DeiT's default" : isIJEPA ? "I-JEPA's default" : "timm's default for DINOv2"
            } else if naming != .torchvision {
                (mean, deviation) = (Self.halves, Self.halves)
            }
        case .dinov2, .dinov3: break
        case .clip: (mean, deviation) = (Self.clipMean, Self.clipDeviation)
        case .siglip: (mean, deviation) = (Self.halves, Self.halves)
        }
        self.source = source
        self.mean = mean
        standardDeviation = deviation
        layerNormEpsilon =
            switch (family, naming) {
            case (.plain, .huggingFace): 1e-12
            case (.clip, _), (.dinov3, _): 1e-5
            default: 1e-6
            }
        activation =
            switch (family, naming) {
            case (.clip, .huggingFaceCLIP): .quickGELU
            // OpenAI's own files, which have the text tower's settings as tensors.
            case (.clip, .openCLIP): reader.hasOutside("input_resolution") ? .quickGELU : .gelu
            case (.siglip, .huggingFaceCLIP): .tanhGELU
            default: .gelu
            }
        interpolation =
            switch naming {
            case .torchvision: .alignedCorners
            case .timm:
                // Meta's own DINOv2 code adds 0.1 patches to the size, and with registers smooths as timm does.
                family == .dinov2 && !reader.has("register_tokens") ? .offsetBicubic : .antialiasedBicubic
            case .huggingFace: reader.has("embeddings.register_tokens") ? .antialiasedBicubic : .bicubic
            case .huggingFaceCLIP, .huggingFaceDINOv3: .bicubic
            case .openCLIP: .antialiasedBicubic
            }
    }
}

extension Naming {
    /// The library's name, as messages show it.
    var library: String {
        switch self {
        case .huggingFaceCLIP, .huggingFaceDINOv3: Naming.huggingFace.rawValue
        case .torchvision, .timm, .huggingFace, .openCLIP: rawValue
        }
    }
}
