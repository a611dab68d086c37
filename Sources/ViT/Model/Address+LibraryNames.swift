// The names of the checkpoint's own library, which are accepted as addresses.

extension Address {
    /// The address of the module that timm, Hugging Face, OpenCLIP or Meta call by this name, e.g. `blocks.3.mlp.fc1` or
    /// `vit.encoder.layer.3.intermediate.dense`; nil if the text is no such name.
    init?(libraryName text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        for place in parts.indices.dropLast() where Self.blockLists.contains(parts[place]) {
            guard parts[..<place].allSatisfy(Self.enclosing.contains) else { return nil }
            let digits = parts[place + 1]
            guard let index = Int(digits), String(index) == digits, index >= 0 else { continue }
            let rest = parts[(place + 2)...].joined(separator: ".")
            guard let site = Self.siteNames.first(where: { $0.names.contains(rest) })?.site else { return nil }
            self = .block(index, site)
            return
        }
        guard let name = parts.last, parts.dropLast().allSatisfy(Self.enclosing.contains) else { return nil }
        if Self.normNames.contains(name) {
            self = .encoderNorm
        } else if Self.headNames.contains(name) {
            self = .head
        } else {
            return nil
        }
    }

    /// What the libraries call the list of the blocks.
    private static let blockLists: Set<Substring> = ["blocks", "layer", "layers", "resblocks"]
    /// What encloses the blocks and the modules after them; a text tower's modules are not the model's.
    private static let enclosing: Set<Substring> = [
        "model", "module", "backbone", "encoder", "vit", "deit", "dinov2", "dinov2_with_registers", "vision_model",
        "visual", "trunk", "transformer", "ijepa",
    ]
    private static let normNames: Set<Substring> = ["norm", "fc_norm", "layernorm", "post_layernorm", "ln_post"]
    private static let headNames: Set<Substring> = ["head", "classifier", "visual_projection", "attn_pool"]

    /// What the libraries call the modules of a block.
    private static let siteNames: [(site: Site, names: Set<String>)] = [
        (.ln1, ["norm1", "layernorm_before", "layer_norm1", "ln_1"]),
        (
            .selfAttention,
            [
                "attn", "attn.proj", "attn.out_proj", "attention", "attention.output", "attention.output.dense",
                "attention.o_proj", "self_attn", "self_attn.out_proj",
            ]
        ),
        (.ls1, ["ls1", "ls_1", "layer_scale1"]),
        (.ln2, ["norm2", "layernorm_after", "layer_norm2", "ln_2"]),
        (.mlp0, ["mlp.fc1", "mlp.c_fc", "intermediate.dense", "mlp.gate_proj", "mlp.fc1_g", "mlp.w1"]),
        (.mlp1, ["mlp.act", "mlp.gelu", "mlp.activation_fn", "intermediate", "intermediate.intermediate_act_fn"]),
        (
            .mlp3,
            ["mlp", "mlp.fc2", "mlp.c_proj", "output.dense", "mlp.weights_out", "mlp.down_proj", "mlp.w3"]
        ),
        (.ls2, ["ls2", "ls_2", "layer_scale2"]),
        (.output, [""]),
    ]
}
