// Reads NumPy's archives byte by byte, as their formats have it, without the code that writes them.

import Foundation

/// The arrays of an .npz file.
struct NPZArchive {
    /// An array as its header describes it, with its values as doubles.
    struct Array: Equatable {
        let type: String
        let shape: [Int]
        let values: [Double]

        /// A row of an array of two axes.
        func row(_ index: Int) -> [Double] { Swift.Array(values[index * shape[1]..<(index + 1) * shape[1]]) }
    }

    /// What is wrong with an archive.
    struct Fault: Error {
        let reason: String
    }

    /// The arrays by name, without `.npy`.
    private(set) var arrays: [String: Array] = [:]

    init(_ data: Data) throws {
        for (name, content) in try Self.entries(of: data) {
            guard name.hasSuffix(".npy") else { throw Fault(reason: "the entry \(name)") }
            arrays[String(name.dropLast(4))] = try Self.array(content)
        }
    }

    /// The entries of a ZIP archive with the ZIP64 fields, found by its directory; every checksum is checked.
    static func entries(of data: Data) throws -> [(name: String, content: [UInt8])] {
        let bytes = [UInt8](data)
        func number(_ offset: Int, _ size: Int) -> Int {
            bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        func expect(_ condition: Bool, _ reason: String) throws { if !condition { throw Fault(reason: reason) } }
        let end = bytes.count - 22
        try expect(end >= 76 && number(end, 4) == 0x0605_4b50, "no end of the directory")
        try expect(number(end - 20, 4) == 0x0706_4b50, "no locator")
        let end64 = number(end - 12, 8)
        try expect(number(end64, 4) == 0x0606_4b50, "no ZIP64 end")
        var place = number(end64 + 48, 8)
        try expect(place + number(end64 + 40, 8) == end64, "the directory's size")
        var entries: [(name: String, content: [UInt8])] = []
        for _ in 0..<number(end64 + 32, 8) {
            try expect(number(place, 4) == 0x0201_4b50 && number(place + 10, 2) == 0, "not a stored entry")
            let (nameLength, extraLength) = (number(place + 28, 2), number(place + 30, 2))
            let name = bytes[place + 46..<place + 46 + nameLength]
            let extra = place + 46 + nameLength
            try expect(number(extra, 2) == 1 && number(extra + 2, 2) == 24, "no ZIP64 field")
            let (size, offset) = (number(extra + 4, 8), number(extra + 20, 8))
            try expect(number(extra + 12, 8) == size, "the stored size")
            // The entry's own header says the same.
            try expect(number(offset, 4) == 0x0403_4b50, "no entry at its place")
            try expect(bytes[offset + 30..<offset + 30 + nameLength].elementsEqual(name), "another name")
            let own = offset + 30 + nameLength
            try expect(number(own, 2) == 1 && number(own + 4, 8) == size && number(own + 12, 8) == size, "another size")
            let start = own + number(offset + 28, 2)
            let content = Swift.Array(bytes[start..<start + size])
            let checksum = checksum(of: content)
            try expect(checksum == number(place + 16, 4) && checksum == number(offset + 14, 4), "a checksum")
            entries.append((String(decoding: name, as: UTF8.self), content))
            place = extra + extraLength
        }
        try expect(place == end64, "the directory's end")
        return entries
    }

    /// The CRC-32 of bytes, bit by bit (ISO 3309).
    private static func checksum(of bytes: [UInt8]) -> Int {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return Int(~value)
    }

    /// The array of an .npy file of version 1.0.
    private static func array(_ bytes: [UInt8]) throws -> Array {
        guard bytes.starts(with: [0x93] + Swift.Array("NUMPY".utf8) + [1, 0]) else { throw Fault(reason: "no .npy") }
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<start], as: UTF8.self)
        let form = /\{'descr': '<(f[48])', 'fortran_order': False, 'shape': \(([0-9, ]+)\), \} *\n/
        guard start % 64 == 0, let match = header.wholeMatch(of: form) else { throw Fault(reason: header) }
        let shape = match.2.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        let size = match.1 == "f4" ? 4 : 8
        guard bytes.count - start == shape.reduce(size, *) else { throw Fault(reason: "the size of \(header)") }
        let values = bytes.withUnsafeBytes { raw in
            stride(from: start, to: bytes.count, by: size).map { offset in
                size == 4
                    ? Double(Float(bitPattern: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian))
                    : Double(bitPattern: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
            }
        }
        return Array(type: String(match.1), shape: shape, values: values)
    }
}
