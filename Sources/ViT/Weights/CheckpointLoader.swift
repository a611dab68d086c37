// Builds a model from an open weight file: dimensions from shapes, the rest from hints. Every shape is checked.

/// Loads one checkpoint.
struct CheckpointLoader {
    let file: any WeightFile
    let place: ModelPlace
    let names: TensorNames
    let hints: [Hints]
    let overrides: CheckpointOverrides
    var reader: ParameterReader
    var settings: CheckpointSettings
    /// The image size of the stored position embeddings.
    var nativeSize: ImageSize?

    /// The most memory, in bytes, that one image may take on its way through a model that is loaded. The largest
    /// published plain ViT, timm's ViT-G/14, takes 10 GB at 518 × 518 pixels; above 16 GiB, an allocation on a usual
    /// machine ends the process without a message.
    static let maximumImageMemory = Double(16 << 30)

    init(file: any WeightFile, place: ModelPlace, hints: [Hints], overrides: CheckpointOverrides) {
        self.file = file
        self.place = place
        self.hints = hints
        self.overrides = overrides
        names = place.naming.names
        reader = ParameterReader(file: file, place: place)
        settings = CheckpointSettings(path: file.path, place: place, hints: hints, overrides: overrides)
    }

    mutating func load(_ source: ModelSource, path: String) throws -> Checkpoint {
        if let (value, origin) = place.choice { settings.assume("state dict", value, origin, leavesOut: true) }
        try refuseForeignFeatures()
        let (width, patchSize) = try patchDimensions()
        let blockPrefix = reader.choose(names.blockPrefixes, suffix: "0.\(names.ln1).weight")
        let blockCount = try countBlocks(blockPrefix)
        let mlp = reader.choose(names.mlp0.map { "\(blockPrefix)0.\($0)" })
        let mlpWidth = try reader.demand(mlp + ".weight").shape.first ?? 0
        guard mlpWidth > 0 else {
            throw ViTError("\(file.path): tensor '\(mlp).weight' is empty. Use a complete checkpoint of a plain ViT.")
        }
        let tokens = try prefixTokens(width: width)
        let (pooling, normName) = try settings.pooling(reader: reader, hasClassToken: hasClassToken)

        var configuration = ViTConfiguration(
            imageHeight: 0, imageWidth: 0, patchSize: patchSize, blockCount: blockCount,
            headCount: try settings.headCount(width: width), width: width, mlpWidth: mlpWidth, classCount: 0,
            prefixTokenCount: tokens.count / width, hasClassToken: hasClassToken, pooling: pooling)
        try settings.demandAgreement(configuration)
        try settings.preprocessing(&configuration, reader: reader)
        let positions = try positionEmbedding(&configuration)
        let patchProjection = try reader.linear(names.patchProjection, [width, 3, patchSize, patchSize])
        var blocks: [BlockParameters] = []
        for index in 0..<blockCount {
            blocks.append(try block("\(blockPrefix)\(index).", configuration))
        }
        let finalNorm = try reader.layerNorm(normName, channels: width)
        let head = try head(&configuration)
        let labels = try labels(source, classCount: configuration.classCount)
        let ignored = IgnoredTensors(names: try unused(), place: place)
        return Checkpoint(
            path: path, weightPaths: file.files.map(\.path),
            files: source.files + [overrides.labelsPath].compactMap { $0 }, format: file.format, naming: place.naming,
            elementTypes: reader.types.sorted(), configuration: configuration,
            parameters: ViTParameters(
                patchProjection: patchProjection, prefixTokens: tokens, positionEmbedding: positions, blocks: blocks,
                finalNorm: finalNorm, head: head),
            preparation: try PicturePreparation(
                of: ImageSize(height: configuration.imageHeight, width: configuration.imageWidth), native: nativeSize,
                naming: place.naming, processor: source.beside(ModelSource.preprocessorName),
                configuration: source.beside(ModelSource.configurationName)),
            labels: labels, assumptions: settings.assumptions, ignoredTensors: ignored)
    }

    /// Whether the first prefix token is a class token; timm's models may have registers only.
    var hasClassToken: Bool { reader.has(names.prefixTokens[0]) }

    private func patchDimensions() throws -> (width: Int, patchSize: Int) {
        let weight = try reader.demand(names.patchProjection + ".weight")
        let shape = weight.shape
        guard shape.count == 4, shape[1] == 3, shape[2] == shape[3], weight.count > 0 else {
            throw ViTError(
                "\(weight.path): the patch projection '\(weight.name)' has shape \(shapeText(shape)); (width, 3, P, P) "
                    + "is expected: RGB images and square patches. Other models cannot be used.")
        }
        return (shape[0], shape[2])
    }

    private func countBlocks(_ blockPrefix: String) throws -> Int {
        let prefix = place.backbonePrefix + blockPrefix
        var last = -1
        for name in file.tensors.keys where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
            if let index = Int(digits), String(index) == digits { last = max(last, index) }
        }
        // Each block has many tensors: a larger number is a damaged name, and the loop over the blocks would not end.
        guard last >= 0, last < file.tensors.count else {
            throw ViTError(
                "\(file.path): has a patch projection but no complete encoder: tensors '\(prefix)0.…' up to the last "
                    + "block are expected. Use a complete checkpoint of a plain Vision Transformer.")
        }
        return last + 1
    }

    private mutating func prefixTokens(width: Int) throws -> FloatBuffer {
        var parts: [(name: String, shape: [Int])] = []
        for name in names.prefixTokens where reader.has(name) {
            let count = try reader.demand(name).shape.dropLast().last ?? 1
            parts.append((name, count == 1 ? [width] : [count, width]))
        }
        return try reader.stack(parts)
    }

    /// The position embeddings at the image size to run at, (tokens, C); settles the image size.
    private mutating func positionEmbedding(_ configuration: inout ViTConfiguration) throws -> FloatBuffer {
        let width = configuration.width
        let prefixCount = configuration.prefixTokenCount
        let shape = try reader.demand(names.positionEmbedding).shape
        let count = shape.dropLast().last ?? 0
        let tensor = try reader.take(names.positionEmbedding, [count, width])
        let (native, coversPrefix) = try settings.nativeGrid(positions: count, configuration)
        nativeSize = ImageSize(
            height: native.rows * configuration.patchSize, width: native.columns * configuration.patchSize)
        let target = try settings.targetGrid(native, configuration)
        configuration.imageHeight = target.rows * configuration.patchSize
        configuration.imageWidth = target.columns * configuration.patchSize
        try demandMemory(configuration)

        let stored = try tensor.values()
        if native == target, coversPrefix { return stored }
        // Prefix tokens without positions of their own (timm's `no_embed_class`) have zeros.
        let positions = FloatBuffer(count: configuration.tokenCount * width)
        let storedPrefix = coversPrefix ? prefixCount : 0
        withExtendedLifetime(stored) {
            positions.pointer.update(from: stored.pointer, count: storedPrefix * width)
            // With native size, the interpolation's weights are 1 and 0.
            interpolatePositions(
                stored.pointer + storedPrefix * width, rows: native.rows, columns: native.columns, channels: width,
                into: positions.pointer + prefixCount * width, rows: target.rows, columns: target.columns)
        }
        if native != target {
            settings.assume(
                "position embeddings", "interpolated from \(native) to \(target) patches",
                "bicubic, as torchvision's interpolate_embeddings")
        }
        return positions
    }

    /// Refuses a model that could be read but not run.
    private func demandMemory(_ configuration: ViTConfiguration) throws {
        let memory = configuration.imageMemory
        guard memory > Self.maximumImageMemory else { return }
        let size = ImageSize(height: configuration.imageHeight, width: configuration.imageWidth)
        let grid = PatchGrid(rows: configuration.patchRows, columns: configuration.patchColumns)
        throw ViTError(
            "\(file.path): an image of \(size) pixels makes \(grid) patches, and the attention patterns and activations "
                + "of that many tokens in \(configuration.blockCount) blocks with \(configuration.headCount) heads "
                + "need \(gigabytesText(memory)) of memory; at most \(gigabytesText(Self.maximumImageMemory)) are "
                + "allowed. State a smaller image size (--image-size HEIGHT,WIDTH, or model: {imageSize: [height, width]} in "
                + "atlas.yml), or use a "
                + "model with fewer tokens."
        )
    }

    private mutating func block(_ prefix: String, _ configuration: ViTConfiguration) throws -> BlockParameters {
        let width = configuration.width
        let ln1 = try reader.layerNorm(prefix + names.ln1, channels: width)
        let attentionInput = try attentionInput(prefix, width)
        let attentionOutput = try reader.linear(
            reader.choose(names.attentionOutput.map { prefix + $0 }), [width, width])
        let ln2 = try reader.layerNorm(prefix + names.ln2, channels: width)
        let mlp0 = try reader.linear(reader.choose(names.mlp0.map { prefix + $0 }), [configuration.mlpWidth, width])
        let mlp3 = try reader.linear(reader.choose(names.mlp3.map { prefix + $0 }), [width, configuration.mlpWidth])
        try fold(scale: names.layerScales.map { prefix + $0.attention }, into: attentionOutput)
        try fold(scale: names.layerScales.map { prefix + $0.mlp }, into: mlp3)
        return BlockParameters(
            ln1: ln1, attentionInput: attentionInput, attentionOutput: attentionOutput, ln2: ln2, mlp0: mlp0,
            mlp3: mlp3)
    }

    /// Queries, keys and values stacked, from one tensor or from three; missing biases are zeros.
    private mutating func attentionInput(_ prefix: String, _ width: Int) throws -> LinearParameters {
        let alternatives = names.attentionInputs.map { parts in parts.map { prefix + $0 } }
        let parts = alternatives.first { reader.has($0[0] + "weight") } ?? alternatives[0]
        let rows = 3 * width / parts.count
        let weight = try reader.stack(parts.map { ($0 + "weight", [rows, width]) })
        // torchvision always has biases; timm and Hugging Face make them optional (`qkv_bias`).
        if place.naming != .torchvision, !parts.contains(where: { reader.has($0 + "bias") }) {
            settings.assume("attention biases", "0", "the file has none")
            return LinearParameters(weight: weight, bias: FloatBuffer(count: 3 * width))
        }
        return LinearParameters(weight: weight, bias: try reader.stack(parts.map { ($0 + "bias", [rows]) }))
    }

    /// LayerScale (Touvron et al. 2021, CaiT, eq. 8): y ← γ·y per channel, folded into the linear layer before it.
    private mutating func fold(scale name: String?, into linear: LinearParameters) throws {
        guard let name, reader.has(name) else { return }
        let scale = try reader.buffer(name, [linear.bias.count])
        let inputs = linear.weight.count / max(linear.bias.count, 1)
        for output in 0..<linear.bias.count {
            linear.bias.pointer[output] *= scale.pointer[output]
            for input in 0..<inputs { linear.weight.pointer[output * inputs + input] *= scale.pointer[output] }
        }
        settings.assume("LayerScale", "folded into the layers before it", "the file has LayerScale's γ")
    }

    private mutating func head(_ configuration: inout ViTConfiguration) throws -> LinearParameters? {
        let width = configuration.width
        func has(_ name: String) -> Bool { file.tensors[place.prefix + name + ".weight"] != nil }
        if let (first, second) = names.distilledHeads, has(first), has(second) {
            guard configuration.pooling == .classToken, names.prefixTokens.prefix(2).allSatisfy(reader.has) else {
                throw ViTError(
                    "\(file.path): has the heads '\(first)' and '\(second)' of a distilled model, which read the tokens "
                        + "'\(names.prefixTokens[0])' and '\(names.prefixTokens[1])', but it lacks one or pools "
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
        guard let name = headLayer() else { return nil }
        let classes = try reader.demand(name + ".weight", after: place.prefix).shape.first ?? 0
        configuration.classCount = classes
        return try headParameters(name, classes: classes, width: width)
    }

    /// One layer that reads the class and the distillation token, side by side, and gives the mean of the two heads'
    /// logits, as DeiT does at inference (Touvron et al. 2021, section 4; timm's `VisionTransformerDistilled`).
    private func average(_ heads: [LinearParameters], classes: Int, width: Int) -> LinearParameters {
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

    /// Names of the unused tensors.
    ///
    /// - Throws: `ViTError` for one that belongs to the model's own parts: it would change what the model computes.
    private func unused() throws -> [String] {
        let ignored = file.tensors.keys.filter { !reader.used.contains($0) }.sorted()
        if let name = ignored.first(where: { ownName($0) != nil }) { throw noPlace(for: name) }
        return ignored
    }

    /// Refuses a model with features that a plain ViT does not have, before its shapes are found not to fit.
    ///
    /// - Throws: `ViTError` for a tensor of a known feature.
    private func refuseForeignFeatures() throws {
        let marked = file.tensors.keys.filter { ownName($0).flatMap(Self.foreignFeature) != nil }
        if let name = marked.min() { throw noPlace(for: name) }
    }

    /// A tensor's name without the model's prefix; nil outside the model's own parts.
    private func ownName(_ name: String) -> Substring? {
        guard name.hasPrefix(place.prefix), !IgnoredTensors.isNoParameter(name) else { return nil }
        let inner = name.hasPrefix(place.backbonePrefix) ? place.backbonePrefix : place.prefix
        let local = name.dropFirst(inner.count)
        return names.owned.contains { local.hasPrefix($0) } ? local : nil
    }

    private func noPlace(for name: String) -> ViTError {
        let feature = ownName(name).flatMap(Self.foreignFeature)
        return ViTError(
            "\(file.path): tensor '\(name)' does not belong in a plain Vision Transformer"
                + (feature.map { ": the model has \($0), which is not supported" } ?? "")
                + ". Use a plain ViT's checkpoint.")
    }

    private static func foreignFeature(_ name: Substring) -> String? {
        foreignFeatures.first { name.contains($0.mark) }?.name
    }

    /// Parts of tensor names that show features that a plain Vision Transformer does not have.
    private static let foreignFeatures: [(mark: String, name: String)] = [
        ("register_tokens", "register tokens under another name than timm's 'reg_token'"),
        ("storage_tokens", "register tokens under another name than timm's 'reg_token'"),
        ("detection_tokens", "detection tokens"), ("temporal_embed", "temporal embeddings"),
        ("time_embed", "temporal embeddings"), ("in_norm", "parallel attention and MLP"),
        ("attns.", "parallel attention layers"), ("ffns.", "parallel MLPs"), ("lambda_", "differential attention"),
        ("q_norm", "normalised queries and keys"), ("k_norm", "normalised queries and keys"),
        ("norm_pre", "a norm before the first block"), ("patch_embed.norm", "a norm after the patch projection"),
        ("w12", "a gated MLP (SwiGLU)"), ("fc1_g", "a gated MLP (SwiGLU)"), ("fc1_x", "a gated MLP (SwiGLU)"),
        ("rope", "rotary positions"), ("freqs", "rotary positions"), ("rel_pos", "relative positions"),
        ("relative_position", "relative positions"), ("attn_pool", "attention pooling"),
        ("mlp.norm", "a norm inside the MLP"),
        ("attn.norm", "a norm inside attention"), ("q_bias", "separate biases of queries and values"),
        ("v_bias", "separate biases of queries and values"), ("lora", "unmerged LoRA adapters"),
    ]
}

/// A number of bytes as messages show it, e.g. `32.4 GB`.
private func gigabytesText(_ bytes: Double) -> String { "\((bytes / 1e8).rounded() / 10) GB" }
