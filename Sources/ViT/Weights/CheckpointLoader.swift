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
        let family = Family(of: reader)
        try refuseForeignFeatures(family)
        let (width, patchSize) = try patchDimensions()
        let blockPrefix =
            names.blockPrefixes.first { prefix in
                names.ln1.contains { reader.has("\(prefix)0.\($0).weight") }
            } ?? names.blockPrefixes[0]
        let blockCount = try countBlocks(blockPrefix)
        let mlp = try mlpShape(blockPrefix + "0.")
        let prefix = try prefixTokens(width: width)
        let headLayer = headLayer()
        let headInputs = headLayer.flatMap { file.tensors["\(place.prefix)\($0).weight"]?.shape.last }
        let (pooling, normName) = try settings.pooling(
            reader: reader, hasClassToken: hasClassToken, headInputs: headInputs, width: width)

        var configuration = ViTConfiguration(
            imageHeight: 0, imageWidth: 0, patchSize: patchSize, blockCount: blockCount,
            headCount: try settings.headCount(
                width: width, headSize: file.tensors[place.backbonePrefix + "rope_embed.periods"].map { 4 * $0.count }),
            width: width, mlpWidth: mlp.width, classCount: 0,
            prefixTokenCount: prefix.count / width, hasClassToken: hasClassToken, pooling: pooling)
        configuration.hasGatedMLP = mlp.isGated
        configuration.hasLayerScale = layerScale(blockPrefix + "0.") != nil
        try settings.demandAgreement(configuration)
        let conventions = FamilyConventions(family, of: reader)
        try settings.preprocessing(&configuration, conventions: conventions)
        let positions = try positionEmbedding(&configuration, family, by: conventions.interpolation)
        let rotary = family == .dinov3 ? try rotaryPositions(&configuration) : nil
        let inputNorm = try inputNorm(&configuration)
        let patchShape = [width, 3, patchSize, patchSize]
        let patchProjection =
            family == .clip
            ? try reader.linearWithOptionalBias(names.patchProjection, patchShape)
            : try reader.linear(names.patchProjection, patchShape)
        var blocks: [BlockParameters] = []
        for index in 0..<blockCount {
            blocks.append(try block("\(blockPrefix)\(index).", configuration))
        }
        let finalNorm = try reader.layerNorm(normName, channels: width)
        let attentionPool = try attentionPool(configuration)
        let head = try head(headLayer, &configuration)
        // timm's converted projections have biases of 0; the heads of models that were fine-tuned on classes have not.
        if family == .clip, let head, head.bias.array.allSatisfy({ $0 == 0 }) { configuration.output = .projection }
        let labels = try labels(
            source, classCount: configuration.output == .classes ? configuration.classCount : 0)
        let ignored = IgnoredTensors(names: try unused(), place: place)
        return Checkpoint(
            path: path, weightPaths: file.files.map(\.path),
            files: source.files + [overrides.labelsPath].compactMap { $0 }, format: file.format, naming: place.naming,
            elementTypes: reader.types.sorted(), configuration: configuration,
            parameters: ViTParameters(
                patchProjection: patchProjection, prefixTokens: prefix, positionEmbedding: positions, rotary: rotary,
                inputNorm: inputNorm, blocks: blocks, finalNorm: finalNorm, attentionPool: attentionPool, head: head),
            preparation: try PicturePreparation(
                of: ImageSize(height: configuration.imageHeight, width: configuration.imageWidth), native: nativeSize,
                naming: place.naming, family: family, processor: source.beside(ModelSource.preprocessorName),
                configuration: source.beside(ModelSource.configurationName),
                openCLIP: source.beside(ModelSource.openCLIPName)),
            labels: labels, assumptions: settings.assumptions,
            ignoredTensors: ignored.names.compactMap { file.tensors[$0]?.name.escapingControlCharacters }.sorted(),
            ignoredKinds: ignored.summary, stateDict: place.choice == nil ? nil : place.key)
    }

    /// Whether the first prefix token is a class token.
    var hasClassToken: Bool { names.prefixTokens[0].contains(where: reader.has) }

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
        // Only timm and SigLIP make models without a class token.
        if place.naming != .timm, place.naming != .huggingFaceCLIP { _ = try reader.demand(names.prefixTokens[0][0]) }
        var parts: [(name: String, shape: [Int])] = []
        for name in names.prefixTokens.compactMap({ $0.first(where: reader.has) }) {
            let count = try reader.demand(name).shape.dropLast().last ?? 1
            parts.append((name, count == 1 ? [width] : [count, width]))
        }
        return try reader.stack(parts)
    }

    private mutating func inputNorm(_ configuration: inout ViTConfiguration) throws -> LayerNormParameters? {
        guard let name = names.inputNorm, reader.has(name + ".weight") else { return nil }
        configuration.hasInputNorm = true
        return try reader.layerNorm(name, channels: configuration.width)
    }

    /// How many of the tokens before the patches may have positions, the usual number first.
    private func coveredPrefixes(_ configuration: ViTConfiguration, _ family: Family) -> [Int] {
        let count = configuration.prefixTokenCount
        // In Meta's DINOv2 and in Hugging Face's, the class token has, and registers have not.
        if family == .dinov2 { return [1] }
        // timm has models whose prefix tokens have no positions (`no_embed_class`).
        return place.naming == .timm && count > 0 ? [count, 0] : [count]
    }

    /// The position embeddings at the image size to run at, (tokens, C); settles the image size.
    private mutating func positionEmbedding(
        _ configuration: inout ViTConfiguration, _ family: Family, by interpolation: PositionInterpolation
    ) throws -> FloatBuffer {
        let width = configuration.width
        guard family != .dinov3, let name = names.positionEmbedding else {
            let grid = try settings.grid(withoutPositions: configuration)
            configuration.imageHeight = grid.rows * configuration.patchSize
            configuration.imageWidth = grid.columns * configuration.patchSize
            try demandMemory(configuration)
            return FloatBuffer(count: configuration.tokenCount * width)
        }
        let shape = try reader.demand(name).shape
        let count = shape.dropLast().last ?? 0
        let tensor = try reader.take(name, [count, width])
        let (native, covered) = try settings.nativeGrid(
            positions: count, covered: coveredPrefixes(configuration, family), configuration)
        nativeSize = ImageSize(
            height: native.rows * configuration.patchSize, width: native.columns * configuration.patchSize)
        let target = try settings.targetGrid(native, configuration)
        configuration.imageHeight = target.rows * configuration.patchSize
        configuration.imageWidth = target.columns * configuration.patchSize
        try demandMemory(configuration)

        let stored = try tensor.values()
        if native == target, covered == configuration.prefixTokenCount { return stored }
        // Prefix tokens without positions of their own have zeros.
        let positions = FloatBuffer(count: configuration.tokenCount * width)
        let patches = positions.pointer + configuration.prefixTokenCount * width
        withExtendedLifetime(stored) {
            positions.pointer.update(from: stored.pointer, count: covered * width)
            let source = stored.pointer + covered * width
            if native == target {
                patches.update(from: source, count: configuration.patchCount * width)
            } else {
                interpolatePositions(
                    source, rows: native.rows, columns: native.columns, channels: width, into: patches,
                    rows: target.rows, columns: target.columns, by: interpolation)
            }
        }
        if native != target {
            configuration.positionInterpolation = interpolation
            settings.assume(
                "position embeddings", "interpolated from \(native) to \(target) patches", interpolation.description)
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
                + "atlas.yml), or use a model with fewer tokens.")
    }

    /// The MLP's hidden width, and whether it is gated, from the first block.
    private func mlpShape(_ prefix: String) throws -> (width: Int, isGated: Bool) {
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
    private func gatedMLP0(_ prefix: String) -> [String]? {
        names.gatedMLP0.first { parts in parts.allSatisfy { reader.has(prefix + $0 + ".weight") } }
    }

    /// The names of LayerScale's γ in a block; nil if it has none.
    private func layerScale(_ prefix: String) -> (attention: String, mlp: String)? {
        names.layerScales.first { reader.has(prefix + $0.attention) }
    }

    private mutating func block(_ prefix: String, _ configuration: ViTConfiguration) throws -> BlockParameters {
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

    private mutating func mlp0(_ prefix: String, _ configuration: ViTConfiguration) throws -> LinearParameters {
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
    private mutating func attentionInput(_ alternatives: [[String]], _ width: Int) throws -> LinearParameters {
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

    private mutating func attentionPool(_ configuration: ViTConfiguration) throws -> AttentionPoolParameters? {
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

    /// - Parameter layer: the name of the head's only layer; nil if there is none.
    private mutating func head(
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
        if configuration.pooling == .attention {
            configuration.classCount = width
            configuration.output = .pooled
        }
        return nil
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
    private func refuseForeignFeatures(_ family: Family) throws {
        let marked = file.tensors.keys.filter { name in
            guard let own = ownName(name), !family.ownMarks.contains(where: own.contains) else { return false }
            return Self.foreignFeature(own) != nil
        }
        if let name = marked.min() { throw noPlace(for: name) }
    }

    /// A tensor's name without the backbone's prefix; nil outside the backbone's own parts.
    private func ownName(_ name: String) -> Substring? {
        guard name.hasPrefix(place.backbonePrefix), !IgnoredTensors.isNoParameter(name) else { return nil }
        let local = name.dropFirst(place.backbonePrefix.count)
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
        ("storage_tokens", "register tokens of another model than DINOv3"),
        ("detection_tokens", "detection tokens"), ("temporal_embed", "temporal embeddings"),
        ("time_embed", "temporal embeddings"), ("in_norm", "parallel attention and MLP"),
        ("attns.", "parallel attention layers"), ("ffns.", "parallel MLPs"), ("lambda_", "differential attention"),
        ("q_norm", "normalised queries and keys"), ("k_norm", "normalised queries and keys"),
        ("patch_embed.norm", "a norm after the patch projection"),
        ("rope", "rotary positions"), ("freqs", "rotary positions"), ("rel_pos", "relative positions"),
        ("relative_position", "relative positions"), ("attn_pool.norm_", "another attention pooling than SigLIP's"),
        ("mlp.norm", "a norm inside the MLP"),
        ("attn.norm", "a norm inside attention"), ("q_bias", "separate biases of queries and values"),
        ("v_bias", "separate biases of queries and values"), ("lora", "unmerged LoRA adapters"),
    ]
}

/// A number of bytes as messages show it, e.g. `32.4 GB`.
private func gigabytesText(_ bytes: Double) -> String { "\((bytes / 1e8).rounded() / 10) GB" }
