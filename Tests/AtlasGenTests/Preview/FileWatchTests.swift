// What the preview takes for a change.

import Foundation
import Testing

@testable import AtlasGen
@testable import TestSupport

@Suite struct FileWatchTests {
    @Test func everyKindOfChangeIsSeen() throws {
        let folder = try TemporaryFolder()
        let content = "\(folder.path)/content"
        let paths = ["\(folder.path)/atlas.yml", content]
        var seen = FileWatch(paths)
        func changes(_ change: () throws -> Void) rethrows -> Bool {
            try change()
            let now = FileWatch(paths)
            defer { seen = now }
            return now != seen
        }
        #expect(try changes { _ = try folder.write("a".utf8, to: "atlas.yml") })
        #expect(!(changes {}))
        #expect(
            try changes {
                try FileManager.default.createDirectory(atPath: "\(content)/posts", withIntermediateDirectories: true)
            } == false)
        #expect(try changes { _ = try folder.write("a".utf8, to: "content/posts/x.md") })
        // The same size, another moment.
        #expect(
            try changes {
                _ = try folder.write("b".utf8, to: "content/posts/x.md")
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: "\(content)/posts/x.md")
            })
        #expect(try changes { try FileManager.default.removeItem(atPath: "\(content)/posts/x.md") })
        #expect(try !changes { _ = try folder.write("b".utf8, to: "other.txt") })
    }

    @Test func foldersThatContainThemselvesEnd() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/loop", withDestinationPath: folder.path)
        #expect(FileWatch([folder.path]) == FileWatch([folder.path]))
    }
}
