// The files of saev (OSU-NLP-Group/saev, nn/modeling.py, `dump`): a line of JSON, then what torch.save writes.

import Foundation

/// A sparse autoencoder as saev saves it.
struct SaevFile {
    /// The line before the checkpoint.
    let header: ConfigurationValue
    let checkpoint: TorchCheckpoint

    /// Opens a file; nil if it does not begin like one of saev's.
    ///
    /// - Throws: `ViTError` for a file that is damaged.
    init?(_ file: MappedFile) throws {
        guard file[0] == UInt8(ascii: "{"),
            let end = (0..<min(file.count, maximumJSONLength)).first(where: { file[$0] == UInt8(ascii: "\n") }),
            end + 1 < file.count
        else { return nil }
        let archive = MappedFile(file, from: end + 1)
        guard TorchCheckpoint.matches(archive) else { return nil }
        do {
            header = try JSONDecoder().decode(ConfigurationValue.self, from: file.copy(0..<end))
        } catch {
            throw ViTError(
                "\(file.path): the JSON in the first line cannot be read: \(jsonProblem(error)). The file is damaged; "
                    + "download it again.")
        }
        checkpoint = try TorchCheckpoint(archive)
    }
}
