// A folder for one test, removed with its owner.

import Foundation

@testable import Support

/// An empty folder of a name that no other test has.
final class TemporaryFolder: Sendable {
    /// Its path.
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("atlasgen-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file into it, and gives its path.
    func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    /// Every file below it, by its path from here, sorted.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
            !FileSystem.isFolder("\(path)/\(name)")
        }.sorted()
    }
}
