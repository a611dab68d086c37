// What `atlasgen store` does: list, verify, prune.

import Foundation
import Support

extension Store {
    /// A run in the store, as its header describes it.
    package struct Entry: Sendable, Equatable {
        /// The run's key.
        let key: RecipeKey
        /// The run's header.
        package let header: RunHeader
        /// Size of the file.
        package let bytes: Int
    }

    /// What `verify` found.
    package struct Verification: Sendable, Equatable {
        /// Number of whole records.
        package var whole = 0
        /// The damaged records: those that were set aside, and those that could not be moved.
        package var damaged: [Damage] = []
        /// Keys of the records that are no files, such as broken links. They stay where they are.
        package var noFiles: [RecipeKey] = []
        /// Keys of the whole records that this program cannot read.
        package var unreadable: [RecipeKey] = []
    }

    /// A run that `prune` removed, or would remove.
    package struct PrunedRun: Sendable, Equatable {
        /// Its key.
        package let key: RecipeKey
        /// Its header; nil if this program cannot read it.
        package let entry: Entry?
        /// Size of the file.
        package let bytes: Int
    }

    /// What `prune` removed, or would remove.
    package struct Pruning: Sendable, Equatable {
        /// The runs, sorted by key.
        package var runs: [PrunedRun] = []
        /// Number of damaged records and leftovers of crashes.
        package var leftovers = 0
        /// Bytes of all of them.
        package var bytes = 0
    }

    /// Every run's key, sorted. Reads folders only. What has a record's name and is no file is reported, once.
    func keys() throws -> [RecipeKey] { try listing().keys }

    /// The keys that files have, and those that something else has, which is reported; both sorted.
    private func listing() throws -> (keys: [RecipeKey], noFiles: [RecipeKey]) {
        var all: (keys: [RecipeKey], noFiles: [RecipeKey]) = ([], [])
        for start in try FileSystem.names(in: runsFolder) where start.utf8.count == 2 {
            let folder = "\(runsFolder)/\(start)"
            // Throws for a broken link, which is not an empty folder.
            _ = try FileSystem.kind(of: folder)
            func key(_ name: String) -> RecipeKey? {
                name.hasSuffix(Self.ending) ? RecipeKey(start + name.dropLast(Self.ending.count)) : nil
            }
            let found = try FileSystem.files(in: folder)
            all.keys += found.files.compactMap(key)
            all.noFiles += found.others.compactMap(key)
        }
        for key in all.noFiles { reportNoFile(key) }
        return all
    }

    /// Every run with its header, sorted by key. Damaged ones are set aside and left out; unreadable ones are left out.
    package func entries() throws -> [Entry] {
        try keys().compactMap(entry)
    }

    /// A run with its header; nil as for `header`.
    private func entry(_ key: RecipeKey) throws -> Entry? {
        guard let header = try header(key), let file = FileSystem.version(of: path(of: key), followingLinks: true)
        else { return nil }
        return Entry(key: key, header: header, bytes: file.bytes)
    }

    /// Reads every record completely and checks it; damaged ones are set aside.
    package func verify() throws -> Verification {
        let (keys, noFiles) = try listing()
        var verification = Verification(noFiles: noFiles)
        for key in keys {
            if try record(key) != nil {
                verification.whole += 1
            } else if isUnreadable(key) {
                verification.unreadable.append(key)
            } else if let damage = damage(of: key) {
                verification.damaged.append(damage)
            }
            // Otherwise it was removed after the folder had been read.
        }
        return verification
    }

    /// The recipes that are not in the store, in their order.
    ///
    /// A run that was found unreadable counts as missing: its file holds the run in another program's format, and an
    /// equal run replaces it. Only folders are read here, so a record that has not been read yet counts as present even
    /// if it is damaged.
    package func missing(of recipes: [Recipe]) throws -> [Recipe] {
        let keys = Set(try keys()).subtracting(unreadable)
        return recipes.filter { !keys.contains($0.key) }
    }

    /// Removes the runs that are not among `kept`, damaged records, and files that a crash left half-written.
    ///
    /// - Parameters:
    ///   - isDry: only reports what would be removed.
    ///   - now: seconds since 1970; a half-written file that is younger than a day may belong to a running build.
    package func prune(
        keeping kept: Set<RecipeKey>, isDry: Bool, now: Int = Int(Date().timeIntervalSince1970)
    ) throws -> Pruning {
        var pruning = Pruning()
        for key in try keys() where !kept.contains(key) {
            let entry = try entry(key)
            // Damage that reading found; the file is now among the damaged ones.
            guard entry != nil || FileSystem.exists(path(of: key)) else { continue }
            let bytes = try drop(path(of: key), isDry: isDry)
            pruning.runs.append(PrunedRun(key: key, entry: entry, bytes: bytes))
            pruning.bytes += bytes
        }
        for name in try FileSystem.names(in: damagedFolder) {
            pruning.leftovers += 1
            pruning.bytes += try drop("\(damagedFolder)/\(name)", isDry: isDry)
        }
        for name in try FileSystem.names(in: partialFolder) {
            let path = "\(partialFolder)/\(name)"
            guard let date = FileSystem.version(of: path)?.changed.tv_sec, now - date > 86_400 else { continue }
            pruning.leftovers += 1
            pruning.bytes += try drop(path, isDry: isDry)
        }
        return pruning
    }

    /// Removes a file, unless `isDry`, and gives its bytes.
    func drop(_ path: String, isDry: Bool) throws -> Int {
        let bytes = FileSystem.version(of: path)?.bytes ?? 0
        if !isDry { try FileSystem.remove(path) }
        return bytes
    }
}
