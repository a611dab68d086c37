// What a path means: a weight file of one of the formats, or a folder in Hugging Face's layout.

import Foundation

/// An open weight file and the folder of its configuration files.
struct ModelSource {
    let file: any WeightFile
    let folder: URL

    /// Opens the weights at `path`, a file or a folder.
    ///
    /// - Throws: `ViTError` if no weights can be read there.
    init(path: String) throws {
        var isFolder: ObjCBool = false
        let url = URL(filePath: path)
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            folder = url
            file = try Self.open(try Self.weightPath(in: url, path: path))
        } else {
            folder = url.deletingLastPathComponent()
            file = try Self.open(path)
        }
    }

    /// The weights' files, and the files that may belong to them by their names.
    var files: [String] {
        [file.path] + file.files.map(\.path)
            + [Self.configurationName, Self.openCLIPName, Self.preprocessorName, labelsName].compactMap(beside)
    }

    /// transformers' and timm's file about the architecture.
    static let configurationName = "config.json"
    /// OpenCLIP's file about the architecture and the pictures.
    static let openCLIPName = "open_clip_config.json"
    /// transformers' file about the pictures.
    static let preprocessorName = "preprocessor_config.json"
    /// The name of a file of labels for these weights.
    var labelsName: String { URL(filePath: file.path).deletingPathExtension().lastPathComponent + ".labels.txt" }

    /// Path of a file beside the weights, or nil if there is none.
    func beside(_ name: String) -> String? {
        let path = folder.appending(path: name).path(percentEncoded: false)
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// Opens one file; its first bytes show its format.
    static func open(_ path: String) throws -> any WeightFile {
        if path.hasSuffix(".index.json") {
            guard path.hasSuffix(".safetensors.index.json") else {
                throw ViTError(
                    "\(path): indexes shards that are not safetensors files. Save the model as safetensors: "
                        + "model.save_pretrained(folder, safe_serialization=True).")
            }
            return try ShardedSafetensors(path: path)
        }
        let file = try MappedFile(path: path)
        if TorchCheckpoint.matches(file) { return try TorchCheckpoint(file) }
        // Before the bare pickle, whose only mark is the byte 0x80: a header length may begin with it too.
        if Safetensors.matches(file) { return try Safetensors(file) }
        if TorchCheckpoint.matchesLegacy(file) { throw TorchCheckpoint.legacyError(file) }
        if file.starts(with: "version https://git-lfs".utf8) {
            throw ViTError("\(path): is a Git LFS pointer, not the weights. Fetch them with 'git lfs pull'.")
        }
        if path.hasSuffix(".safetensors") { return try Safetensors(file) }
        let start = file.copy(0..<min(4, file.count)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        throw ViTError(
            "\(path): is neither a safetensors file nor a PyTorch checkpoint (it begins with the bytes "
                + "\(start.joined(separator: " "))). Name a .safetensors, .pth, .pt, .bin or .ckpt file.")
    }

    /// The names that model libraries give a folder's weights.
    private static let usualNames = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "open_clip_model.safetensors",
        "open_clip_pytorch_model.bin",
    ]

    /// The weights in a folder: the file with a usual name, or otherwise the only weight file.
    static func weightPath(in folder: URL, path: String, usualNames usual: [String] = usualNames) throws -> String {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw ViTError("\(path): the folder cannot be read: \(error.localizedDescription).")
        }
        let suffixes = [".safetensors", ".safetensors.index.json", ".pth", ".pth.tar", ".pt", ".bin", ".ckpt"]
        let weights = names.filter { name in suffixes.contains { name.hasSuffix($0) } }
        if let name = usual.first(where: names.contains) ?? (weights.count == 1 ? weights[0] : nil) {
            return folder.appending(path: name).path(percentEncoded: false)
        }
        if let index = names.first(where: { $0.hasSuffix(".bin.index.json") }) {
            throw ViTError(
                "\(path): the model is in several .bin files, listed in \(index); shards can be read only as "
                    + "safetensors. Save it again: model.save_pretrained(folder, safe_serialization=True).")
        }
        throw ViTError(
            weights.isEmpty
                ? "\(path): the folder has no weights; expected \(usual.joined(separator: ", ")) or one file "
                    + "\(suffixes.joined(separator: ", "))."
                : "\(path): has several weight files: \(weights.joined(separator: ", ")). Name one of them.")
    }
}
