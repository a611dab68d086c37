// The head of a model: the one linear layer that it may have, under whatever name it was given.

extension CheckpointLoader {
    /// What `heads.head` reads the features through: the classifier, the mean of a distilled model's two, or CLIP's
    /// projection; nil without one. Settles the number of its outputs.
    ///
    /// - Parameter layer: the name of the head's only layer; nil if there is none.
    mutating func head(
        _ layer: String?, _ configuration: inout ViTConfiguration
    ) throws -> LinearParameters? {
        let width = configuration.width
        func has(_ name: String) -> Bool { file.tensors[place.prefix + name + ".weight"] != nil }
        if let (first, second) = names.distilledHeads, has(first), has(second) {
            guard configuration.pooling == .classToken, names.prefixTokens.prefix(2).allSatisfy({ reader.has($0[0]) })
            else {
                throw ViTError(
                    "\(file.path): has the heads '\(first)' and '\(second)' of a distilled model, which read the tokens "
                        + "'\(names.prefixTokens[0][0])' and '\(names.prefixTokens[1][0])', but it lacks one or pools "
                        + "patches. Use a complete checkpoint.")
            }
            let classes = try reader.demand(first + ".weight", after: place.prefix).shape.first ?? 0
            let heads = [
                try reader.linear(first, [classes, width], after: place.prefix),
                try reader.linear(second, [classes, width], after: place.prefix),
            ]
            configuration.classCount = classes
            configuration.headTokenCount = 2
            return average(heads, classes: classes, width: width)
        }
        if let layer {
            let classes = try reader.demand(layer + ".weight", after: place.prefix).shape.first ?? 0
            configuration.classCount = classes
            return try headParameters(layer, classes: classes, width: configuration.featureCount)
        }
        if let (name, isTransposed) = names.projection, file.tensors[place.prefix + name] != nil {
            return try projection(name, isTransposed: isTransposed, &configuration)
        }
        if let head = try towerProjection(&configuration) { return head }
        if configuration.pooling == .attention {
            configuration.classCount = width
            configuration.output = .pooled
        }
        return nil
    }

    /// The prefix of what OpenCLIP puts beside a tower of timm's; nil for other models.
    var towerPrefix: String? {
        let tower = "visual.trunk."
        guard place.naming == .timm, place.prefix.hasSuffix(tower) else { return nil }
        return place.prefix.dropLast(tower.count) + "visual."
    }

    /// OpenCLIP's projection after a tower of timm's (`timm_proj`), if it is one linear layer.
    private mutating func towerProjection(_ configuration: inout ViTConfiguration) throws -> LinearParameters? {
        guard let prefix = towerPrefix else { return nil }
        let layer = "head.proj"
        guard let outputs = file.tensors["\(prefix)\(layer).weight"]?.shape.first else {
            if let name = file.tensors.keys.filter({ $0.hasPrefix(prefix + "head.") }).min() {
                settings.assume(
                    "head", "left out", "OpenCLIP's projection is not one linear layer, but has '\(name)'",
                    leavesOut: true)
            }
            return nil
        }
        configuration.classCount = outputs
        configuration.output = .projection
        return try reader.linearWithOptionalBias(layer, [outputs, configuration.width], after: prefix)
    }

    /// One layer that reads the class and the distillation token, side by side, and gives the mean of the two heads'
    /// logits, as DeiT does at inference (Touvron et al. 2021, section 4; timm's `VisionTransformerDistilled`).
    func average(_ heads: [LinearParameters], classes: Int, width: Int) -> LinearParameters {
        let weight = FloatBuffer(count: classes * 2 * width)
        let bias = FloatBuffer(count: classes)
        for (token, head) in heads.enumerated() {
            for index in 0..<classes {
                bias.pointer[index] += head.bias.pointer[index] / 2
                for channel in 0..<width {
                    weight.pointer[(2 * index + token) * width + channel] =
                        head.weight.pointer[index * width + channel] / 2
                }
            }
        }
        return LinearParameters(weight: weight, bias: bias)
    }

    /// The name of the head's only layer; nil if there is no head, or if it is no linear layer.
    ///
    /// Fine-tuning code replaces the head: by a linear layer of another name, by one in a `Sequential` with dropout, or
    /// by several layers. DINO, iBOT and MoCo put a projection head in its place. What is not one linear layer is left
    /// out, and an assumption says so.
    mutating func headLayer() -> String? {
        let tensors = headTensors
        if place.naming == .huggingFaceCLIP, hasClassToken, !tensors.isEmpty {
            settings.assume(
                "head", "left out", "transformers' classifier of CLIP reads the patches without the final norm",
                leavesOut: true)
            return nil
        }
        guard let first = tensors.min(by: { ($0.count, $0) < ($1.count, $1) }) else { return nil }
        let layer = first.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
        let weight = file.tensors[place.prefix + layer + ".weight"]
        if weight?.shape.count == 2, tensors.isSubset(of: [layer + ".weight", layer + ".bias"]) { return layer }
        let shown = tensors.sorted().prefix(6).map { "'\(place.prefix)\($0)'" } + (tensors.count > 6 ? ["…"] : [])
        settings.assume(
            "head", "left out",
            "it is not one linear layer, but has \(tensors.count) tensors: \(shown.joined(separator: ", "))",
            leavesOut: true)
        return nil
    }

    /// The weights of a head's only layer, (classes, width), and its biases, 0 if it has none.
    ///
    /// - Throws: `ViTError` for a layer of another width.
    mutating func headParameters(_ layer: String, classes: Int, width: Int) throws -> LinearParameters {
        guard file.tensors["\(place.prefix)\(layer).bias"] == nil else {
            return try reader.linear(layer, [classes, width], after: place.prefix)
        }
        settings.assume("head's biases", "0", "the file has none")
        return LinearParameters(
            weight: try reader.buffer(layer + ".weight", [classes, width], after: place.prefix),
            bias: FloatBuffer(count: classes))
    }

    /// CLIP's projection of the class token, which has no bias.
    mutating func projection(
        _ name: String, isTransposed: Bool, _ configuration: inout ViTConfiguration
    ) throws -> LinearParameters {
        let width = configuration.width
        let shape = try reader.demand(name, after: place.prefix).shape
        let outputs = (isTransposed ? shape.last : shape.first) ?? 0
        let stored = try reader.buffer(
            name, isTransposed ? [width, outputs] : [outputs, width], after: place.prefix)
        configuration.classCount = outputs
        configuration.output = .projection
        let bias = FloatBuffer(count: outputs)
        guard isTransposed else { return LinearParameters(weight: stored, bias: bias) }
        let weight = FloatBuffer(count: stored.count)
        withExtendedLifetime(stored) {
            for output in 0..<outputs {
                for input in 0..<width {
                    weight.pointer[output * width + input] = stored.pointer[input * outputs + output]
                }
            }
        }
        return LinearParameters(weight: weight, bias: bias)
    }

    /// The names of the head's tensors, without the model's prefix.
    private var headTensors: Set<String> {
        let own = file.tensors.keys.filter { $0.hasPrefix(place.prefix) && !IgnoredTensors.isNoParameter($0) }
        let local = own.map { String($0.dropFirst(place.prefix.count)) }
        return Set(local.filter { name in names.heads.contains { name.hasPrefix($0 + ".") } })
    }
}
