// The bytes of a record: one file per run, so that a run is stored as a whole or not at all.
//
// Layout, all integers little-endian:
//   0        8 bytes "atlasrun"
//   8        UInt32  format version
//   12       UInt32  H, the header's length
//   16       H bytes the header as JSON: the run's header, the lengths of what follows, and their SHA-256
//   16 + H   32      SHA-256 of everything before it
//   48 + H   float32 the curve, the embedding, the layer's activations
//   then             the PNG
//   then             from version 2 on, the film's JPEG, to the end of the file
// The first 48 + H bytes keep this shape in every later version, so that a newer record can be distinguished from a
// damaged one. Each part has its own digest: headers are read without numbers, numbers without pictures, all verified.
// A record without a film has the version 1, so that older programs can read it.

import Foundation
import Render
import Support
import ViT

/// Why bytes are not a whole record.
struct RunFileDamage: Error, Equatable, CustomStringConvertible {
    /// What was found.
    let description: String
}

/// Why this program does not know a header that is whole: another version wrote it.
struct RunFileUnknown: Error, Equatable, CustomStringConvertible {
    /// What was found.
    let description: String

    init(_ error: any Error) {
        switch error as? DecodingError {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
            .valueNotFound(_, let context):
            description = context.debugDescription
        default: description = "\(error)"
        }
    }
}

/// Writes and reads the bytes of records.
enum RunFile {
    /// The newest version that this program reads: that of a record with a film.
    static let version: UInt32 = 2
    /// Bytes before the header.
    static let prefixLength = 16
    private static let magic = Array("atlasrun".utf8)
    /// More than any header has; a damaged length must not cost memory.
    private static let headerLimit = 1 << 20

    /// The content of the JSON.
    struct Preamble: Codable, Equatable {
        /// The run's header.
        var run: RunHeader
        /// Number of values of the curve, the embedding and the layer's activations.
        var counts: [Int]
        /// SHA-256 of the arrays' bytes, in hexadecimal.
        var numbersDigest: String
        /// Number of bytes of the PNG.
        var imageLength: Int
        /// SHA-256 of the PNG, in hexadecimal.
        var imageDigest: String
        /// The film; nil for none.
        var film: Film?

        /// A film's frames, and its bytes.
        struct Film: Codable, Equatable {
            /// Number of steps before each frame.
            var steps: [Int]
            /// Number of bytes of the JPEG.
            var length: Int
            /// SHA-256 of the JPEG, in hexadecimal.
            var digest: String
        }

        /// Number of bytes of the arrays.
        var numbersLength: Int {
            get throws {
                var sum = 0
                for count in counts {
                    guard (0...(1 << 28)).contains(count) else {
                        throw RunFileDamage(description: "its header counts \(count) numbers")
                    }
                    sum += count
                }
                return MemoryLayout<Float>.size * sum
            }
        }
    }

    /// Where the header and its checksum end, from the first 16 bytes of a file.
    static func preambleLength(from start: [UInt8]) throws -> Int {
        guard start.count >= prefixLength else {
            throw RunFileDamage(description: "it has \(start.count) bytes, fewer than a record's first \(prefixLength)")
        }
        guard start.starts(with: magic) else {
            throw RunFileDamage(description: "it does not start like a record")
        }
        let length = integer(start[12..<16])
        guard length <= headerLimit else {
            throw RunFileDamage(description: "its header claims \(length) bytes, more than any record's")
        }
        return prefixLength + Int(length) + Digest.byteCount
    }

    /// The header from a file's start, verified; what follows the header is ignored.
    ///
    /// - Throws: `RunFileDamage`; `RunFileUnknown` for a header that is undamaged but contains something that this
    ///   program does not know; `AtlasError` for a record of a newer version.
    static func preamble(from start: [UInt8], path: String) throws -> Preamble {
        let end = try preambleLength(from: start)
        guard start.count >= end else {
            throw RunFileDamage(description: "it ends in its header")
        }
        let headerEnd = end - Digest.byteCount
        guard start[headerEnd..<end].elementsEqual(Digest.sha256(start[..<headerEnd])) else {
            throw RunFileDamage(description: "the checksum of its header is wrong")
        }
        let version = integer(start[8..<12])
        guard version > 0 else { throw RunFileDamage(description: "its format is 0, which no atlasgen has written") }
        guard version <= Self.version else {
            throw AtlasError(
                .io,
                "\(path) is a record of format \(version), and this atlasgen reads up to \(Self.version). "
                    + "A newer atlasgen made it: use that one, or another project folder.")
        }
        do {
            return try JSONDecoder.records.decode(Preamble.self, from: Data(start[prefixLength..<headerEnd]))
        } catch {
            throw RunFileUnknown(error)
        }
    }

    /// The arrays from their bytes, verified.
    static func numbers(from bytes: ArraySlice<UInt8>, preamble: Preamble) throws -> RunRecord.Numbers {
        guard preamble.counts.count == 3, bytes.count == (try preamble.numbersLength) else {
            throw RunFileDamage(description: "it ends in its numbers")
        }
        guard Digest.hexadecimal(bytes) == preamble.numbersDigest else {
            throw RunFileDamage(description: "the checksum of its numbers is wrong")
        }
        var rest = bytes
        func take(_ count: Int) -> [Float] {
            defer { rest = rest.dropFirst(4 * count) }
            return rest.withUnsafeBytes { raw in
                (0..<count).map {
                    Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
                }
            }
        }
        return RunRecord.Numbers(
            curve: take(preamble.counts[0]), embedding: take(preamble.counts[1]),
            layerActivations: take(preamble.counts[2]))
    }

    /// A whole record from what follows its header, verified.
    static func record(from bytes: [UInt8], preamble: Preamble) throws -> RunRecord {
        let length = try preamble.numbersLength
        let numbers = try numbers(from: bytes.prefix(length), preamble: preamble)
        let pictures = bytes.dropFirst(length)
        let png = Array(preamble.film == nil ? pictures : pictures.prefix(max(0, preamble.imageLength)))
        guard png.count == preamble.imageLength else {
            throw RunFileDamage(description: "its picture has \(png.count) bytes instead of \(preamble.imageLength)")
        }
        guard Digest.hexadecimal(png) == preamble.imageDigest else {
            throw RunFileDamage(description: "the checksum of its picture is wrong")
        }
        do {
            _ = try PNG.decode(Data(png), file: "its picture")
        } catch {
            throw RunFileDamage(description: error.description)
        }
        let film = try preamble.film.map { try self.film($0, from: Array(pictures.dropFirst(png.count))) }
        return RunRecord(header: preamble.run, numbers: numbers, png: png, film: film)
    }

    private static func film(_ film: Preamble.Film, from bytes: [UInt8]) throws -> RunFilm {
        guard bytes.count == film.length else {
            throw RunFileDamage(description: "its film has \(bytes.count) bytes instead of \(film.length)")
        }
        guard Digest.hexadecimal(bytes) == film.digest else {
            throw RunFileDamage(description: "the checksum of its film is wrong")
        }
        return RunFilm(steps: film.steps, jpeg: bytes)
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    fileprivate static func bytes(of record: RunRecord) -> [UInt8] {
        var arrays: [UInt8] = []
        for array in [record.numbers.curve, record.numbers.embedding, record.numbers.layerActivations] {
            for value in array { append(value.bitPattern, to: &arrays) }
        }
        let preamble = Preamble(
            run: record.header,
            counts: [
                record.numbers.curve.count, record.numbers.embedding.count, record.numbers.layerActivations.count,
            ],
            numbersDigest: Digest.hexadecimal(arrays), imageLength: record.png.count,
            imageDigest: Digest.hexadecimal(record.png),
            film: record.film.map {
                .init(steps: $0.steps, length: $0.jpeg.count, digest: Digest.hexadecimal($0.jpeg))
            })
        let json: Data
        do {
            json = try JSONEncoder.records.encode(preamble)
        } catch {
            preconditionFailure("a header of texts and numbers is always JSON: \(error)")
        }
        var bytes = magic
        append(record.film == nil ? 1 : 2, to: &bytes)
        append(UInt32(json.count), to: &bytes)
        bytes += json
        bytes += Digest.sha256(bytes)
        bytes += arrays
        bytes += record.png
        if let film = record.film { bytes += film.jpeg }
        return bytes
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

extension RunRecord {
    /// The record as the bytes of its file.
    var fileBytes: [UInt8] { RunFile.bytes(of: self) }
}

extension JSONEncoder {
    /// Sorted keys, so that the same record is the same bytes; an activation that is not a number is a text.
    fileprivate static var records: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }
}

extension JSONDecoder {
    fileprivate static var records: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}
