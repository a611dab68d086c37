// NumPy's format: what is read is compared with NumPy in DirectionFileTests; here is what is refused.

import Foundation
import Testing

@testable import ViT

struct NPYFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A file of this header and so many bytes of data, each 0x3c, which as a half float is 1.06.
    static func bytes(_ header: String, version: UInt8 = 1, data: Int) -> [UInt8] {
        let length = version == 1 ? littleEndian(UInt16(header.utf8.count)) : littleEndian(UInt32(header.utf8.count))
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8)
            + [UInt8](repeating: 0x3c, count: data)
    }

    static let refused: [(words: String, bytes: [UInt8])] = [
        ("has version 4", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", version: 4, data: 8)),
        ("'>f4'", bytes("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", data: 8)),
        ("'<i8'", bytes("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", data: 8)),
        ("'|O'", bytes("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", data: 8)),
        ("''", bytes("{'descr': '', 'fortran_order': False, 'shape': (1,), }", data: 8)),
        ("not a dict", bytes("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", data: 8)),
        ("not a dict", bytes("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", data: 8)),
        ("not a dict", bytes("{'descr': '<f4', 'fortran_order': False, }", data: 8)),
        ("not a dict", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2), 'x': 1}", data: 8)),
        ("not a dict", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", data: 8)),
        ("not a dict", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", data: 8)),
        ("not a dict", bytes("{'descr': '<f4", data: 0)),
        ("not a dict", bytes("", data: 8)),
        ("does not take the 7 bytes", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data: 7)),
        ("does not take the 9 bytes", bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data: 9)),
        (
            "does not take the 8 bytes",
            bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", data: 8)
        ),
        ("header is longer", Array(bytes("{'descr': '<f4'}", data: 0).dropLast())),
        ("header is longer", [0x93] + Array("NUMPY".utf8) + [2, 0, 0xff, 0xff, 0xff, 0xff]),
        ("has version 0", [0x93] + Array("NUMPY".utf8)),
        ("is empty", bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 2), }", data: 0)),
    ]

    @Test(arguments: refused.indices) func badFilesAreRefused(_ index: Int) throws {
        let path = try folder.write("a.npy", Self.refused[index].bytes)
        let error = #expect(throws: ViTError.self) {
            try DirectionFile.load(DirectionRequest(path: path), width: 2, layer: "encoder.ln")
        }
        let message = try #require(error).description
        #expect(message.hasPrefix(path) && message.contains(Self.refused[index].words), "\(message)")
    }

    @Test func otherSpellingsOfTheHeaderAreRead() throws {
        let header = "{\"shape\":(1,2),\"fortran_order\":True,\"descr\":\"=f2\"}\n"
        let path = try folder.write("a.npy", Self.bytes(header, version: 3, data: 4))
        let file = try DirectionFile.load(DirectionRequest(path: path), width: 2, layer: "encoder.ln")
        #expect(file.matrix.rows.weight.array == [1.058_593_75, 1.058_593_75])
    }

    @Test func anArrayHasNoName() throws {
        let path = Fixture.path("directions/sklearn/coef.npy")
        let error = #expect(throws: ViTError.self) {
            try DirectionFile.load(DirectionRequest(path: path, weight: "coef"), width: 8, layer: "encoder.ln")
        }
        #expect(try #require(error).description.contains("has no name"))
        // In a folder, the name is that of the file.
        let folder = DirectionRequest(path: Fixture.path("directions/sklearn"), weight: "coef.npy")
        #expect(try DirectionFile.load(folder, width: 8, layer: "encoder.ln").matrix.count == 4)
    }
}
