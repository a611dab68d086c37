// The keys of open_clip_config.json, as OpenCLIP writes it beside its weights.

/// What `open_clip_config.json` says about the vision tower (open_clip's `CLIPVisionCfg`) and its pictures.
struct OpenCLIPFile: Decodable {
    let model_cfg: Model?
    let preprocess_cfg: Preprocessing?

    struct Model: Decodable {
        let quick_gelu: Bool?
        let vision_cfg: Vision?
    }

    struct Vision: Decodable {
        let image_size: ModelConfigurationFile.Sides?
        let width: Int?
        let head_width: Int?
        let timm_model_name: String?
        let timm_pool: String?
        let norm_kwargs: Norm?
    }

    struct Norm: Decodable {
        let eps: Float?
    }

    struct Preprocessing: Decodable {
        let mean: [Float]?
        let std: [Float]?
        let interpolation: String?
        let resize_mode: String?
    }
}
