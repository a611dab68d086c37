// Files beside the runs that can be computed again, with a checksum that is verified on reading.

import Foundation
import Support

extension Store {
    /// The content of a sealed file.
    ///
    /// - Parameter name: its path in the store's folder.
    /// - Returns: nil if it does not exist, or was damaged and is now set aside.
    package func sealed(_ name: String) throws -> [UInt8]? {
        let path = "\(folder)/\(name)"
        guard let bytes = try FileSystem.read(path) else { return nil }
        let start = Self.seal([])
        guard bytes.count >= start.count, bytes.starts(with: Self.seal(bytes[start.count...])) else {
            setAside(path, as: (name as NSString).lastPathComponent, because: "its checksum is wrong")
            return nil
        }
        return Array(bytes[start.count...])
    }

    /// Writes a file with its checksum, durably and as a whole. A store that this user may not write to stays as it is,
    /// because the content can be computed again.
    package func saveSealed(_ content: [UInt8], as name: String) throws {
        let path = "\(folder)/\(name)"
        do {
            try FileSystem.createFolder(FileSystem.parent(of: path))
            try FileSystem.createFolder(partialFolder)
            try FileSystem.writeDurably(Self.seal(content[...]) + content, to: path, by: temporaryPath())
        } catch {
            let places = [folder, FileSystem.parent(of: path), partialFolder]
            if places.allSatisfy(FileSystem.isWritable) { throw error }
        }
    }

    /// Removes the files of a folder that are not among the named ones.
    package func removeSealed(in name: String, but kept: Set<String>) throws {
        let path = "\(folder)/\(name)"
        for file in try FileSystem.files(in: path).files where !kept.contains("\(name)/\(file)") {
            try FileSystem.remove("\(path)/\(file)")
        }
    }

    /// Bytes of the line before the content.
    static let sealLength = seal([]).count

    /// The line before the content: its SHA-256.
    private static func seal(_ content: ArraySlice<UInt8>) -> [UInt8] {
        Array("sha256 \(Digest.hexadecimal(content))\n".utf8)
    }
}
