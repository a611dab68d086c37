// Loads a model from a path.

extension Checkpoint {
    /// Reads the model at `path`: a safetensors file or the index of its shards, a PyTorch checkpoint, or a folder in
    /// Hugging Face's layout.
    ///
    /// What the tensors do not say comes from `overrides`, then from `config.json` and `preprocessor_config.json` beside
    /// the weights, then from the file's metadata, then from the naming's convention; `assumptions` says which.
    ///
    /// - Throws: `ViTError` for a file that is damaged, holds no supported Vision Transformer, or lacks a setting that the
    ///   user must state.
    public static func load(path: String, overrides: CheckpointOverrides = .init()) throws -> Checkpoint {
        let source = try ModelSource(path: path)
        let whole = source.file.withoutWrappers
        let place = try ModelPlace(in: whole, stateDict: overrides.stateDict)
        let file = whole.withBlocks(at: place).withoutChunks(at: place)
        var hints = [Hints(overrides)]
        if let path = source.beside(ModelSource.configurationName) { hints.append(try Hints(modelConfiguration: path)) }
        if let path = source.beside(ModelSource.openCLIPName) { hints.append(try Hints(openCLIP: path)) }
        if let path = source.beside(ModelSource.preprocessorName) { hints.append(try Hints(preprocessor: path)) }
        hints.append(try Hints(metadataOf: source.file))
        var loader = CheckpointLoader(file: file, place: place, hints: hints, overrides: overrides)
        return try loader.load(source, path: path)
    }
}
