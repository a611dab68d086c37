// The safetensors reader: number formats, the format's rules, and one clear message for a file that breaks them.

import Foundation
import Testing

@testable import ViT

/// The bytes of a safetensors file with this header and data.
func safetensorsBytes(_ header: String, _ data: [UInt8] = [], statedLength: UInt64? = nil) -> [UInt8] {
    let length = statedLength ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
}

struct SafetensorsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open(_ header: String, _ data: [UInt8] = []) throws -> Safetensors {
        try Safetensors(path: folder.write("a.safetensors", safetensorsBytes(header, data)))
    }

    @Test func readsEveryFloatingPointFormat() throws {
        // 1.5, −2, the smallest subnormal, the largest finite value; offsets that are not aligned.
        let half: [UInt8] = [0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b]
        let brain: [UInt8] = [0xc0, 0x3f, 0x00, 0xc0]
        let single = withUnsafeBytes(of: Float(0.1).bitPattern) { Array($0) }
        let double = withUnsafeBytes(of: Double(0.1).bitPattern) { Array($0) }
        let file = try open(
            """
            {"__metadata__":{"num_heads":"3"},"z":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
            "h":{"dtype":"F16","shape":[2,2],"data_offsets":[1,9]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[9,13]},\
            "f":{"dtype":"F32","shape":[],"data_offsets":[13,17]},"d":{"dtype":"F64","shape":[1],"data_offsets":[17,25]},\
            "empty":{"dtype":"F32","shape":[0,4],"data_offsets":[9,9]}}
            """, [7] + half + brain + single + double)
        #expect(file.metadata == ["num_heads": "3"])
        #expect(try file.values("h") == [1.5, -2, 0x1p-24, 65504])
        #expect(try file.values("b") == [1.5, -2])
        #expect(try file.values("f") == [0.1])
        #expect(try file.values("d") == [0.1])
        #expect(try file.values("empty") == [])
        #expect(file.tensors["h"]?.shape == [2, 2])
        #expect(throws: ViTError.self) { try file.tensors["z"]?.values() }
    }

    /// What the format's own library reads: null for no metadata, padding after the header, tensors in any order, empty
    /// tensors, and number formats that no weights have.
    @Test func readsWhatTheFormatsLibraryReads() throws {
        let header = """
            {"z":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]},"__metadata__":null,\
            "i":{"dtype":"I64","shape":[1],"data_offsets":[6,14]},"e":{"dtype":"F16","shape":[0],"data_offsets":[6,6]},\
            "a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"f":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[14,15]},\
            "g":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[15,16]},"c":{"dtype":"C64","shape":[1],"data_offsets":[16,24]}}
            """
        let data = littleEndian(Float(2.5).bitPattern) + [UInt8](repeating: 1, count: 20)
        let file = try open(header + String(repeating: " ", count: 7), data)
        #expect(file.metadata.isEmpty && file.tensors.count == 7)
        #expect(try file.values("a") == [2.5])
        #expect(try file.values("e") == [])
        for name in ["z", "i", "f", "g", "c"] {
            #expect(throws: ViTError.self) { try file.values(name) }
        }
    }

    /// Headers that break the format, and words that the message must contain.
    static let broken: [(header: String, dataCount: Int, words: String)] = [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "0..<8; the file has 4 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "need 8 bytes; 4 are stored"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, 8, "takes 4 bytes, but 8 are stored"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "end at byte"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "neither overlap nor leave gaps"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
            6, "'b': its data begins at byte 2 of the data, but the tensor before it ends at 4"
        ),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "neither overlap nor leave gaps"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "data_offsets must be two numbers"),
        (#"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown dtype 'Q4'"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "negative or too large"),
        (
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,4]}}"#, 4, "negative or too large"
        ),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "'data_offsets' is missing"),
        (#"{"a":{"dtype":"F32","shape":["x"],"data_offsets":[0,4]}}"#, 4, "at a → shape"),
        (
            #"{"\#(String(repeating: "n", count: 600))":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, 4,
            "name of 600 bytes"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[\#(String(repeating: "1,", count: 20))1],"data_offsets":[0,4]}}"#, 4,
            "has 21 dimensions"
        ),
        (#"{"a":\#(String(repeating: "[", count: 100_000))"#, 0, "cannot be read: The given data was not valid JSON."),
        (#"{"a":7}"#, 0, "at a"),
        (#"{"a":"#, 0, "the JSON header in bytes 8..<13 cannot be read"),
        (#"{"__metadata__":{"a":1}}"#, 0, "at __metadata__ → a"),
    ]

    @Test(arguments: broken.indices) func refusesABrokenHeader(_ index: Int) throws {
        let (header, dataCount, words) = Self.broken[index]
        let error = #expect(throws: ViTError.self) { try open(header, Array(repeating: 0, count: dataCount)) }
        let message = try #require(error).description
        #expect(message.contains(words), "\(message)")
        #expect(message.contains("a.safetensors"))
    }

    @Test func refusesAHeaderLongerThanTheFile() throws {
        let path = try folder.write("a.safetensors", safetensorsBytes("{}", statedLength: 100_000_000_000))
        let error = #expect(throws: ViTError.self) { try Safetensors(path: path) }
        #expect(try #require(error).description.contains("is 100000000000 bytes; the file has 10"))
    }

    @Test func refusesWhatIsNoFile() throws {
        let empty = try folder.write("empty", [])
        let short = try folder.write("short", [1, 2, 3])
        let pipe = folder.url.appending(path: "pipe").path(percentEncoded: false)
        #expect(mkfifo(pipe, 0o600) == 0)
        let nowhere = folder.url.appending(path: "nowhere").path(percentEncoded: false)
        for (path, words) in [
            (empty, "the file is empty"), (short, "3 bytes are too few"), (pipe, "is not a file"),
            (nowhere, "cannot be opened: No such file"), (folder.url.path(percentEncoded: false), "is not a file"),
        ] {
            let error = #expect(throws: ViTError.self) { try Safetensors(path: path) }
            #expect(try #require(error).description.contains(words))
        }
    }

    @Test func refusesDoublesBeyondFloat32() throws {
        let values = [0.5, 1e300].flatMap { littleEndian($0.bitPattern) }
        let file = try open(#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#, values)
        let error = #expect(throws: ViTError.self) { try file.values("a") }
        let text = try #require(error).description
        #expect(text.contains("'a' of shape (2)") && text.contains("1e+300") && text.contains("float32"))
    }

    @Test(arguments: [[0x00, 0x7c], [0x00, 0xfc], [0x01, 0x7e]] as [[UInt8]])
    func refusesValuesThatAreNotFinite(_ value: [UInt8]) throws {
        let file = try open(#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, [0, 0] + value)
        let error = #expect(throws: ViTError.self) { try file.values("a") }
        #expect(
            try #require(error).description.contains("'a' of shape (2) holds a value that is not finite, at element 1"))
    }
}
