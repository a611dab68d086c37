// The memory that a process may use.

import Foundation
import Testing

@testable import Support

@Suite struct MemoryLimitTests {
    @Test func theLowestGroupCounts() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("atlasgen-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for (folder, limit) in [("job", "3000000000"), ("job/step", "max"), ("job/step/task", "4000000000")] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            try "\(limit)\n".write(toFile: "\(root)/\(folder)/memory.max", atomically: false, encoding: .utf8)
        }
        try "1:cpu:/x\n0::/job/step/task\n".write(toFile: "\(root)/member", atomically: false, encoding: .utf8)
        #expect(MemoryLimit.controlGroup(root: root, membership: "\(root)/member") == 3_000_000_000)
        try "0::/other\n".write(toFile: "\(root)/member", atomically: false, encoding: .utf8)
        #expect(MemoryLimit.controlGroup(root: root, membership: "\(root)/member") == nil)
        #expect(MemoryLimit.controlGroup(root: root, membership: "\(root)/none") == nil)
    }

    @Test func aMachineHasMemory() {
        #expect(MemoryLimit.bytes > 1e8 && MemoryLimit.bytes <= Double(ProcessInfo.processInfo.physicalMemory))
    }
}
