// A model in several safetensors files: an index, model.safetensors.index.json, says which file has which tensor.

import Foundation

/// The files that a `*.safetensors.index.json` names, read as one.
public struct ShardedSafetensors: WeightFile {
    /// The index's path.
    public let path: String
    /// The format's name.
    public var format: String { "safetensors in \(files.count) shards" }
    /// The shards, sorted by name.
    public let files: [MappedFile]
    /// The index's own metadata says nothing about the architecture.
    public var metadata: [String: String] { [:] }
    /// All tensors by name.
    public let tensors: [String: StoredTensor]

    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    /// Opens the index at `path` and the files beside it that it names.
    ///
    /// - Throws: `ViTError` for an index that cannot be read, a shard that is missing or damaged, and a tensor that is
    ///   not where the index says.
    public init(path: String) throws {
        self.path = path
        let index = try readJSON(Index.self, at: path)
        let folder = URL(filePath: path).deletingLastPathComponent()
        var shards: [String: Safetensors] = [:]
        for name in Set(index.weight_map.values).sorted() {
            guard !name.isEmpty, !name.contains("/"), name != "..", name != "." else {
                throw ViTError("\(path): names the file '\(name)'; only files beside the index are read.")
            }
            shards[name] = try Safetensors(path: folder.appending(path: name).path(percentEncoded: false))
        }
        var tensors: [String: StoredTensor] = [:]
        for (name, shard) in index.weight_map {
            guard let tensor = shards[shard]?.tensors[name] else {
                throw ViTError(
                    "\(path): says that '\(shard)' has the tensor '\(name)', but it does not. "
                        + "Download the files again, all from one revision.")
            }
            tensors[name] = tensor
        }
        self.tensors = tensors
        files = shards.sorted { $0.key < $1.key }.flatMap(\.value.files)
    }
}
