// Files with a checksum: whole or not there.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport

@Suite struct SealedFileTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas") { _ in }
    }

    @Test(arguments: [[], Array("{\"a\": 1}\n".utf8), [0, 255, 10]] as [[UInt8]])
    func whatIsSavedIsRead(content: [UInt8]) throws {
        #expect(try store.sealed("scores/a.json") == nil)
        try store.saveSealed(content, as: "scores/a.json")
        #expect(try store.sealed("scores/a.json") == content)
        #expect(try folder.files() == [".atlas/scores/a.json"])
    }

    @Test func everyFlippedBitAndTruncationIsFound() throws {
        try store.saveSealed(Array("[0.25, 1]".utf8), as: "scores/a.json")
        let path = "\(store.folder)/scores/a.json"
        let whole = try #require(try FileSystem.read(path))
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << UInt8(index % 8)
            for bytes in [damaged, Array(whole.prefix(index))] {
                try FileSystem.writeFile(bytes, to: path)
                #expect(try store.sealed("scores/a.json") == nil, "byte \(index)")
                #expect(try FileSystem.read("\(store.folder)/damaged/a.json") == bytes)
                #expect(!FileSystem.exists(path))
            }
        }
    }
}
