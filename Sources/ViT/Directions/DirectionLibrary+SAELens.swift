// SAELens (decoderesearch/SAELens, sae_lens/saes): cfg.json beside sae_weights.safetensors.

extension DirectionLibrary {
    /// Architectures whose encoder is a matrix, a bias and a nonlinearity. Both kinds of batch top-k are those of training
    /// checkpoints; they are saved for inference as jumprelu.
    private static let saeLensArchitectures = ["standard", "topk", "jumprelu", "batchtopk", "matryoshka_batchtopk"]

    /// `encode` of SAELens's classes: (x − b_dec)·W_enc + b_enc, multiplied by the decoder's norms in some top-k ones.
    func saeLens(_ configuration: ConfigurationValue, _ source: DirectionSource) throws -> DirectionLayout {
        // The names before version 6 (`handle_pre_6_0_config`): the activation was stated apart from the architecture.
        let activation = (configuration["activation_fn"] ?? configuration["activation_fn_str"])?.text ?? "relu"
        let stated = configuration["architecture"]?.text ?? "standard"
        let architecture = stated == "standard" && activation == "topk" ? "topk" : stated
        guard Self.saeLensArchitectures.contains(architecture) else {
            throw refusal(
                "has the architecture '\(architecture)' (\(Self.saeLensArchitectures.joined(separator: ", ")) can be "
                    + "read)", source)
        }
        switch configuration["normalize_activations"] {
        case nil, .text("none")?, .bool(false)?: break
        case .text("expected_average_only_in")?, .bool(true)?:
            throw refusal(
                "scales the channels by a factor that the file does not have (normalize_activations)", source,
                advice: "Fold it in: sae.fold_activation_norm_scaling_factor(factor), and save the SAE again.")
        case let value?:
            throw refusal("transforms each token's channels first (normalize_activations is \(value))", source)
        }
        var layout = DirectionLayout(name: "SAELens (\(architecture))")
        layout.bias = prefix + "b_enc"
        if configuration["apply_b_dec_to_input"]?.bool ?? true { layout.centre = prefix + "b_dec" }
        if configuration["rescale_acts_by_decoder_norm"]?.bool == true, architecture.hasSuffix("topk") {
            layout.scaling = .lengths(of: prefix + "W_dec")
        }
        switch architecture {
        case "topk":
            layout.nonlinearity = .topk
            layout.k = (configuration["k"] ?? configuration["activation_fn_kwargs"]?["k"])?.integer
        case "standard":
            // Version 6 has no other activation; older versions' are refused.
            if activation == "relu" { layout.nonlinearity = .relu }
            layout.undecided = "its activation is '\(activation)', which is not known here"
        default:
            layout.nonlinearity = .jumprelu
            // ReLU goes first, so that a threshold below 0 is one of 0. Older training checkpoints have its logarithm.
            let names: [(String, DirectionPlan.ThresholdForm)] = [
                ("threshold", .notBelowZero), ("topk_threshold", .notBelowZero), ("log_threshold", .exponential),
            ]
            layout.thresholds = names.first { source.file.tensors[prefix + $0.0] != nil }.map {
                .tensor(prefix + $0.0, $0.1)
            }
        }
        return layout
    }
}
