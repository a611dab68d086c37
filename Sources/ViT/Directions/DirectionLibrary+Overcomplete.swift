// overcomplete (KempnerInstitute/overcomplete, overcomplete/sae): the state dicts of its SAEs.

extension DirectionLibrary {
    /// The encoder of `SAE` and its subclasses: a linear layer (`linear`, `untied`), in `mlp_bn_1` with BatchNorm.
    func overcomplete(_ source: DirectionSource) throws -> DirectionLayout {
        let tensors = source.file.tensors
        func has(_ name: String) -> Bool { tensors[prefix + name] != nil }
        if weight.hasSuffix("tied_to._weights") {
            throw refusal(
                "is tied to the dictionary, whose normalisation the file does not have", source,
                advice: "Save it untied: sae.untied().")
        }
        guard
            !tensors.keys.contains(where: { name in
                ["mlp", "attention", "resnet"].contains { name.hasPrefix("\(prefix)encoder.\($0)_blocks.") }
            })
        else {
            throw refusal("has hidden layers", source)
        }
        if has("Q") { throw refusal("quantises the values (QSAE)", source) }
        var layout = DirectionLayout(name: "overcomplete")
        let bias = weight.dropLast("weight".count) + "bias"
        if tensors[String(bias)] != nil { layout.bias = String(bias) }
        let norm = "encoder.final_block.1."
        if has(norm + "running_var") {
            layout.scaling = .batchNorm(prefix + norm)
        } else if has(norm + "weight") {
            throw refusal("normalises each token's values (LayerNorm)", source)
        }
        if has("thresholds") {
            layout.name += " (JumpSAE)"
            layout.nonlinearity = .jumprelu
            layout.thresholds = .tensor(prefix + "thresholds", .exponential)
        } else {
            layout.undecided =
                "SAE, TopKSAE and BatchTopKSAE have the same tensors; state 'nonlinearity: relu', or 'topk' with its k, "
                + "or 'jumprelu' with BatchTopKSAE's running threshold"
        }
        return layout
    }
}
