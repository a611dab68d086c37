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
        if let other = OtherModel.of(file, after: place.backbonePrefix) {
            throw other.model.error(file.path, tensor: other.tensor)
        }
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
        // In OpenCLIP's towers, timm's head is the projection if no other follows.
        if let head, towerPrefix != nil || (family == .clip && head.bias.array.allSatisfy({ $0 == 0 })) {
            configuration.output = .projection
        }
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
                    + "block are expected. Use a complete checkpoint.")
        }
        return last + 1
    }

    private mutating func prefixTokens(width: Int) throws -> FloatBuffer {
        // Only timm, SigLIP and I-JEPA have models without a class token.
        if ![.timm, .huggingFaceCLIP, .huggingFace].contains(place.naming) {
            _ = try reader.demand(names.prefixTokens[0][0])
        }
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

    /// Names of the unused tensors.
    ///
    /// - Throws: `ViTError` for one that belongs to the model's own parts: it would change what the model computes.
    private func unused() throws -> [String] {
        let ignored = file.tensors.keys.filter { !reader.used.contains($0) }.sorted()
        if let name = ignored.first(where: { ownName($0) != nil }) { throw noPlace(for: name) }
        return ignored
    }

    /// Refuses a model with features that no supported model has, before its shapes are found not to fit.
    ///
    /// - Throws: `ViTError` for a tensor of a known feature.
    private func refuseForeignFeatures(_ family: Family) throws {
        let marked = file.tensors.keys.filter { name in
            guard let own = ownName(name), !family.acceptedMarks.contains(where: own.contains) else { return false }
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
            "\(file.path): tensor '\(name)' does not belong in a supported Vision Transformer"
                + (feature.map { ": the model has \($0), which is not supported" } ?? "")
                + ". Use a checkpoint of another model.")
    }

    private static func foreignFeature(_ name: Substring) -> String? {
        foreignFeatures.first { name.contains($0.mark) }?.name
    }

    /// Parts of tensor names that show features that no supported model has.
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
