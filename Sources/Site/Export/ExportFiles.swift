// Writes the files of an export into one folder, and keeps their digests for the manifest.

import Foundation
import Support

/// The files of one export, written from several threads.
///
/// Unchecked Sendable: the list is read and written under the lock.
final class ExportFiles: @unchecked Sendable {
    /// A file as the manifest lists it.
    struct File: Encodable, Sendable {
        /// Relative to the manifest.
        let path: String
        let bytes: Int
        let sha256: String
    }

    private let folder: String
    private let lock = NSLock()
    private var paths: Set<String> = []
    private var files: [String: File] = [:]

    /// - Parameter folder: exists; nothing is written outside it.
    init(folder: String) { self.folder = folder }

    /// The files so far, ordered by path.
    var all: [File] { lock.withLock { files.values.sorted { $0.path < $1.path } } }

    /// Writes a file at a path relative to the export's folder.
    func write(_ content: [UInt8], to path: String) throws {
        let file = try newPath(path)
        try FileSystem.writeFile(content, to: file)
        note(File(path: path, bytes: content.count, sha256: Digest.hexadecimal(content)))
    }

    /// Writes a value as JSON with sorted keys.
    func write(json value: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try write(Array(try encoder.encode(value)) + [UInt8(ascii: "\n")], to: path)
    }

    /// Has `body` write a file that is too large for memory.
    func write(to path: String, by body: (_ file: String) throws -> Void) throws {
        let file = try newPath(path)
        try body(file)
        guard let size = FileSystem.version(of: file)?.bytes else {
            throw AtlasError(.io, "\(file): the file disappeared while it was being written; run the command again")
        }
        note(File(path: path, bytes: size, sha256: try Digest.hexadecimal(ofFile: file)))
    }

    /// Claims the path of a new file, whose folder then exists.
    private func newPath(_ path: String) throws -> String {
        guard lock.withLock({ paths.insert(path).inserted }) else {
            throw AtlasError(.data, "\(path): the export would write this file twice, because two runs have its name")
        }
        let file = "\(folder)/\(path)"
        try FileSystem.createFolder(FileSystem.parent(of: file), durably: false)
        return file
    }

    private func note(_ file: File) { lock.withLock { files[file.path] = file } }
}
