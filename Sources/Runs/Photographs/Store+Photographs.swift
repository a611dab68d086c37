// The shards of scans in the store.

import Foundation
import Support

extension Store {
    /// The folder of the shards, a folder for each place.
    static let shardFolder = "photographs/shards"
    private static let shardEnding = ".shard"
    /// Enough for the header of most shards; a longer one costs a second read.
    private static let usualShardHeader = 32_768

    /// A shard's file.
    struct ShardFile: Sendable {
        /// Its path in the store's folder.
        let name: String
        let header: PhotographShard.Header
        /// Where the tables begin in the file, below seal and header.
        let tables: Int
    }

    /// The shards in a folder of the store, by their headers alone, sorted by name. Those with a damaged header or
    /// another length are set aside.
    ///
    /// - Parameter place: the text of their place.
    func photographShards(in folder: String, place: String) throws -> [ShardFile] {
        let seal = Self.sealLength
        return try FileSystem.names(in: "\(self.folder)/\(folder)").compactMap { file -> ShardFile? in
            guard file.hasSuffix(Self.shardEnding) else { return nil }
            let path = "\(self.folder)/\(folder)/\(file)"
            guard try FileSystem.isFile(path), let open = try OpenFile(reading: path) else { return nil }
            var start = try open.read(count: seal + Self.usualShardHeader)
            if !start.dropFirst(seal).contains(UInt8(ascii: "\n")) { start = try open.read() }
            guard let (header, tables) = PhotographShard.header(in: start.dropFirst(seal), place: place),
                try open.size() == tables + header.tableBytes
            else {
                setAside(path, as: file, because: "its beginning or its length is wrong")
                return nil
            }
            return ShardFile(name: "\(folder)/\(file)", header: header, tables: tables)
        }
    }

    /// Stores a shard, durably and as a whole.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` or `io`; the store is then unchanged.
    func save(_ shard: PhotographShard, in folder: String) throws {
        let name = "\(folder)/\(shard.name)\(Self.shardEnding)"
        try saveSealed(try shard.content, as: name)
        guard FileSystem.exists("\(self.folder)/\(name)") else {
            throw AtlasError(
                .cannotCreate,
                "\(self.folder)/\(name) cannot be written: the folder is not writable. Make it writable, and run the "
                    + "command again.")
        }
    }

    /// Whether a shard's file has the checksum that it states; a damaged one is set aside.
    func isWhole(_ shard: ShardFile) throws -> Bool { try sealed(shard.name) != nil }

    /// Every shard of every place, unread: its path in the store's folder, and its size.
    package func photographShards() throws -> [(name: String, bytes: Int)] {
        try FileSystem.names(in: "\(folder)/\(Self.shardFolder)").flatMap { place in
            try FileSystem.names(in: "\(folder)/\(Self.shardFolder)/\(place)").filter { $0.hasSuffix(Self.shardEnding) }
                .compactMap { name in
                    let file = "\(Self.shardFolder)/\(place)/\(name)"
                    return FileSystem.version(of: "\(folder)/\(file)").map { (file, $0.bytes) }
                }
        }
    }

    /// Every shard, checked completely: the number of whole ones, and the damage.
    package func verifyPhotographs() throws -> (whole: Int, damaged: [Damage]) {
        var result: (whole: Int, damaged: [Damage]) = (0, [])
        for (file, _) in try photographShards() {
            if try sealed(file) != nil {
                result.whole += 1
            } else if let damage = damage(ofFile: "\(folder)/\(file)") {
                result.damaged.append(damage)
            }
        }
        return result
    }

    /// Removes the shards that no scan needs: those of other places, and those that hold none of the photographs.
    ///
    /// - Parameters:
    ///   - scans: what is still wanted.
    ///   - isDry: only reports what would be removed.
    /// - Returns: the number of shards, and their bytes.
    package func prunePhotographs(keeping scans: [PhotographScan], isDry: Bool) throws -> (shards: Int, bytes: Int) {
        var kept = Set<String>()
        for scan in scans {
            let wanted = Set(scan.folder.photographs.map(\.digest))
            for place in scan.places {
                for file in try photographShards(in: scan.shardFolder(of: place), place: scan.text(of: place)) {
                    let held = file.header.photographs + file.header.unreadable.keys
                    if held.contains(where: wanted.contains) { kept.insert(file.name) }
                }
            }
        }
        var result = (shards: 0, bytes: 0)
        for (file, _) in try photographShards() where !kept.contains(file) {
            result.shards += 1
            result.bytes += try drop("\(folder)/\(file)", isDry: isDry)
        }
        return result
    }
}
