// Detects changes of a project's files by polling.

import Foundation
import Support

/// The state of the content and theme files of a site; the model and the runs are not included.
///
/// Polling works on every file system, even if it would lose notifications.
struct FileWatch: Equatable, Sendable {
    /// What distinguishes versions of a file.
    private struct State: Equatable {
        let size: Int
        let changed: Date?
    }

    private let files: [String: State]

    /// Folders are not read below this depth, because a link can make a folder contain itself.
    private static let depthLimit = 16

    /// The current state of files, and of all files below folders; paths that do not exist are left out.
    init(_ paths: [String]) {
        var files: [String: State] = [:]
        func visit(_ path: String, _ depth: Int) {
            if FileSystem.isFolder(path) {
                // A folder that disappears or cannot be read counts as empty; the build reports it.
                guard depth < Self.depthLimit, let names = try? FileSystem.names(in: path) else { return }
                for name in names { visit("\(path)/\(name)", depth + 1) }
            } else if let attributes = try? FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            {
                files[path] = State(
                    size: attributes[.size] as? Int ?? 0, changed: attributes[.modificationDate] as? Date)
            }
        }
        for path in paths { visit(path, 0) }
        self.files = files
    }
}
