// The ranking of a place's photographs for its neurons, made from the shards and kept in the store.

import Foundation
import Support
import ViT

/// What photographs excite the neurons of a place.
package struct PlaceRanking: Codable, Sendable, Equatable {
    /// The photographs that were read, in the order of their digests.
    package let photographs: [Photograph]
    /// Files that could not be read, by path, with the reason.
    package let unreadable: [String: String]
    /// The neurons by their numbers.
    package let neurons: [Int: NeuronPhotographs]
}

/// A place's shards, with each wanted photograph found in one of them.
package struct PlaceTable: Sendable {
    /// The photographs that were read, in the order of their digests.
    package let photographs: [Photograph]
    /// Those that could not be read, by path, with the reason.
    package let unreadable: [String: String]
    /// A photograph's column: the shard, and the place in its tables.
    private let columns: [(shard: Int, column: Int)]
    private let shards: [Store.ShardFile]
    private let store: Store
    private let hasPatches: Bool
    private let neuronCount: Int

    /// Finds the photographs in the store, after checking every shard completely. Nil if one is missing, perhaps because
    /// its shard turned out to be damaged and is now set aside.
    package init?(_ scan: PhotographScan, at place: ReadingPlace) throws {
        store = scan.store
        shards = try store.photographShards(in: scan.shardFolder(of: place), place: scan.text(of: place))
        hasPatches = place.hasPatches(in: scan.model.configuration)
        neuronCount = place.tokens.neuronCount(at: place.address, in: scan.model.configuration)
        var found: [String: (shard: Int, column: Int)] = [:]
        var reasons: [String: String] = [:]
        for (index, shard) in shards.enumerated() {
            guard try store.isWhole(shard) else { return nil }
            for (column, digest) in shard.header.photographs.enumerated() where found[digest] == nil {
                found[digest] = (index, column)
            }
            reasons.merge(shard.header.unreadable) { first, _ in first }
        }
        var photographs: [Photograph] = []
        var columns: [(shard: Int, column: Int)] = []
        var unreadable: [String: String] = [:]
        for photograph in scan.folder.photographs {
            if let column = found[photograph.digest] {
                photographs.append(photograph)
                columns.append(column)
            } else if let reason = reasons[photograph.digest] {
                unreadable[photograph.path] = reason
            } else {
                return nil
            }
        }
        self.photographs = photographs
        self.columns = columns
        self.unreadable = unreadable
    }

    /// Floats that are held at once while neurons are read.
    private static let pieceSize = 1 << 24

    /// What `body` makes of each neuron's activations, one for each photograph, and of the highest at a patch, if there
    /// are patches; in ascending order of the neurons, without those that the place has not.
    /// Memory: a piece of neurons at a time, 64 MiB or one neuron.
    package func map<Value: Sendable>(
        _ neurons: [Int], _ body: @Sendable (Int, [Float], (values: [Float], patches: [UInt16])?) throws -> Value
    ) throws -> [Value] {
        guard !photographs.isEmpty else { return [] }
        let piece = max(1, Self.pieceSize / ((hasPatches ? 3 : 1) * photographs.count))
        var rest = neurons.filter { (0..<neuronCount).contains($0) }.sorted()[...]
        var values: [Value] = []
        while let first = rest.first {
            // Neighbours are read from each shard at once.
            let range = first..<min(neuronCount, first + piece)
            let part = Array(rest.prefix { range.contains($0) })
            rest = rest.dropFirst(part.count)
            let tables = try shards.map { try read($0, range) }
            values += try concurrently(part.count) { index in
                let row = part[index] - range.lowerBound
                return Result {
                    try body(
                        part[index], floats(in: tables, 0, row: row),
                        hasPatches ? (floats(in: tables, 1, row: row), patches(in: tables, row: row)) : nil)
                }
            }.map { try $0.get() }
        }
        return values
    }

    /// A neuron's floats in the order of the photographs: activations in table 0, highest at a patch in table 1.
    private func floats(in tables: [[[UInt8]]], _ table: Int, row: Int) -> [Float] {
        columns.map { column in
            let place = row * shards[column.shard].header.photographs.count + column.column
            return tables[column.shard][table].withUnsafeBytes { bytes in
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)))
            }
        }
    }

    /// A neuron's patches in the order of the photographs.
    private func patches(in tables: [[[UInt8]]], row: Int) -> [UInt16] {
        columns.map { column in
            let place = row * shards[column.shard].header.photographs.count + column.column
            return tables[column.shard][2].withUnsafeBytes { bytes in
                UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self))
            }
        }
    }

    /// The tables of some neurons in a shard.
    private func read(_ shard: Store.ShardFile, _ neurons: Range<Int>) throws -> [[UInt8]] {
        let count = shard.header.photographs.count
        let path = "\(store.folder)/\(shard.name)"
        guard let file = try OpenFile(reading: path) else {
            throw AtlasError(.io, "\(path) disappeared while it was read; run the command again")
        }
        var start = shard.tables
        return try (hasPatches ? [4, 4, 2] : [4]).map { size in
            let offset = start + neurons.lowerBound * count * size
            start += neuronCount * count * size
            let bytes = try file.read(from: offset, count: neurons.count * count * size)
            guard bytes.count == neurons.count * count * size else {
                throw AtlasError(.io, "\(path) became shorter while it was read; run the command again")
            }
            return bytes
        }
    }
}

extension PhotographScan {
    /// Raised by one whenever a ranking's form or content changes.
    private static let rankingVersion = 1

    /// The ranking of the photographs for some neurons of a place; nil if photographs are missing in the store.
    ///
    /// - Parameter show: the most examples at each end.
    package func ranking(at place: ReadingPlace, of neurons: [Int], show: Int) throws -> PlaceRanking? {
        let key =
            "ranking \(Self.rankingVersion) \(show)\n\(text(of: place))\(neurons)\n"
            + folder.photographs.map { "\($0.digest) \($0.path)" }.joined(separator: "\n")
        let name = "photographs/rankings/\(Digest.hexadecimal(Array(key.utf8))).json"
        if let bytes = try store.sealed(name),
            // A file of another form is made again.
            let ranking = try? JSONDecoder().decode(PlaceRanking.self, from: Data(bytes))
        {
            return ranking
        }
        guard let table = try PlaceTable(self, at: place) else { return nil }
        let rows = try table.map(neurons) { neuron, activations, peaks in
            (neuron, NeuronPhotographs(activations: activations, peaks: peaks, show: show))
        }
        let ranking = PlaceRanking(
            photographs: table.photographs, unreadable: table.unreadable,
            neurons: Dictionary(rows) { first, _ in first })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(ranking)), as: name)
        return ranking
    }
}
