// The digests of the photographs' files, kept from one build to the next.

import Foundation
import Support
import Synchronization

/// Digests by path, size and time of change, so that a folder of a million files is not read at every build.
package final class PhotographDigests: Sendable {
    private struct Entry: Codable, Sendable {
        let version: String
        let digest: String
    }

    private let store: Store?
    private let before: [String: Entry]
    private let now = Mutex<[String: Entry]>([:])

    private static let name = "photographs/digests.json"

    /// The digests that the store holds; without a store, none.
    package init(in store: Store?) throws {
        self.store = store
        // A file of another program's form is written anew.
        before =
            try store?.sealed(Self.name).flatMap { try? JSONDecoder().decode([String: Entry].self, from: Data($0)) }
            ?? [:]
    }

    /// The digest of a file that has not changed; nil if it is not known.
    func known(_ path: String, _ version: FileSystem.Version) -> String? {
        guard let entry = before[path], entry.version == version.description else { return nil }
        now.withLock { $0[path] = entry }
        return entry.digest
    }

    /// Notes the digest of a file.
    func note(_ path: String, _ version: FileSystem.Version, _ digest: String) {
        now.withLock { $0[path] = Entry(version: version.description, digest: digest) }
    }

    /// Keeps the digests for the next build, if they are others than before.
    func save() throws {
        let entries = now.withLock { $0 }
        guard entries.count != before.count || entries.contains(where: { before[$0.key]?.digest != $0.value.digest })
        else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store?.saveSealed(Array(try encoder.encode(entries)), as: Self.name)
    }
}
