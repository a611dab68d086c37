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
    ///
    /// - Parameter headSize: the head size that the tensors show; nil if they do not.
    mutating func headCount(width: Int, headSize: Int?) throws -> Int {
        if let (heads, source) = settle("heads", \.headCount, { "\($0)" }) {
            guard heads > 0, width.isMultiple(of: heads) else {
                throw ViTError(
                    "\(path): \(heads) attention heads (\(source)) do not divide the width \(width). "
                        + "State a number of heads that does.")
            }
            return heads
        }
        if let headSize, headSize > 0, width.isMultiple(of: headSize) {
            assume("heads", "\(width / headSize)", "the number of rotary periods")
            return width / headSize
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

    /// The nonlinearity, ε and the normalisation of the image.
    mutating func preprocessing(_ configuration: inout ViTConfiguration, conventions: FamilyConventions) throws {
        let source = "convention: \(conventions.source)"
        // A gate is always SiLU in the published models; what files say then is the nonlinearity of the other MLP.
        if configuration.hasGatedMLP {
            configuration.activation = overrides.activation ?? .silu
            assume(
                "activation", configuration.activation.rawValue,
                overrides.activation == nil ? "the MLP is gated (SwiGLU)" : "given")
            guard configuration.activation.sigmoidGate != nil else {
                throw ViTError(
                    "\(path): the MLP is gated, and exact GELU as a gate is not supported. State another nonlinearity, or "
                        + "none (--activation).")
            }
        } else if let (activation, _) = settle("activation", \.activation, \.rawValue) {
            configuration.activation = activation
        } else {
            configuration.activation = conventions.activation
            assume("activation", conventions.activation.rawValue, source)
        }
        if let (epsilon, source) = settle("LayerNorm ε", \.layerNormEpsilon, { "\($0)" }) {
            guard epsilon.isFinite, epsilon >= 0 else {
                throw ViTError(
                    "\(path): LayerNorm's ε is \(epsilon) (\(source)); a small positive number is expected.")
            }
            configuration.layerNormEpsilon = epsilon
        } else {
            configuration.layerNormEpsilon = conventions.layerNormEpsilon
            assume("LayerNorm ε", "\(conventions.layerNormEpsilon)", source)
        }
        configuration.mean =
            try channels("mean", \.mean) { $0.isFinite } ?? convention("mean", conventions.mean, source)
        configuration.standardDeviation =
            try channels("std", \.standardDeviation) { $0.isFinite && $0 > 0 }
            ?? convention("std", conventions.standardDeviation, source)
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
    ///
    /// - Parameter headInputs: number of values that one row of the head's weight reads; nil without a head.
    mutating func pooling(
        reader: ParameterReader, hasClassToken: Bool, headInputs: Int?, width: Int
    ) throws -> (ViTConfiguration.Pooling, finalNorm: String) {
        let names = place.naming.names
        let pooledNorm = names.pooledNorm.flatMap { reader.has($0 + ".weight") ? $0 : nil }
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
                    + "InternViT, are not supported; use a complete checkpoint of another model.")
        }
        // SigLIP's classifiers read the patches' mean; their files may have the pooling's weights, too.
        if let pool = names.attentionPool, reader.has(pool.probe), headInputs == nil || place.naming == .timm {
            return (.attention, names.finalNorm)
        }
        if let hint = hints.first(where: \.poolsByAttention) {
            throw ViTError(
                "\(path): the model pools the patches by attention, but the weights have no "
                    + "'\(names.attentionPool?.probe ?? "attn_pool.latent")' (\(hint.source)). Use a complete checkpoint, or "
                    + "correct the configuration.")
        }
        // DINOv2's classifiers; DeiT's two heads are two matrices.
        if hasClassToken, headInputs == 2 * width { return (.classTokenAndPatchMean, names.finalNorm) }
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

    /// The grid of the stored positions, and how many of the prefix tokens have positions too.
    ///
    /// A stated size takes precedence over the guess that images are square, because rectangles may have as many
    /// positions: with a class token, n − 1 by n + 1 patches have n² positions, and 1 by 4 patches as many as 2 by 2.
    ///
    /// - Parameter covered: how many prefix tokens may have positions, the usual number first.
    mutating func nativeGrid(
        positions: Int, covered: [Int], _ configuration: ViTConfiguration
    ) throws -> (PatchGrid, covered: Int) {
        let patchSize = configuration.patchSize
        func match(_ grid: PatchGrid) -> Int? {
            let patches = product([grid.rows, grid.columns])
            return covered.first { patches == positions - $0 }
        }
        if let (size, source) = settle("image size", \.imageSize, { "\($0)" }) {
            let stated = try grid(size, patchSize, source)
            guard let covered = match(stated) else {
                throw ViTError(
                    "\(path): the image size \(size) (\(source)) makes \(stated) patches, but there are "
                        + "\(positions) position embeddings, \(covered[0]) of them for other tokens. Correct the "
                        + "stated size.")
            }
            return (stated, covered)
        }
        let pretraining = hints.first { $0.pretrainingSize != nil }
        let candidates = [(pretraining?.pretrainingSize, pretraining?.source ?? ""), (overrides.imageSize, "given")]
        for (size, source) in candidates {
            guard let size, let stated = Self.grid(size, patchSize), let covered = match(stated) else { continue }
            assume("image size", "\(size)", source)
            return (stated, covered)
        }
        let squares = covered.compactMap { prefix -> PatchGrid? in
            let patches = positions - prefix
            let side = Int(Double(max(patches, 0)).squareRoot().rounded())
            return side > 0 && side * side == patches ? PatchGrid(rows: side, columns: side) : nil
        }
        guard squares.count == 1, let square = squares.first, let matched = match(square) else {
            throw ViTError(
                "\(path): the image size is unknown: \(positions) position embeddings, \(covered[0]) of them for "
                    + "other tokens, do not make exactly one square grid. State the image size that the model was "
                    + "made for (--image-size HEIGHT,WIDTH, or model: {imageSize: [height, width]} in atlas.yml).")
        }
        assume(
            "image size", "\(ImageSize(height: square.rows * patchSize, width: square.columns * patchSize))",
            "the number of position embeddings of a square image")
        if matched != covered[0] {
            assume(
                "positions of the tokens before the patches", matched == 0 ? "none" : "\(matched)",
                "\(positions) position embeddings make a square grid with so many")
        }
        return (square, matched)
    }

    /// The grid of a model without learned positions: the stated image size, or the usual one of 14×14 patches.
    mutating func grid(withoutPositions configuration: ViTConfiguration) throws -> PatchGrid {
        if overrides.imageSize == nil {
            if let (size, source) = settle("image size", \.imageSize, { "\($0)" }) {
                return try grid(size, configuration.patchSize, source)
            }
            if let hint = hints.first(where: { $0.pretrainingSize != nil }), let size = hint.pretrainingSize {
                assume("image size", "\(size)", hint.source)
                return try grid(size, configuration.patchSize, hint.source)
            }
            let side = 14 * configuration.patchSize
            assume(
                "image size", "\(ImageSize(height: side, width: side))", "convention: 14×14 patches, as in pretraining")
        }
        return try targetGrid(PatchGrid(rows: 14, columns: 14), configuration)
    }

    /// The base of rotary positions' periods.
    mutating func ropeTheta(usual: Float) -> Float {
        if let (theta, _) = settle("base of the rotary positions", \.ropeTheta, { "\($0)" }) { return theta }
        assume("base of the rotary positions", "\(usual)", "convention: DINOv3's default")
        return usual
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
