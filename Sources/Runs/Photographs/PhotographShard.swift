// A shard: what some photographs gave at one place of a model, as a sealed file of the store.

import Foundation
import Support
import ViT

/// What was read from some photographs at one place.
///
/// A file holds a line of JSON, the header, and then three tables, little-endian, each a row per neuron and a column per
/// photograph: activations and highest activations at a patch as 32-bit floats, and those patches' numbers as 16-bit
/// integers; without the last two for a place without patches.
struct PhotographShard: Sendable, Equatable {
    /// What a shard holds, without its numbers.
    struct Header: Codable, Sendable, Equatable {
        /// The version of this form.
        var format = Self.version
        /// The text whose digest names the shard's folder; see ``PhotographScan/Place``.
        let place: String
        /// The device's kind; see `Device.kind`. It does not decide which shard is used.
        let kernel: String
        /// Number of neurons.
        let neurons: Int
        /// Whether there are highest activations at a patch.
        let hasPatches: Bool
        /// Digests of the photographs that were read, ascending.
        let photographs: [String]
        /// The others, by their digests, with the reason.
        let unreadable: [String: String]

        static let version = 1

        /// Bytes of the tables.
        var tableBytes: Int { photographs.count * neurons * (hasPatches ? 10 : 4) }
    }

    let header: Header
    /// The tables.
    let tables: [UInt8]

    /// Gathers readings of photographs, which are sorted by their digests.
    init(
        place: String, kernel: String, neurons: Int, hasPatches: Bool, _ readings: [(digest: String, PlaceReading)],
        unreadable: [String: String]
    ) {
        header = Header(
            place: place, kernel: kernel, neurons: neurons, hasPatches: hasPatches,
            photographs: readings.map(\.digest), unreadable: unreadable)
        var tables: [UInt8] = []
        tables.reserveCapacity(header.tableBytes)
        func append(_ value: (PlaceReading) -> [Float]) {
            let rows = readings.map { value($0.1) }
            for neuron in 0..<neurons {
                for row in rows { withUnsafeBytes(of: row[neuron].bitPattern.littleEndian) { tables += $0 } }
            }
        }
        append(\.activations)
        if hasPatches {
            append(\.peaks)
            for neuron in 0..<neurons {
                for reading in readings {
                    withUnsafeBytes(of: reading.1.peakPatches[neuron].littleEndian) { tables += $0 }
                }
            }
        }
        self.tables = tables
    }

    /// The file's name: photographs alone decide it.
    var name: String {
        Digest.hexadecimal(Array((header.photographs + header.unreadable.keys.sorted()).joined(separator: "\n").utf8))
    }

    /// The file's content, below its seal.
    var content: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(header)) + [UInt8(ascii: "\n")] + tables
        }
    }

    /// The header at the beginning of a shard's content, and where the tables begin; nil if there is none, or it is not
    /// of this version and place.
    static func header(in content: ArraySlice<UInt8>, place: String) -> (header: Header, tables: Int)? {
        guard let end = content.firstIndex(of: UInt8(ascii: "\n")),
            // Whatever is wrong with it, the shard is made again.
            let header = try? JSONDecoder().decode(Header.self, from: Data(content[..<end])),
            header.format == Header.version, header.place == place
        else { return nil }
        return (header, end + 1)
    }
}
