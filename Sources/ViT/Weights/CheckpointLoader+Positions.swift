// The position embeddings, at the image size that the model runs at.

extension CheckpointLoader {
    /// How many of the tokens before the patches may have positions, the usual number first.
    func coveredPrefixes(_ configuration: ViTConfiguration, _ family: Family) -> [Int] {
        let count = configuration.prefixTokenCount
        // In Meta's DINOv2 and in Hugging Face's, the class token has, and registers have not.
        if family == .dinov2 { return [1] }
        // timm has models whose prefix tokens have no positions (`no_embed_class`).
        return place.naming == .timm && count > 0 ? [count, 0] : [count]
    }

    /// The position embeddings at the image size to run at, (tokens, C); settles the image size.
    mutating func positionEmbedding(
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
}

/// A number of bytes as messages show it, e.g. `32.4 GB`.
private func gigabytesText(_ bytes: Double) -> String { "\((bytes / 1e8).rounded() / 10) GB" }
