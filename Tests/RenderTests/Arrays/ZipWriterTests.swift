// ZIP archives and NumPy's headers, against known bytes.

import Foundation
import Testing

@testable import Render

@Suite struct ZipWriterTests {
    /// An archive with these entries, each written in pieces of three bytes.
    private func archive(_ entries: [(name: String, content: [UInt8])]) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appending(path: "atlasgen-\(UUID().uuidString).zip").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try ZipWriter(path)
        for (name, content) in entries {
            try writer.begin(name, size: content.count)
            for start in stride(from: 0, to: content.count, by: 3) {
                try writer.append(Array(content[start..<min(start + 3, content.count)]))
            }
            try writer.append([])
            try writer.end()
        }
        try writer.finish()
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// Field by field from APPNOTE 6.3.10; CBF43926 is the published check value of CRC-32.
    @Test func anEntryIsWhatTheFormatSays() throws {
        let (name, content) = (Array("ä.txt".utf8), Array("123456789".utf8))
        let checksum: [UInt8] = [0x26, 0x39, 0xF4, 0xCB]
        let size: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 0]
        let full = [UInt8](repeating: 0xFF, count: 8)
        let common: [UInt8] = [0, 8, 0, 0, 0, 0, 0x21, 0] + checksum + full + [6, 0]
        var expected: [UInt8] = [0x50, 0x4B, 3, 4, 45, 0] + common + [20, 0] + name + [1, 0, 16, 0] + size + size
        expected += content
        let start = UInt8(expected.count)
        expected += [0x50, 0x4B, 1, 2, 45, 0, 45, 0] + common + [28, 0] + [UInt8](repeating: 0, count: 10)
        expected += [0xFF, 0xFF, 0xFF, 0xFF] + name + [1, 0, 24, 0] + size + size + [UInt8](repeating: 0, count: 8)
        let end = UInt8(expected.count)
        func long(_ value: UInt8) -> [UInt8] { [value, 0, 0, 0, 0, 0, 0, 0] }
        expected += [0x50, 0x4B, 6, 6] + long(44) + [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        expected += long(1) + long(1) + long(end - start) + long(start)
        expected += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + long(end) + [1, 0, 0, 0]
        expected += [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + full + [0, 0]
        #expect(try archive([("ä.txt", content)]) == expected)
    }

    @Test func anArchiveMayBeEmptyOrHoldEmptyEntries() throws {
        #expect(try archive([]).count == 98)
        #expect(try archive([("a", []), ("b", [7])]).count == 98 + 2 * (30 + 46 + 20 + 28 + 2) + 1)
    }

    @Test func headersAreNumPys() throws {
        // numpy.lib.format.header_data_from_array_1_0 writes these texts.
        for (shape, text) in [([3, 104], "(3, 104)"), ([5], "(5,)"), ([0, 0], "(0, 0)")] {
            let header = NPYArray.header(of: Float.self, shape: shape)
            #expect(header.count % 64 == 0 && header.last == UInt8(ascii: "\n"))
            #expect(Int(header[8]) + 256 * Int(header[9]) == header.count - 10)
            let expected = "{'descr': '<f4', 'fortran_order': False, 'shape': \(text), }"
            #expect(String(decoding: header.dropFirst(10), as: UTF8.self).hasPrefix(expected + " "))
        }
        #expect(Float.bytes(of: [1, -2]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(Double.bytes(of: [1]) == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    }
}
