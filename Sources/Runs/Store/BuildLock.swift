// One build at a time in a project.

import Foundation
import Support

/// Held while a build runs; the kernel gives it back when the process ends, however it ends.
///
/// Workers of a shared store take none: the store needs no lock to be correct.
package struct BuildLock: Sendable {
    /// The locked file; nil where the file system knows no locks.
    private let file: OpenFile?

    /// Whether the lock protects this build; not on a file system without locks, as some clusters mount theirs.
    var isHeld: Bool { file != nil }

    /// Takes the lock of the store in `folder`.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` where another build has it, naming that build's process and
    ///   machine.
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
                "Another build is at work in this project (\(name)). Wait until it ends, or stop it; "
                    + "the runs that it has finished are kept.")
        }
    }
}
