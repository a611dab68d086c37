// Tells whether a project's files have changed, by looking at them now and then.

import Foundation
import Support

/// The state of every file that a site is made of, content and theme; the model and the runs are not among them.
///
/// Looking works on every system and every file system, also where a notification would get lost.
struct FileWatch: Equatable, Sendable {
    /// What tells a file from its next version.
    private struct State: Equatable {
        let size: Int
        let changed: Date?
    }

    private let files: [String: State]

    /// Folders that contain themselves by a link end here.
    private static let deepest = 16

    /// The state now of files, and of all files below folders; what is not there has none.
    init(_ paths: [String]) {
        var files: [String: State] = [:]
        func look(_ path: String, _ depth: Int) {
            if FileSystem.isFolder(path) {
                // A folder that vanishes in between, or cannot be read, has no files; the build says so.
                guard depth < Self.deepest, let names = try? FileSystem.names(in: path) else { return }
                for name in names { look("\(path)/\(name)", depth + 1) }
            } else if let attributes = try? FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            {
                files[path] = State(
                    size: attributes[.size] as? Int ?? 0, changed: attributes[.modificationDate] as? Date)
            }
        }
        for path in paths { look(path, 0) }
        self.files = files
    }
}
