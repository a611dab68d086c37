// A lock that one process at a time can hold.

import Foundation

/// A locked file, held until this object is released. The kernel releases the lock when the process ends, even after a
/// crash.
package final class FileLock: Sendable {
    private let path: String
    /// The locked file; nil if the file system does not support locks.
    private let file: OpenFile?
    private let isTemporary: Bool

    /// Whether the lock protects anything: false on a file system without locks, as on some clusters.
    package var isHeld: Bool { file != nil }

    /// Locks a file, creating it if needed.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - isTemporary: whether the file is removed when the lock is released.
    ///   - busy: the message if another process holds the lock, from that process's number and machine.
    /// - Throws: `AtlasError` of code `cannotCreate` if another process holds it or the file cannot be created.
    package init(_ path: String, isTemporary: Bool = false, busy: (_ holder: String) -> String) throws {
        self.path = path
        self.isTemporary = isTemporary
        switch try FileSystem.lock(path) {
        case .taken(let file):
            try file.replaceContent(
                with: "process \(ProcessInfo.processInfo.processIdentifier) on \(ProcessInfo.processInfo.hostName)\n")
            self.file = file
        case .unsupported: file = nil
        case .busy:
            let holder = try FileSystem.read(path, count: 256).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw AtlasError(
                .cannotCreate,
                busy(holder.isEmpty ? "another process" : holder.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
    }

    deinit {
        // While the lock is still held, so that no other process holds this file's lock. A file that stays does no harm.
        if isTemporary { try? FileSystem.remove(path) }
    }
}
