// A photograph of the user's, and a file that is none.

/// A picture of the user's that is read for what it excites.
package struct Photograph: Sendable, Hashable, Codable {
    /// Its path in the folder of photographs.
    package let path: String
    /// SHA-256 of the file.
    package let digest: String

    package init(path: String, digest: String) {
        self.path = path
        self.digest = digest
    }

    /// Whether the photograph is in this share of a scan: the first byte of its digest decides.
    func isIn(_ shard: Shard) -> Bool { (Int(digest.prefix(2), radix: 16) ?? 0) % shard.count == shard.index }

    /// The class that the folder names: the name of the folder that holds the file, with spaces for underscores; nil for
    /// a file at the top.
    package var label: String? {
        let names = path.split(separator: "/")
        return names.count > 1 ? String(names[names.count - 2].replacing("_", with: " ")) : nil
    }
}

/// A file that looks like a photograph and cannot be read.
package struct SkippedFile: Sendable, Hashable {
    /// Its path in the folder of photographs.
    package let path: String
    /// Why it cannot be read.
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}
