// Paths as text, and locks.

import Foundation
import Testing

@testable import Support

@Suite struct FileSystemTests {
    @Test(arguments: [
        ("", ""), (".", ""), ("a", ""), ("a/", ""), ("a/b", "a"), ("./a", "."), ("a//b/", "a"), ("/", "/"), ("//", "/"),
        ("/a", "/"), ("//a", "/"), ("/a/b.c", "/a"), ("../a", ".."),
    ])
    func parent(_ path: String, _ folder: String) {
        #expect(FileSystem.parent(of: path) == folder)
    }

    /// The file may be removed by its last holder while another process is waiting for its turn.
    @Test func aTemporaryLockIsRemovedAndCanBeTakenAgain() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("atlasgen-\(UUID().uuidString)").path
        try FileSystem.createFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/lock"
        for _ in 0..<3 {
            let lock = try FileLock(path, isTemporary: true) { $0 }
            #expect(lock.isHeld)
            let error = #expect(throws: AtlasError.self) { try FileLock(path, isTemporary: true) { $0 } }
            #expect(error?.description.hasPrefix("process \(ProcessInfo.processInfo.processIdentifier) on ") == true)
            // Who was refused has not removed the holder's file.
            #expect(FileSystem.exists(path))
            withExtendedLifetime(lock) {}
        }
        #expect(try FileSystem.names(in: folder).isEmpty)
        // A file that is not the lock's own is not emptied.
        try FileSystem.writeFile([1], to: "\(folder)/mine")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "mine")
        #expect(throws: AtlasError.self) { try FileLock(path) { $0 } }
        #expect(try FileSystem.read("\(folder)/mine") == [1])
    }
}
