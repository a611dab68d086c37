// The weights of the blocks, and of attention pooling after them, under whatever names their library has.

extension CheckpointLoader {
    /// The MLP's hidden width, and whether it is gated, from the first block.
    func mlpShape(_ prefix: String) throws -> (width: Int, isGated: Bool) {
        let second = reader.choose(names.mlp3.map { prefix + $0 })
        let width = try reader.demand(second + ".weight").shape.last ?? 0
        guard width > 0 else {
            throw ViTError("\(file.path): tensor '\(second).weight' is empty. Use a complete checkpoint.")
        }
        if gatedMLP0(prefix) != nil { return (width, true) }
        // timm packs gates and factors under the usual name (`SwiGLUPacked`).
        let first = try reader.demand(reader.choose(names.mlp0.map { prefix + $0 }) + ".weight").shape.first
        return (width, place.naming == .timm && first == 2 * width)
    }

    /// The parts of a gated MLP's first layer; nil if the MLP is not gated, or packed under the usual name.
    func gatedMLP0(_ prefix: String) -> [String]? {
        names.gatedMLP0.first { parts in parts.allSatisfy { reader.has(prefix + $0 + ".weight") } }
    }

    /// The names of LayerScale's γ in a block; nil if it has none.
    func layerScale(_ prefix: String) -> (attention: String, mlp: String)? {
        names.layerScales.first { reader.has(prefix + $0.attention) }
    }

    mutating func block(_ prefix: String, _ configuration: ViTConfiguration) throws -> BlockParameters {
        let width = configuration.width
        let scales = configuration.hasLayerScale ? layerScale(prefix) : nil
        return BlockParameters(
            ln1: try reader.layerNorm(reader.choose(names.ln1.map { prefix + $0 }), channels: width),
            attentionInput: try attentionInput(names.attentionInputs.map { parts in parts.map { prefix + $0 } }, width),
            attentionOutput: try reader.linear(
                reader.choose(names.attentionOutput.map { prefix + $0 }), [width, width]),
            ln2: try reader.layerNorm(reader.choose(names.ln2.map { prefix + $0 }), channels: width),
            mlp0: try mlp0(prefix, configuration),
            mlp3: try reader.linear(reader.choose(names.mlp3.map { prefix + $0 }), [width, configuration.mlpWidth]),
            layerScale1: try scales.map { try reader.buffer(prefix + $0.attention, [width]) },
            layerScale2: try scales.map { try reader.buffer(prefix + $0.mlp, [width]) })
    }

    mutating func mlp0(_ prefix: String, _ configuration: ViTConfiguration) throws -> LinearParameters {
        guard configuration.hasGatedMLP, let parts = gatedMLP0(prefix) else {
            return try reader.linear(
                reader.choose(names.mlp0.map { prefix + $0 }), [configuration.mlpInputWidth, configuration.width])
        }
        let rows = configuration.mlpInputWidth / parts.count
        return LinearParameters(
            weight: try reader.stack(parts.map { (prefix + $0 + ".weight", [rows, configuration.width]) }),
            bias: try reader.stack(parts.map { (prefix + $0 + ".bias", [rows]) }))
    }

    /// Queries, keys and values stacked, from one tensor or from three; missing biases are zeros.
    mutating func attentionInput(_ alternatives: [[String]], _ width: Int) throws -> LinearParameters {
        let parts = alternatives.first { reader.has($0[0] + "weight") } ?? alternatives[0]
        let rows = 3 * width / parts.count
        let weight = try reader.stack(parts.map { ($0 + "weight", [rows, width]) })
        let bias = FloatBuffer(count: 3 * width)
        func read(_ name: String, _ count: Int, at row: Int) throws {
            let values = try reader.buffer(name, [count])
            withExtendedLifetime(values) { (bias.pointer + row).update(from: values.pointer, count: count) }
        }
        // torchvision always has biases; timm and Hugging Face make them optional (`qkv_bias`); in DINOv3, and only
        // there, some of the three have them.
        let named = parts.indices.filter { reader.has(parts[$0] + "bias") }
        let mayLackSome = place.naming == .huggingFaceDINOv3
        if !named.isEmpty || place.naming == .torchvision {
            for index in mayLackSome ? named : Array(parts.indices) {
                try read(parts[index] + "bias", rows, at: index * rows)
            }
        }
        // timm's DINOv3 keeps the biases of queries and values beside the matrix; Meta's masks the keys'.
        let beside = parts[0].split(separator: ".").dropLast().joined(separator: ".")
        for (name, row) in [("q_bias", 0), ("v_bias", 2 * width)] where reader.has("\(beside).\(name)") {
            try read("\(beside).\(name)", width, at: row)
        }
        if reader.has(parts[0] + "bias_mask") {
            let mask = try reader.buffer(parts[0] + "bias_mask", [3 * width])
            withExtendedLifetime(mask) { vector.multiply(bias.pointer, mask.pointer, 3 * width) }
        }
        if named.isEmpty, !reader.has("\(beside).q_bias"), place.naming != .torchvision {
            settings.assume("attention biases", "0", "the file has none")
        }
        return LinearParameters(weight: weight, bias: bias)
    }

    mutating func attentionPool(_ configuration: ViTConfiguration) throws -> AttentionPoolParameters? {
        guard configuration.pooling == .attention, let names = names.attentionPool else { return nil }
        let width = configuration.width
        let mlpWidth = try reader.demand(names.mlp0 + ".weight").shape.first ?? 0
        // timm stacks keys and values only.
        let parts = names.attentionInputs
        let rows = parts.count == 1 ? [3 * width] : [width, 2 * width]
        return AttentionPoolParameters(
            probe: try reader.buffer(names.probe, [width]),
            attentionInput: LinearParameters(
                weight: try reader.stack(zip(parts, rows).map { ($0 + "weight", [$1, width]) }),
                bias: try reader.stack(zip(parts, rows).map { ($0 + "bias", [$1]) })),
            attentionOutput: try reader.linear(names.attentionOutput, [width, width]),
            norm: try reader.layerNorm(names.norm, channels: width),
            mlp0: try reader.linear(names.mlp0, [mlpWidth, width]),
            mlp3: try reader.linear(names.mlp3, [width, mlpWidth]))
    }
}
