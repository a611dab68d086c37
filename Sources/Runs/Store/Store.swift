// The store: finished runs, one file per run, named by the digest of its recipe.
//
// Layout of the folder (`.atlas/` in a project):
//   format           the version of this layout
//   runs/ab/cdef….run  one record a file, by the SHA-256 of its recipe (RunFile.swift)
//   partial/         files being written; what a crash leaves here is never read
//   photographs/     what photographs excite: shards (Store+Photographs.swift), and what is made of them, sealed
//   scores/          what was computed from runs, sealed (Store+Sealed.swift)
//   formulas/        the formulas of texts as MathML, sealed
//   code/            the code of texts in colours, sealed
//   cards/           the social cards of posts and of the first page, sealed
//   executables/     modules that were compiled for an accelerator, sealed
//   layers/          what the last build made of each layer, sealed (KeptLayers.swift)
//   damaged/         files that failed their checksum, set aside
//   lock             held by a running build (FileLock+Store.swift)

import Foundation
import Support
import Synchronization

/// The records of a project. Needs no lock to be correct, even on a file system that several machines share: files
/// appear as a whole, and equal names hold equal results.
package struct Store: Sendable {
    /// A file that failed its checks and was set aside.
    package struct Damage: Sendable, Equatable, CustomStringConvertible {
        /// The file's original path.
        let path: String
        /// What was wrong with it.
        let reason: String
        /// Where it is now; nil if it could not be moved.
        package let newPath: String?

        package var description: String {
            "\(path) is damaged: \(reason). "
                + (newPath.map { "It was moved to \($0), and will be made again." }
                    ?? "It could not be moved away, and will be made again.")
        }
    }

    /// What a store reports about a file that it cannot use.
    package enum Finding: Sendable, Equatable, CustomStringConvertible {
        /// It is damaged.
        case damage(Damage)
        /// It is no file: a broken link, as git-annex and DVC leave them, or a folder.
        case noFile(path: String, target: String?)
        /// It is whole, but contains something that this program does not know, such as a newer program's method.
        case unreadable(path: String, reason: String)

        package var description: String {
            switch self {
            case .damage(let damage): "\(damage)"
            case .noFile(let path, let target):
                "\(path) is \(target.map { "a broken link to \($0)" } ?? "no file"), so its run counts as missing. "
                    + "Bring the file back, or let a build make the run again."
            case .unreadable(let path, let reason):
                "\(path) is whole, but this atlasgen cannot read it: \(reason.hasSuffix(".") ? reason : reason + ".") "
                    + "A newer one may have made it. It stays where it is, unless this project needs that run and "
                    + "makes it again."
            }
        }
    }

    /// The version of the layout that this program writes, and the newest that it reads.
    package static let version = 1

    /// The store's folder.
    package let folder: String
    private let onFinding: @Sendable (Finding) -> Void
    private let found = Found()

    /// Opens a store, which need not exist yet: the first record makes it.
    ///
    /// - Parameter onFinding: called for each damaged record that was found and set aside, and once for each record
    ///   that this program cannot read, on any thread.
    /// - Throws: `AtlasError` of code `io` if a newer program made the store, or no program.
    package init(folder: String, onFinding: @escaping @Sendable (Finding) -> Void) throws {
        self.folder = folder
        self.onFinding = onFinding
        // A broken link is not a store without runs.
        for folder in [folder, runsFolder] { _ = try FileSystem.kind(of: folder) }
        guard let bytes = try FileSystem.read(formatPath, count: 64) else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix(Self.formatStart), let version = Int(text.dropFirst(Self.formatStart.count).dropLast())
        else {
            setAside(formatPath, as: "format", because: "it does not name a format")
            return
        }
        guard version > 0 else {
            throw AtlasError(
                .io,
                "\(formatPath) names the format \(version), which no atlasgen has written; the first is 1. Restore that "
                    + "file from a copy, or use another project folder.")
        }
        guard version <= Self.version else {
            throw AtlasError(
                .io,
                "\(folder) is a store of format \(version), and this atlasgen reads up to \(Self.version). "
                    + "A newer atlasgen made it: use that one, or another project folder.")
        }
    }

    private static let formatStart = "atlasgen store "
    private var formatPath: String { "\(folder)/format" }
    var runsFolder: String { "\(folder)/runs" }
    var partialFolder: String { "\(folder)/partial" }
    var damagedFolder: String { "\(folder)/damaged" }
    static let ending = ".run"

    /// The file of a run: two digits of its key name the folder, the others the file.
    package func path(of key: RecipeKey) -> String {
        "\(runsFolder)/\(key.description.prefix(2))/\(key.description.dropFirst(2))\(Self.ending)"
    }
}

// MARK: - Reading

extension Store {
    /// Whether the run exists and is not known to be unreadable. Its content is verified when it is read.
    package func contains(_ key: RecipeKey) throws -> Bool {
        try FileSystem.isFile(path(of: key)) && !isUnreadable(key)
    }

    /// Keys of the records that were read and that this program does not know, sorted.
    package var unreadable: [RecipeKey] { found.unreadable.withLock { Array($0.keys) }.filter(isUnreadable).sorted() }

    /// Whether the record was read and this program does not know it. A record that has replaced it since may be known.
    func isUnreadable(_ key: RecipeKey) -> Bool {
        found.unreadable.withLock { $0[key] }.map { $0 == version(of: key) } ?? false
    }

    /// The version of a run's file; empty if the run does not exist or cannot be read.
    package func version(of key: RecipeKey) -> String {
        let path = path(of: key)
        return access(path, R_OK) == 0 ? FileSystem.version(of: path, followingLinks: true)?.description ?? "" : ""
    }

    /// A run's header; nil if the run does not exist, cannot be read, or was damaged and is now set aside.
    package func header(_ key: RecipeKey) throws -> RunHeader? {
        try read(key) { _, preamble, _ in preamble.run }
    }

    /// The same of a recipe, which becomes the header's: a set of directions may have had another name when the run was
    /// made.
    package func header(of recipe: Recipe) throws -> RunHeader? {
        guard var header = try header(recipe.key) else { return nil }
        header.recipe = recipe
        return header
    }

    /// A run's header and numbers, without its picture; nil as for `header`.
    package func numbers(_ key: RecipeKey) throws -> (header: RunHeader, numbers: RunRecord.Numbers)? {
        try read(key) { file, preamble, end in
            let bytes = try file.read(from: end, count: try preamble.numbersLength)
            return (preamble.run, try RunFile.numbers(from: bytes[...], preamble: preamble))
        }
    }

    /// The steps before each frame of a run's film; nil if it has none, and as for `header`.
    package func filmSteps(_ key: RecipeKey) throws -> [Int]? {
        try read(key) { _, preamble, _ in preamble.film?.steps } ?? nil
    }

    /// A whole run; nil as for `header`. The recipe is that of the header, as in ``header(of:)``.
    package func record(of recipe: Recipe) throws -> RunRecord? {
        guard var record = try record(recipe.key) else { return nil }
        record.header.recipe = recipe
        return record
    }

    /// A whole run; nil as for `header`.
    package func record(_ key: RecipeKey) throws -> RunRecord? {
        try read(key) { file, preamble, end in
            try RunFile.record(from: file.read(from: end), preamble: preamble)
        }
    }

    /// Enough for the header of a method with some dozens of parameters; a longer one costs a second read.
    private static let usualHeaderLength = 4096

    private func read<Value>(
        _ key: RecipeKey, _ body: (OpenFile, RunFile.Preamble, _ end: Int) throws -> Value
    ) throws -> Value? {
        let path = path(of: key)
        guard try FileSystem.isFile(path), let file = try OpenFile(reading: path) else { return nil }
        do {
            var start = try file.read(count: Self.usualHeaderLength)
            let needed = try RunFile.preambleLength(from: start)
            if needed > start.count { start = try file.read(count: needed) }
            let preamble = try RunFile.preamble(from: start, path: path)
            guard preamble.run.recipe.key == key else {
                throw RunFileDamage(description: "it holds the run \(preamble.run.recipe.key)")
            }
            return try body(file, preamble, needed)
        } catch let damage as RunFileDamage {
            setAside(key, because: damage.description)
            return nil
        } catch let unknown as RunFileUnknown {
            let version = version(of: key)
            if found.unreadable.withLock({ $0.updateValue(version, forKey: key) }) != version {
                onFinding(.unreadable(path: path, reason: unknown.description))
            }
            return nil
        }
    }

    /// Sets a run aside whose record is whole but is not what its recipe says.
    package func setAside(_ key: RecipeKey, because reason: String) {
        setAside(path(of: key), as: "\(key)\(Self.ending)", because: reason)
    }

    /// Moves a damaged file to `damaged/`, and reports it.
    func setAside(_ path: String, as name: String, because reason: String) {
        var newPath: String? = "\(damagedFolder)/\(name)"
        do {
            try FileSystem.createFolder(damagedFolder)
            try FileSystem.move(path, to: "\(damagedFolder)/\(name)")
        } catch {
            // A read-only store can still be read: the damage is reported, the file stays.
            newPath = nil
        }
        let damage = Damage(path: path, reason: reason, newPath: newPath)
        found.damage.withLock { $0[path] = damage }
        onFinding(.damage(damage))
    }

    /// Reports, once, what has a record's name and is no file.
    func reportNoFile(_ key: RecipeKey) {
        guard found.noFiles.withLock({ $0.insert(key).inserted }) else { return }
        let path = path(of: key)
        onFinding(.noFile(path: path, target: FileSystem.target(ofLink: path)))
    }

    /// The damage that was found in a run's record; nil for none.
    func damage(of key: RecipeKey) -> Damage? { damage(ofFile: path(of: key)) }

    /// The damage that was found in a file, by its original path; nil for none.
    func damage(ofFile path: String) -> Damage? { found.damage.withLock { $0[path] } }
}

/// What was found out about a store while it was read.
private final class Found: Sendable {
    /// The records that this program does not know, and their files' versions.
    let unreadable = Mutex<[RecipeKey: String]>([:])
    /// The damaged files, by their original paths.
    let damage = Mutex<[String: Store.Damage]>([:])
    /// What has a record's name and is no file.
    let noFiles = Mutex<Set<RecipeKey>>([])
}

// MARK: - Writing

extension Store {
    /// Stores a run, durably and as a whole. A run that already exists is replaced by an equal one.
    ///
    /// - Throws: `AtlasError` of code `io` for a full disk, `cannotCreate` for a folder that cannot be written to; the
    ///   store is then unchanged.
    package func save(_ record: RunRecord) throws {
        let path = path(of: record.header.recipe.key)
        try FileSystem.createFolder(partialFolder)
        if !FileSystem.exists(formatPath) {
            try FileSystem.writeDurably(
                Array("\(Self.formatStart)\(Self.version)\n".utf8), to: formatPath, by: temporaryPath())
        }
        try FileSystem.createFolder(FileSystem.parent(of: path))
        // A file takes the place of a file or a link, but not of a folder.
        if FileSystem.isFolder(path), !FileSystem.isLink(path) {
            setAside(record.header.recipe.key, because: "it is a folder")
        }
        try FileSystem.writeDurably(record.fileBytes, to: path, by: temporaryPath())
    }

    /// A name that no other thread, process or machine uses.
    func temporaryPath() -> String {
        "\(partialFolder)/\(String(UInt64.random(in: .min ... .max), radix: 16))"
    }
}
