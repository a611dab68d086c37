// open_clip_config.json, as OpenCLIP writes it beside its weights.

extension Hints {
    /// What `open_clip_config.json` says about the vision tower.
    ///
    /// - Throws: `ViTError` for a file that cannot be read.
    init(openCLIP path: String) throws {
        let file = try readJSON(OpenCLIPFile.self, at: path)
        source = path
        let vision = file.model_cfg?.vision_cfg
        imageSize = vision?.image_size?.size
        mean = file.preprocess_cfg?.mean
        standardDeviation = file.preprocess_cfg?.std
        layerNormEpsilon = vision?.norm_kwargs?.eps
        if let architecture = vision?.timm_model_name {
            headCount = ModelConfigurationFile.headCounts[architecture]
            activation = ModelConfigurationFile.activation(of: architecture)
            poolsByAttention = vision?.timm_pool == "map"
            if let pool = vision?.timm_pool, ["token", "avg"].contains(pool) { poolsPatches = pool == "avg" }
            if let other = OtherModel.of(type: nil, architecture: architecture) {
                throw other.error(path, architecture: architecture)
            }
            return
        }
        activation = file.model_cfg?.quick_gelu.map { $0 ? .quickGELU : .gelu }
        if let width = vision?.width, let headWidth = vision?.head_width, headWidth > 0 {
            headCount = width / headWidth
        }
    }
}
