// Settings that the tensors do not determine: heads, ε, normalisation, image size, pooling; from hints, then
// convention.

/// The settings of one checkpoint, read from each source in order, and the assumptions that remain.
struct CheckpointSettings {
    /// The weight file, as messages show it.
    let path: String
    private let place: ModelPlace
    let hints: [Hints]
    private let overrides: CheckpointOverrides
    /// The assumptions, in the order in which they were made.
    private(set) var assumptions: [Assumption] = []

    init(path: String, place: ModelPlace, hints: [Hints], overrides: CheckpointOverrides) {
        self.path = path
        self.place = place
        self.hints = hints
        self.overrides = overrides
    }

    /// Records an assumption, once.
    mutating func assume(_ name: String, _ value: String, _ source: String, leavesOut: Bool = false) {
        let assumption = Assumption(name: name, value: value, source: source, leavesOut: leavesOut)
        if !assumptions.contains(assumption) { assumptions.append(assumption) }
    }

    /// The value of the first hint that has one, recorded as an assumption.
    private mutating func settle<Value>(
        _ name: String, _ key: KeyPath<Hints, Value?>, _ text: (Value) -> String
    ) -> (value: Value, source: String)? {
        for hint in hints {
            if let value = hint[keyPath: key] {
                assume(name, text(value), hint.source)
                return (value, hint.source)
            }
        }
        return nil
    }

    /// The number of heads: stated, or from the published models' head size.
    mutating func headCount(width: Int) throws -> Int {
        if let (heads, source) = settle("heads", \.headCount, { "\($0)" }) {
            guard heads > 0, width.isMultiple(of: heads) else {
                throw ViTError(
                    "\(path): \(heads) attention heads (\(source)) do not divide the width \(width). "
                        + "State a number of heads that does.")
            }
            return heads
        }
        // ViT-H, g, G and so400m have 16 heads (Zhai et al. 2022, table 2; Alabdulmohsin et al. 2023).
        if [1152, 1280, 1408, 1664].contains(width) {
            assume("heads", "16", "convention: the published models of width \(width)")
            return 16
        }
        guard width.isMultiple(of: 64) else {
            throw ViTError(
                "\(path): the number of attention heads is unknown: the weights do not say it, and the width "
                    + "\(width) is not a multiple of the usual head size 64. State the number of heads (--heads N, or "
                    + "model: {heads: N} in atlas.yml).")
        }
        assume("heads", "\(width / 64)", "convention: 64 channels per head")
        return width / 64
    }

    /// The activation, ε and the normalisation of the image.
    mutating func preprocessing(_ configuration: inout ViTConfiguration, reader: ParameterReader) throws {
        if settle("activation", \.activation, { $0 }) == nil {
            assume("activation", "gelu", "convention: \(place.naming.rawValue)'s default")
        }
        if let (epsilon, source) = settle("LayerNorm ε", \.layerNormEpsilon, { "\($0)" }) {
            guard epsilon.isFinite, epsilon >= 0 else {
                throw ViTError(
                    "\(path): LayerNorm's ε is \(epsilon) (\(source)); a small positive number is expected.")
            }
            configuration.layerNormEpsilon = epsilon
        } else {
            configuration.layerNormEpsilon = place.naming == .huggingFace ? 1e-12 : 1e-6
            assume(
                "LayerNorm ε", "\(configuration.layerNormEpsilon)", "convention: \(place.naming.rawValue)'s default")
        }
        // torchvision's ViTs and DeiT's are trained with ImageNet's statistics, the other ViTs of timm and of Hugging
        // Face with the halves that their default configurations have.
        let isDeiT = reader.has("dist_token") || reader.has("embeddings.distillation_token")
        let usesHalves = place.naming != .torchvision && !isDeiT && !place.backbonePrefix.hasSuffix("deit.")
        let source =
            "convention: \(usesHalves ? place.naming.rawValue : isDeiT ? "DeiT" : place.naming.rawValue)'s default"
        let halves: [Float] = [0.5, 0.5, 0.5]
        configuration.mean =
            try channels("mean", \.mean) { $0.isFinite }
            ?? convention("mean", usesHalves ? halves : ViTConfiguration.imageNetMean, source)
        configuration.standardDeviation =
            try channels("std", \.standardDeviation) { $0.isFinite && $0 > 0 }
            ?? convention("std", usesHalves ? halves : ViTConfiguration.imageNetStandardDeviation, source)
    }

    private mutating func convention(_ name: String, _ values: [Float], _ source: String) -> [Float] {
        assume(name, numbersText(values), source)
        return values
    }

    private mutating func channels(
        _ name: String, _ key: KeyPath<Hints, [Float]?>, isValid: (Float) -> Bool
    ) throws -> [Float]? {
        guard let (values, source) = settle(name, key, numbersText) else { return nil }
        guard values.count == 3, values.allSatisfy(isValid) else {
            throw ViTError(
                "\(path): \(name) is \(numbersText(values)) (\(source)); three finite numbers are expected, one "
                    + "per channel\(name == "std" ? ", each above 0" : ""), for images in 0…1.")
        }
        return values
    }

    /// What the head reads, and the name of the final norm.
    mutating func pooling(
        reader: ParameterReader, hasClassToken: Bool
    ) throws -> (ViTConfiguration.Pooling, finalNorm: String) {
        let names = place.naming.names
        let pooledNorm = names.pooledNorm.flatMap { reader.has($0 + ".weight") ? $0 : nil }
        // Only timm makes models without a class token.
        if place.naming != .timm { _ = try reader.demand(names.prefixTokens[0]) }
        let stated = settle("pooling", \.poolsPatches) { $0 ? "mean of the patches" : "class token" }
        if let stated, !stated.value, !hasClassToken {
            throw ViTError(
                "\(path): the head reads the class token (\(stated.source)), but the weights have none. "
                    + "Correct the configuration.")
        }
        if pooledNorm == nil, place.naming == .timm, !reader.has(names.finalNorm + ".weight") {
            throw ViTError(
                "\(path): has no final LayerNorm ('\(place.backbonePrefix)\(names.finalNorm).weight' or "
                    + "'\(place.backbonePrefix)\(names.pooledNorm ?? "").weight'). Models without one, such as RADIO and "
                    + "InternViT, are not supported; use a complete checkpoint of a plain Vision Transformer.")
        }
        let poolsPatches = stated?.value ?? (pooledNorm != nil || !hasClassToken)
        if stated == nil, names.pooledNorm != nil {
            let reason = pooledNorm != nil ? "a norm after pooling" : hasClassToken ? "a class token" : "no class token"
            assume("pooling", poolsPatches ? "mean of the patches" : "class token", "the file has \(reason)")
        }
        guard poolsPatches else { return (.classToken, pooledNorm ?? names.finalNorm) }
        return pooledNorm.map { (.patchMeanThenNorm, $0) } ?? (.patchMean, names.finalNorm)
    }

    /// The patches of an image; nil where they do not tile it.
    private static func grid(_ size: ImageSize, _ patchSize: Int) -> PatchGrid? {
        guard size.height > 0, size.width > 0, size.height.isMultiple(of: patchSize),
            size.width.isMultiple(of: patchSize)
        else { return nil }
        return PatchGrid(rows: size.height / patchSize, columns: size.width / patchSize)
    }

    private func grid(_ size: ImageSize, _ patchSize: Int, _ source: String) throws -> PatchGrid {
        guard let grid = Self.grid(size, patchSize) else {
            throw ViTError(
                "\(path): the image size \(size) (\(source)) is not a multiple of the patch size \(patchSize). "
                    + "State a size whose sides are multiples of it.")
        }
        return grid
    }

    /// The grid of the stored positions, and whether the prefix tokens have positions too.
    ///
    /// A stated size takes precedence over the guess that images are square, because rectangles may have as many
    /// positions: with a class token, n − 1 by n + 1 patches have n² positions, and 1 by 4 patches as many as 2 by 2.
    mutating func nativeGrid(
        positions: Int, _ configuration: ViTConfiguration
    ) throws -> (PatchGrid, coversPrefix: Bool) {
        let prefixCount = configuration.prefixTokenCount
        let patchSize = configuration.patchSize
        // Only timm has models whose prefix tokens have no positions (`no_embed_class`).
        let maySkipPrefix = place.naming == .timm && prefixCount > 0
        func matches(_ grid: PatchGrid) -> Bool? {
            let patches = product([grid.rows, grid.columns])
            return patches == positions - prefixCount ? true : maySkipPrefix && patches == positions ? false : nil
        }
        if let (size, source) = settle("image size", \.imageSize, { "\($0)" }) {
            let stated = try grid(size, patchSize, source)
            guard let coversPrefix = matches(stated) else {
                throw ViTError(
                    "\(path): the image size \(size) (\(source)) makes \(stated) patches, but there are "
                        + "\(positions) position embeddings, \(prefixCount) of them for other tokens. Correct the "
                        + "stated size.")
            }
            return (stated, coversPrefix)
        }
        let pretraining = hints.first { $0.pretrainingSize != nil }
        let candidates = [(pretraining?.pretrainingSize, pretraining?.source ?? ""), (overrides.imageSize, "given")]
        for (size, source) in candidates {
            guard let size, let stated = Self.grid(size, patchSize), let coversPrefix = matches(stated) else {
                continue
            }
            assume("image size", "\(size)", source)
            return (stated, coversPrefix)
        }
        let squares = [positions - prefixCount, maySkipPrefix ? positions : 0].compactMap { patches -> PatchGrid? in
            let side = Int(Double(max(patches, 0)).squareRoot().rounded())
            return side > 0 && side * side == patches ? PatchGrid(rows: side, columns: side) : nil
        }
        guard squares.count == 1, let square = squares.first, let coversPrefix = matches(square) else {
            throw ViTError(
                "\(path): the image size is unknown: \(positions) position embeddings, \(prefixCount) of them for "
                    + "other tokens, do not make exactly one square grid. State the image size that the model was "
                    + "made for (--image-size HEIGHT,WIDTH, or model: {imageSize: [height, width]} in atlas.yml).")
        }
        assume(
            "image size", "\(ImageSize(height: square.rows * patchSize, width: square.columns * patchSize))",
            "the number of position embeddings of a square image")
        if !coversPrefix {
            assume(
                "positions of the tokens before the patches", "none",
                "\(positions) position embeddings make a square grid without them")
        }
        return (square, coversPrefix)
    }

    /// The grid of the image size to run at.
    mutating func targetGrid(_ native: PatchGrid, _ configuration: ViTConfiguration) throws -> PatchGrid {
        guard let size = overrides.imageSize else { return native }
        let target = try grid(size, configuration.patchSize, "given")
        if target != native { assume("image size to run at", "\(size)", "given") }
        return target
    }
}

/// Patches along the height and the width.
struct PatchGrid: Equatable, CustomStringConvertible {
    let rows: Int
    let columns: Int
    var description: String { "\(rows)×\(columns)" }
}

/// Numbers as messages show them, e.g. `0.5, 0.5, 0.5`.
func numbersText(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
