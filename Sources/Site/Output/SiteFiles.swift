// Writes the files of a site into one folder and counts them.

import Foundation
import Support

/// The files of one site, written from several threads.
///
/// Unchecked Sendable: the counters are read and written under the lock.
package final class SiteFiles: @unchecked Sendable {
    private let folder: String
    private let clock: PhaseClock
    private let lock = NSLock()
    private var folders: Set<String> = []
    private var paths: Set<String> = []
    private var count = 0
    private var bytes = 0

    /// - Parameters:
    ///   - folder: exists; nothing is written outside it.
    ///   - clock: measures how long writing takes.
    package init(folder: String, clock: PhaseClock = PhaseClock()) {
        self.folder = folder
        self.clock = clock
    }

    /// Number of files so far, and their size in bytes.
    package var total: (files: Int, bytes: Int) { lock.withLock { (count, bytes) } }

    /// Whether a file was written at a path.
    func has(_ path: String) -> Bool { lock.withLock { paths.contains(path) } }

    /// Writes a file at a path relative to the site's root.
    ///
    /// - Throws: `AtlasError` of code `data` for a path that was written before.
    func write(_ content: [UInt8], to path: String) throws {
        precondition(!path.hasPrefix("/") && !path.split(separator: "/").contains(".."), "\(path) leaves the site")
        try take(path)
        let file = "\(folder)/\(path)"
        try clock.measure(.write) {
            try createFolder(FileSystem.parent(of: file))
            try FileSystem.writeFile(content, to: file)
        }
        lock.withLock {
            count += 1
            bytes += content.count
        }
    }

    /// Writes a copy of another file.
    func copy(_ file: String, to path: String) throws {
        guard let content = try FileSystem.read(file) else {
            throw AtlasError(
                .data, "\(file): the file disappeared while the site was being written; run the command again")
        }
        try write(content, to: path)
    }

    /// Takes over a file of an earlier site by a hard link.
    func link(_ file: String, bytes size: Int, to path: String) throws {
        try take(path)
        let newFile = "\(folder)/\(path)"
        do {
            try clock.measure(.write) {
                try createFolder(FileSystem.parent(of: newFile))
                try FileSystem.link(file, as: newFile)
            }
        } catch {
            // The caller may write the file instead.
            _ = lock.withLock { paths.remove(path) }
            throw error
        }
        lock.withLock {
            count += 1
            bytes += size
        }
    }

    /// Writes a text as UTF-8.
    func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    /// Writes a value as JSON with sorted keys.
    func write(json value: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try write(Array(try encoder.encode(value)) + [UInt8(ascii: "\n")], to: path)
    }

    /// Claims a path, because two texts with the same path must not overwrite each other.
    private func take(_ path: String) throws {
        guard lock.withLock({ paths.insert(path).inserted }) else {
            throw AtlasError(
                .data,
                "\(path): the site would write this file twice. A post's permalink or a file beside a text has the "
                    + "path of another file; rename it.")
        }
    }

    private func createFolder(_ path: String) throws {
        guard lock.withLock({ !folders.contains(path) }) else { return }
        try FileSystem.createFolder(path, durably: false)
        _ = lock.withLock { folders.insert(path) }
    }
}
