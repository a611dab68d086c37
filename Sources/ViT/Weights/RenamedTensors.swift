// Names as the loader expects them: without the modules that a library wrapped around parts of a model, and with a
// model's blocks beside its other parts.

/// A weight file whose tensors have other names here; each tensor keeps the name that the file gives it.
struct RenamedTensors: WeightFile {
    let file: any WeightFile
    let tensors: [String: StoredTensor]

    var path: String { file.path }
    var format: String { file.format }
    var files: [MappedFile] { file.files }
    var metadata: [String: String] { file.metadata }

    /// Renames the tensors of a file; nil if no name changes, or if two tensors would have one name.
    init?(_ file: any WeightFile, _ rename: (String) -> String) {
        var tensors: [String: StoredTensor] = [:]
        var isChanged = false
        for (name, tensor) in file.tensors {
            let newName = rename(name)
            isChanged = isChanged || newName != name
            guard tensors.updateValue(tensor, forKey: newName) == nil else { return nil }
        }
        guard isChanged else { return nil }
        self.file = file
        self.tensors = tensors
    }
}

extension WeightFile {
    /// The file without the names that torch.compile, FSDP and activation checkpointing put between a model's own.
    var withoutWrappers: any WeightFile {
        let wrappers: Set<Substring> = ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]
        return RenamedTensors(self) { name in
            guard name.contains("_wrapped_module") || name.contains("_orig_mod") else { return name }
            return name.split(separator: ".", omittingEmptySubsequences: false).filter { !wrappers.contains($0) }
                .joined(separator: ".")
        } ?? self
    }

    /// The file with a model's blocks under the prefix of its other parts: transformers 5 saves those of ViT-MSN's
    /// classifier without `vit.`.
    func withBlocks(at place: ModelPlace) -> any WeightFile {
        let prefixes = place.naming.names.blockPrefixes
        func hasBlocks(_ prefix: String) -> Bool {
            tensors.keys.contains { name in prefixes.contains { name.hasPrefix(prefix + $0) } }
        }
        guard place.prefix != place.backbonePrefix, !hasBlocks(place.backbonePrefix), hasBlocks(place.prefix) else {
            return self
        }
        return RenamedTensors(self) { name in
            prefixes.contains { name.hasPrefix(place.prefix + $0) }
                ? place.backbonePrefix + name.dropFirst(place.prefix.count) : name
        } ?? self
    }
    /// The file with a model's blocks numbered through: Meta's DINOv2 trains them in chunks, whose numbers precede those
    /// of the blocks.
    func withoutChunks(at place: ModelPlace) -> any WeightFile {
        let prefix = place.backbonePrefix + "blocks."
        return RenamedTensors(self) { name in
            guard name.hasPrefix(prefix) else { return name }
            let parts = name.dropFirst(prefix.count).split(separator: ".", maxSplits: 1)
            guard parts.count == 2, Int(parts[0]) != nil, parts[1].first?.isNumber == true else { return name }
            return prefix + parts[1]
        } ?? self
    }
}
