// The files that a request for directions names: the weights, and the configuration beside them.

import Foundation

/// An open file of directions.
struct DirectionSource {
    /// The path of the weights, for messages.
    var path: String { file.path }
    let file: any WeightFile
    /// The configuration that a library writes beside the weights or into them.
    let configuration: (origin: Origin, value: ConfigurationValue)?
    /// Whether the tensors' names say which of a file's values are read; NPY files have one array each.
    let namesTensors: Bool

    /// Where a configuration was found.
    enum Origin: Equatable {
        /// A file: its path.
        case file(String)
        /// The dict that torch.save wrote, under `cfg`.
        case checkpoint
        /// The line before a checkpoint of saev's.
        case saevHeader
    }

    /// SAELens's configuration, and the weights beside it.
    static let saeLensName = "cfg.json"
    static let saeLensWeights = "sae_weights.safetensors"
    /// The weights of ViT-Prisma on the Hugging Face hub.
    private static let prismaWeights = "weights.pt"

    /// Opens what a request names; the first bytes show the format.
    ///
    /// - Throws: `ViTError` for a file that cannot be read or is damaged.
    init(_ request: DirectionRequest) throws {
        let path = try Self.filePath(request)
        let folder = URL(filePath: path).deletingLastPathComponent()
        let first = try path.hasSuffix(".index.json") ? nil : MappedFile(path: path)
        if let first, NPYFile.matches(first) {
            file = try NPYFiles(first, request, folder: folder)
            configuration = nil
            namesTensors = false
            return
        }
        namesTensors = true
        if let first, let saev = try SaevFile(first) {
            file = saev.checkpoint
            configuration = (.saevHeader, saev.header)
            return
        }
        file = try ModelSource.open(path).withoutWrappers
        if let first, TorchCheckpoint.matches(first),
            let value = try TorchCheckpoint.configuration(under: "cfg", in: first), case .table = value
        {
            configuration = (.checkpoint, value)
            return
        }
        let beside = [Self.saeLensName, ModelSource.configurationName].map {
            folder.appending(path: $0).path(percentEncoded: false)
        }
        configuration = try beside.first(where: FileManager.default.fileExists).map {
            (.file($0), try readJSON(ConfigurationValue.self, at: $0))
        }
    }

    private static func filePath(_ request: DirectionRequest) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: request.path, isDirectory: &isFolder), isFolder.boolValue else {
            return request.path
        }
        let folder = URL(filePath: request.path)
        if let weight = request.weight, weight.hasSuffix(".npy") {
            return folder.appending(path: weight).path(percentEncoded: false)
        }
        return try ModelSource.weightPath(
            in: folder, path: request.path, usualNames: [saeLensWeights, "model.safetensors", prismaWeights])
    }

    /// The files that hold the tensors, in a fixed order.
    var weightFiles: [String] { file.files.map(\.path) }

    /// Every file that was read.
    var files: [String] {
        var files = weightFiles
        if file.path != files.first { files.insert(file.path, at: 0) }
        if case .file(let path)? = configuration?.origin { files.append(path) }
        return files
    }
}
