// The folder of photographs: which files it holds, and which of them are pictures.

import Foundation
import Render
import Support

/// The photographs of a folder, found without decoding any.
package struct PhotographFolder: Sendable {
    /// The folder.
    package let path: String
    /// The photographs in the order of their digests. Of several equal files, only the first by path is one.
    package let photographs: [Photograph]
    /// Files that cannot be photographs though their names say so, in the order of their paths.
    package let skipped: [SkippedFile]

    /// Files with another content are skipped if their names end like a picture's; all others are not pictures and are
    /// passed over.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif", "jxl", "jp2",
    ]
    /// The most bytes that a file may have; see ``PictureFile``.
    private static let largestSize = 1 << 30

    /// Searches a folder and the folders in it, following links. Names that begin with a dot are passed over.
    ///
    /// - Parameters:
    ///   - limit: the most files that are taken; the SHA-256 of their paths chooses them, so that they are a random
    ///     sample which a new file hardly changes. Nil for all.
    ///   - digests: known digests of files.
    /// - Throws: `AtlasError` of code `data` if the folder is missing, holds no picture, or holds a link to a folder
    ///   that it is in, or the site of a build.
    init(_ path: String, limit: Int?, digests: PhotographDigests) throws {
        self.path = path
        guard try FileSystem.kind(of: path) != nil else {
            throw AtlasError(.data, "\(path): there is no such folder. Name a folder of JPEG and PNG files.")
        }
        guard FileSystem.isFolder(path) else {
            throw AtlasError(.data, "\(path) is a file, not a folder. Name a folder of JPEG and PNG files.")
        }
        var walk = Walk(root: path)
        try walk.visit("", above: [])
        var names = walk.files[...]
        if limit != nil {
            let order = names.map { (key: Digest.sha256(Array($0.utf8)), name: $0) }
            names = order.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.name)[...]
        }
        var first: [String: String] = [:]
        var skipped: [SkippedFile] = []
        var count = 0
        // Files that turn out to be no photographs do not count.
        while !names.isEmpty, count < limit ?? .max {
            let part = Array(names.prefix((limit ?? .max) - count))
            names = names.dropFirst(part.count)
            let found = concurrently(part.count) { index in Result { try Self.file(part[index], in: path, digests) } }
            for (name, result) in zip(part, found) {
                switch try result.get() {
                case .photograph(let digest):
                    count += 1
                    first[digest] = min(first[digest] ?? name, name)
                case .skipped(let reason): skipped.append(SkippedFile(path: name, reason: reason))
                case .other: break
                }
            }
        }
        guard !first.isEmpty || !skipped.isEmpty else {
            throw AtlasError(
                .data, "\(path): holds no JPEG or PNG file. Name a folder of photographs, or remove \"photographs\".")
        }
        photographs = first.map { Photograph(path: $0.value, digest: $0.key) }.sorted { $0.digest < $1.digest }
        self.skipped = skipped.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What a file is.
    private enum Kind: Sendable {
        case photograph(digest: String)
        case skipped(reason: String)
        case other
    }

    private static func file(_ name: String, in folder: String, _ digests: PhotographDigests) throws -> Kind {
        let path = "\(folder)/\(name)"
        let looksLikePicture = endings.contains((name as NSString).pathExtension.lowercased())
        func refused(_ reason: String) -> Kind { looksLikePicture ? .skipped(reason: reason) : .other }
        guard let version = FileSystem.version(of: path, followingLinks: true) else {
            return refused("it is a broken link, no file, or its name is not UTF-8")
        }
        if let digest = digests.known(name, version) { return .photograph(digest: digest) }
        do {
            let start = try FileSystem.read(path, count: 64) ?? []
            guard PictureFile.isPicture(start: start) else {
                return refused(start.isEmpty ? "the file is empty" : "it is neither a JPEG nor a PNG file")
            }
            guard version.bytes <= largestSize else {
                return .skipped(reason: "it has more than \(largestSize) bytes")
            }
            let digest = try Digest.hexadecimal(ofFile: path)
            digests.note(name, version, digest)
            return .photograph(digest: digest)
        } catch let error as AtlasError {
            return refused("it cannot be read: \(error)")
        }
    }

    /// A search in depth.
    private struct Walk {
        let root: String
        /// Paths of files in the folder.
        var files: [String] = []
        /// Folders that were searched: one that several links lead to is searched once.
        private var seen: Set<FileSystem.Identity> = []

        init(root: String) { self.root = root }

        mutating func visit(_ folder: String, above: [FileSystem.Identity]) throws {
            let path = folder.isEmpty ? root : "\(root)/\(folder)"
            guard let identity = FileSystem.identity(of: path) else { return }
            if above.contains(identity) {
                throw AtlasError(
                    .data,
                    "\(path) is a link to a folder that holds it, so the search would not end. Remove the link.")
            }
            guard seen.insert(identity).inserted else { return }
            let names = try FileSystem.names(in: path)
            if names.contains(Self.siteMarker) {
                throw AtlasError(
                    .data,
                    "\(path) is a site that atlasgen made, whose pictures are no photographs. Name a folder without it."
                )
            }
            for name in names where !name.hasPrefix(".") {
                let inside = folder.isEmpty ? name : "\(folder)/\(name)"
                if FileSystem.isFolder("\(root)/\(inside)") {
                    try visit(inside, above: above + [identity])
                } else {
                    files.append(inside)
                }
            }
        }

        /// The file that marks the folder of a site.
        private static let siteMarker = ".atlasgen"
    }
}
