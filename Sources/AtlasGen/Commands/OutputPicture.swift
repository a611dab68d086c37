// The PNG files that `atlasgen visualise` writes.

import Foundation
import Site
import Support

/// A picture's file: checked before the runs are made, and written in one step afterwards.
struct OutputPicture {
    /// In a file's name, it stands for the seed.
    private static let seedMark = "{seed}"

    /// The file as the user named it.
    let name: String
    /// Whether a file with this name already exists.
    let replaces: Bool
    private let path: String
    private let number: Int

    /// The files for some seeds: one for each if the name holds `{seed}`, otherwise one for all.
    ///
    /// - Throws: as `init`.
    static func files(named name: String, seeds: [UInt64]) throws -> [OutputPicture] {
        guard name.contains(seedMark) else { return [try OutputPicture(name, 0)] }
        return try seeds.enumerated().map { try OutputPicture(name.replacing(seedMark, with: "\($1)"), $0) }
    }

    /// - Parameter number: a number that no other picture of this command has.
    /// - Throws: `AtlasError` of code `usage` if the name is not a PNG's, and `cannotCreate` if no file can be written
    ///   there.
    private init(_ name: String, _ number: Int) throws {
        self.name = name
        self.number = number
        guard ["", "png"].contains((name as NSString).pathExtension.lowercased()) else {
            throw AtlasError(.usage, "\(name): the picture is a PNG; choose a name that ends in .png")
        }
        guard !name.isEmpty, !name.hasSuffix("/") else {
            throw AtlasError(.usage, "\"\(name)\" is not a file name; name the PNG file to write")
        }
        path = FileSystem.isLink(name) ? FileSystem.resolved(name) : name
        let folder = FileSystem.parent(of: path)
        guard folder.isEmpty || FileSystem.isFolder(folder) else {
            throw AtlasError(.cannotCreate, "\(name): there is no folder \(folder). Create it, or choose another.")
        }
        switch try FileSystem.kind(of: path) {
        case nil: replaces = false
        case .file: replaces = true
        case .folder: throw AtlasError(.cannotCreate, "\(name) is a folder. Name a file in it.")
        case .other: throw AtlasError(.cannotCreate, "\(name) is a device or a pipe. Name a file.")
        }
        try FileSystem.writeDurably([], to: temporary, by: temporary)
        try FileSystem.remove(temporary)
    }

    /// Writes all pictures. If one cannot be written, none is: each gets its name when all are on the disk.
    static func write(_ pictures: [(file: OutputPicture, png: [UInt8])]) throws {
        defer {
            // What has its name is no longer there, and what cannot be removed was reported when it was written.
            for (file, _) in pictures { try? FileSystem.remove(file.whole) }
        }
        for (file, png) in pictures { try FileSystem.writeDurably(png, to: file.whole, by: file.temporary) }
        for (file, _) in pictures {
            try FileSystem.move(file.whole, to: file.path)
            try FileSystem.synchronizeFolder(FileSystem.parent(of: file.path))
        }
    }

    /// The picture while it is written, and when it is whole but does not have its name yet. Short names: those made
    /// from the picture's own name could be too long for the file system.
    private var temporary: String { beside("part") }
    private var whole: String { beside("png") }

    private func beside(_ ending: String) -> String {
        OutputPath.joined(
            FileSystem.parent(of: path),
            ".atlasgen-\(ProcessInfo.processInfo.processIdentifier)-\(number).\(ending)")
    }
}
