// One build at a time in a project.

import Foundation
import Support

/// Held while a build runs; the kernel releases it when the process ends, even after a crash.
///
/// Workers of a shared store take no lock: the store needs no lock to be correct.
package struct BuildLock: Sendable {
    /// The locked file; nil if the file system does not support locks.
    private let file: OpenFile?

    /// Whether the lock protects this build: false on a file system without locks, as on some clusters.
    var isHeld: Bool { file != nil }

    /// Takes the lock of the store in `folder`.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if another build holds it; the message names that build's process
    ///   and machine.
    package init(storeFolder folder: String) throws {
        let path = "\(folder)/lock"
        try FileSystem.createFolder(folder)
        switch try FileSystem.lock(path) {
        case .taken(let file):
            try file.replaceContent(
                with: "process \(ProcessInfo.processInfo.processIdentifier) on \(ProcessInfo.processInfo.hostName)\n")
            self.file = file
        case .unsupported: file = nil
        case .busy:
            let holder = try FileSystem.read(path, count: 256).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let name = holder.isEmpty ? "another process" : holder.trimmingCharacters(in: .newlines)
            throw AtlasError(
                .cannotCreate,
                "Another build is running in this project (\(name)). Wait until it ends, or stop it; "
                    + "its finished runs are kept.")
        }
    }
}
