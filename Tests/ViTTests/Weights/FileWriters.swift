// Minimal writers of the formats, for files that no library would write.

import Foundation

@testable import ViT

/// Tensors by name, to be written as float32 safetensors.
struct TensorTable {
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    var metadata: [String: String] = [:]

    init() {}

    /// All tensors of a file.
    init(_ file: some WeightFile) throws {
        metadata = file.metadata
        for (name, tensor) in file.tensors { tensors[name] = (tensor.shape, try tensor.values().array) }
    }

    /// Renames every tensor.
    func renamed(_ rename: (String) -> String) -> TensorTable {
        var copy = self
        copy.tensors = Dictionary(uniqueKeysWithValues: tensors.map { (rename($0.key), $0.value) })
        return copy
    }

    /// The bytes of a safetensors file.
    func bytes() throws -> [UInt8] {
        var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            for value in tensor.values { data += littleEndian(value.bitPattern) }
            header[name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [start, data.count]]
        }
        let text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
        return littleEndian(UInt64(text.count)) + text + data
    }
}

/// An integer's bytes, least significant first.
func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A zip archive of stored entries; `is64Bit` puts sizes and offsets into 64-bit fields.
func zipBytes(_ entries: [(name: String, data: [UInt8])], method: UInt16 = 0, is64Bit: Bool = false) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in entries {
        let offset = file.count
        let size = UInt32(data.count)
        let common = littleEndian(UInt16(0)) + littleEndian(method) + [UInt8](repeating: 0, count: 8)
        let lengths =
            is64Bit
            ? littleEndian(UInt64(UInt32.max) << 32 | UInt64(UInt32.max)) : littleEndian(size) + littleEndian(size)
        file += [0x50, 0x4b, 3, 4, 20, 0] + common + lengths + littleEndian(UInt16(name.utf8.count)) + [0, 0]
        file += Array(name.utf8) + data
        let extra =
            is64Bit
            ? littleEndian(UInt16(1)) + littleEndian(UInt16(24)) + littleEndian(UInt64(size))
                + littleEndian(UInt64(size))
                + littleEndian(UInt64(offset)) : []
        directory += [0x50, 0x4b, 1, 2, 20, 0, 20, 0] + common + lengths + littleEndian(UInt16(name.utf8.count))
        directory += littleEndian(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
        directory += littleEndian(is64Bit ? UInt32.max : UInt32(offset)) + Array(name.utf8) + extra
    }
    let start = file.count
    file += directory
    if is64Bit {
        let record = file.count
        file += [0x50, 0x4b, 6, 6] + littleEndian(UInt64(44)) + [UInt8](repeating: 0, count: 12)
        file += littleEndian(UInt64(entries.count)) + littleEndian(UInt64(entries.count))
        file += littleEndian(UInt64(directory.count)) + littleEndian(UInt64(start))
        file += [0x50, 0x4b, 6, 7, 0, 0, 0, 0] + littleEndian(UInt64(record)) + littleEndian(UInt32(1))
    }
    let count = is64Bit ? UInt16.max : UInt16(entries.count)
    file += [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + littleEndian(count) + littleEndian(count)
    file += littleEndian(is64Bit ? UInt32.max : UInt32(directory.count))
    file += littleEndian(is64Bit ? UInt32.max : UInt32(start)) + [0, 0]
    return file
}

/// A pickle written opcode by opcode.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [0x80, 2]

    mutating func opcode(_ byte: Character) { bytes.append(byte.asciiValue ?? 0) }
    mutating func raw(_ more: [UInt8]) { bytes += more }
    mutating func string(_ text: String) { bytes += [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8) }
    mutating func int(_ value: Int32) { bytes += [0x4a] + littleEndian(value) }
    mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

    mutating func tuple(_ values: [Int32]) {
        opcode("(")
        for value in values { int(value) }
        opcode("t")
    }

    /// A float tensor in the storage `key` of `count` elements.
    mutating func tensor(storage key: String, count: Int32, offset: Int32 = 0, shape: [Int32], strides: [Int32]) {
        global("torch._utils", "_rebuild_tensor_v2")
        opcode("(")
        opcode("(")
        string("storage")
        global("torch", "FloatStorage")
        string(key)
        string("cpu")
        int(count)
        opcode("t")
        opcode("Q")
        int(offset)
        tuple(shape)
        tuple(strides)
        raw([0x89])
        global("collections", "OrderedDict")
        opcode(")")
        opcode("R")
        opcode("t")
        opcode("R")
    }

    /// Ends the pickle.
    func finished() -> [UInt8] { bytes + [0x2e] }
}

/// A checkpoint of this pickle and these float storages, `0`, `1`, ….
func torchBytes(
    _ pickle: [UInt8], storages: [[Float]] = [], extra: [(name: String, data: [UInt8])] = [], method: UInt16 = 0,
    is64Bit: Bool = false
) -> [UInt8] {
    let data = storages.enumerated().map { number, values in
        ("archive/data/\(number)", values.flatMap { littleEndian($0.bitPattern) })
    }
    return zipBytes([("archive/data.pkl", pickle)] + extra + data, method: method, is64Bit: is64Bit)
}
