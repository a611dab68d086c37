// Writes ZIP archives whose entries are stored without compression. The only file that calls zlib.

import CZlib
import Support

/// A ZIP archive that is being written (PKWARE, APPNOTE 6.3.10).
///
/// Every entry has the ZIP64 fields, whatever its size, so that archives above 4 GB need no other form than the one that
/// all readers of ours read every day. Dates are 1 January 1980, so that equal entries give equal bytes.
package final class ZipWriter {
    private struct Entry {
        let name: [UInt8]
        let size: Int
        let offset: Int
        var checksum: UInt32 = 0
    }

    private let file: NewFile
    private var entries: [Entry] = []
    /// The entry that is being written, and where its content starts.
    private var open: (entry: Entry, start: Int)?

    /// The version of the format that readers need: 4.5, the first with ZIP64.
    private static let version: UInt16 = 45
    /// Names are UTF-8.
    private static let flags: UInt16 = 1 << 11
    /// 1 January 1980.
    private static let date: UInt16 = 1 << 5 | 1
    /// The value of a 32-bit field whose number is in the ZIP64 field.
    private static let elsewhere = UInt32.max
    /// Where an entry's header has its checksum.
    private static let checksumOffset = 14

    /// Creates the archive's file.
    package init(_ path: String) throws { file = try NewFile(path) }

    /// Begins an entry of `size` bytes, which `append` adds in pieces.
    package func begin(_ name: String, size: Int) throws {
        precondition(open == nil, "an entry begins inside another")
        let entry = Entry(name: Array(name.utf8), size: size, offset: file.size)
        var header = LittleEndianBytes()
        header.add(0x0403_4b50 as UInt32)
        header.add(Self.version)
        addCommonFields(of: entry, extraLength: 20, to: &header)
        header.bytes += entry.name
        header.add(1 as UInt16)
        header.add(16 as UInt16)
        header.add(UInt64(size))
        header.add(UInt64(size))
        try file.append(header.bytes)
        open = (entry, file.size)
    }

    /// Adds bytes to the entry that has begun.
    package func append(_ bytes: [UInt8]) throws {
        // zlib forgets the checksum of what came before if there is no address.
        guard let checksum = open?.entry.checksum, !bytes.isEmpty else { return }
        open?.entry.checksum = bytes.withUnsafeBytes {
            UInt32(crc32_z(uLong(checksum), $0.bindMemory(to: UInt8.self).baseAddress, $0.count))
        }
        try file.append(bytes)
    }

    /// Ends the entry, whose pieces must have as many bytes as it began with.
    package func end() throws {
        guard let (entry, start) = open else { preconditionFailure("no entry has begun") }
        precondition(file.size - start == entry.size, "an entry has another size than its header says")
        var patch = LittleEndianBytes()
        patch.add(entry.checksum)
        try file.replace(at: entry.offset + Self.checksumOffset, with: patch.bytes)
        entries.append(entry)
        open = nil
    }

    /// Writes the directory, and closes the file.
    package func finish() throws {
        let start = file.size
        for entry in entries { try file.append(directoryEntry(of: entry)) }
        let end = file.size
        var closing = LittleEndianBytes()
        // The ZIP64 end of the directory, then where it is, then the end that older readers look for.
        closing.add(0x0606_4b50 as UInt32)
        closing.add(44 as UInt64)
        closing.add(Self.version)
        closing.add(Self.version)
        closing.add(0 as UInt32)
        closing.add(0 as UInt32)
        for number in [entries.count, entries.count, end - start, start] { closing.add(UInt64(number)) }
        closing.add(0x0706_4b50 as UInt32)
        closing.add(0 as UInt32)
        closing.add(UInt64(end))
        closing.add(1 as UInt32)
        closing.add(0x0605_4b50 as UInt32)
        closing.add(0 as UInt16)
        closing.add(0 as UInt16)
        closing.add(UInt16.max)
        closing.add(UInt16.max)
        closing.add(Self.elsewhere)
        closing.add(Self.elsewhere)
        closing.add(0 as UInt16)
        try file.append(closing.bytes)
        try file.finish()
    }

    private func directoryEntry(of entry: Entry) -> [UInt8] {
        var header = LittleEndianBytes()
        header.add(0x0201_4b50 as UInt32)
        header.add(Self.version)
        header.add(Self.version)
        addCommonFields(of: entry, extraLength: 28, to: &header)
        header.add(0 as UInt16)
        header.add(0 as UInt16)
        header.add(0 as UInt16)
        header.add(0 as UInt32)
        header.add(Self.elsewhere)
        header.bytes += entry.name
        header.add(1 as UInt16)
        header.add(24 as UInt16)
        header.add(UInt64(entry.size))
        header.add(UInt64(entry.size))
        header.add(UInt64(entry.offset))
        return header.bytes
    }

    /// The fields that an entry has before its content and in the directory.
    private func addCommonFields(of entry: Entry, extraLength: UInt16, to header: inout LittleEndianBytes) {
        header.add(Self.flags)
        header.add(0 as UInt16)
        header.add(0 as UInt16)
        header.add(Self.date)
        header.add(entry.checksum)
        header.add(Self.elsewhere)
        header.add(Self.elsewhere)
        header.add(UInt16(entry.name.count))
        header.add(extraLength)
    }
}

/// Bytes to which integers are added, the lowest byte first.
private struct LittleEndianBytes {
    var bytes: [UInt8] = []

    mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
