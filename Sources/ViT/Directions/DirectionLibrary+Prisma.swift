// ViT-Prisma (Prisma-Multimodal/ViT-Prisma, vit_prisma/sae/sae.py): a .pt file of `cfg` and `state_dict`, or weights beside
// config.json.

extension DirectionLibrary {
    /// `StandardSparseAutoencoder.encode`: (x − b_dec)·W_enc + b_enc, then ReLU or top-k.
    func prisma(_ configuration: ConfigurationValue, _ source: DirectionSource) throws -> DirectionLayout {
        // The defaults are those of `VisionModelSAERunnerConfig`.
        let architecture = configuration["architecture"]?.text ?? "standard"
        if configuration["is_transcoder"]?.bool == true {
            throw refusal("is a transcoder's, which reads another layer than it writes", source)
        }
        guard architecture == "standard" else {
            throw refusal("has the architecture '\(architecture)' (standard can be read)", source)
        }
        let normalisation = configuration["normalize_activations"] ?? .text("layer_norm")
        guard ["layer_norm", "constant_norm_rescale"].allSatisfy({ normalisation != .text($0) }) else {
            throw refusal("normalises each token's channels (normalize_activations is \(normalisation))", source)
        }
        let activation = configuration["activation_fn_str"]?.text ?? "topk"
        var layout = DirectionLayout(name: "ViT-Prisma (\(activation))")
        layout.bias = prefix + "b_enc"
        layout.centre = prefix + "b_dec"
        layout.nonlinearity = DirectionRequest.Nonlinearity(rawValue: activation)
        layout.k = configuration["activation_fn_kwargs"]?["k"]?.integer
        layout.undecided = "its activation is '\(activation)', which is not known here"
        return layout
    }
}
