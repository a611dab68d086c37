// Which photographs are to be read at which places, and what the store has of it.

import Foundation
import Render
import Support
import ViT

/// A scan: photographs, and the places of one model at which they are read.
package struct PhotographScan: Sendable {
    /// The photographs.
    package let folder: PhotographFolder
    /// Where they are read.
    package let places: [ReadingPlace]
    package let model: ViT
    /// Identifies the model; see `LoadedModel.digest`.
    package let modelDigest: String
    let preparation: PicturePreparation
    package let store: Store

    /// A scan of a folder by a model.
    package init(
        _ folder: PhotographFolder, model: ViT, digest: String, preparation: PicturePreparation,
        places: [ReadingPlace], store: Store
    ) {
        self.folder = folder
        self.model = model
        modelDigest = digest
        self.preparation = preparation
        self.places = places
        self.store = store
    }

    /// The version of what is computed: raised by one whenever a change alters the numbers of a scan, or which files are
    /// read.
    private static let numerics = 1
    /// The most photographs of a shard. Work that is interrupted loses none, but a shard is written as a whole.
    private static let shardSize = 256

    /// All that a shard's numbers depend on except the photographs: a line for each part.
    package func text(of place: ReadingPlace) -> String {
        "atlasgen photographs 1\nweights: \(modelDigest)\naddress: \(place.address.identity)\ntokens: \(place.tokens)\n"
            + "preparation: \(preparationText)\nnumerics: \(Self.numerics)\n"
    }

    /// The steps of the preparation as a line.
    package var preparationText: String {
        var steps = preparation
        // Where the steps are written down does not matter.
        steps.source = ""
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // A value of numbers and words always has a form.
        return (try? encoder.encode(steps)).map { String(decoding: $0, as: UTF8.self) } ?? steps.words
    }

    /// The folder of a place's shards, in the store.
    func shardFolder(of place: ReadingPlace) -> String {
        "\(Store.shardFolder)/\(Digest.hexadecimal(Array(text(of: place).utf8)))"
    }

    /// Photographs that are read together and stored in one shard for each place.
    struct Unit: Sendable, Equatable {
        let photographs: [Photograph]
        let places: [ReadingPlace]
    }

    /// What the store lacks, in units.
    ///
    /// The photographs are divided by the first byte of their digests, so that the shares of a cluster, and an
    /// interrupted scan that goes on, make the shards that one machine makes.
    ///
    /// - Parameter shard: only this share of the photographs; nil for all.
    func missing(of shard: Shard? = nil) throws -> [Unit] {
        var known: [(place: ReadingPlace, digests: Set<String>)] = []
        for place in places {
            var digests = Set<String>()
            for found in try store.photographShards(in: shardFolder(of: place), place: text(of: place)) {
                digests.formUnion(found.header.photographs)
                digests.formUnion(found.header.unreadable.keys)
            }
            known.append((place, digests))
        }
        var units: [Unit] = []
        let wanted = folder.photographs.filter { photograph in shard.map { photograph.isIn($0) } ?? true }
        let byFirstByte = Dictionary(grouping: wanted) { $0.digest.prefix(2) }
        for (_, photographs) in byFirstByte.sorted(by: { $0.key < $1.key }) {
            var lacking: [[ReadingPlace]: [Photograph]] = [:]
            var order: [[ReadingPlace]] = []
            for photograph in photographs {
                let places = known.filter { !$0.digests.contains(photograph.digest) }.map(\.place)
                if places.isEmpty { continue }
                if lacking[places] == nil { order.append(places) }
                lacking[places, default: []].append(photograph)
            }
            for places in order {
                let photographs = lacking[places] ?? []
                units += stride(from: 0, to: photographs.count, by: Self.shardSize).map {
                    Unit(
                        photographs: Array(photographs[$0..<min(photographs.count, $0 + Self.shardSize)]),
                        places: places)
                }
            }
        }
        return units
    }

    /// Number of photographs that the store lacks at some place.
    package func missingCount(of shard: Shard? = nil) throws -> Int {
        try missing(of: shard).reduce(0) { $0 + $1.photographs.count }
    }

    /// A digest of everything that the scan's results depend on.
    package var digest: String {
        let lines =
            places.map(text) + folder.photographs.map { "\($0.digest) \($0.path)" }
            + folder.skipped.map { "\($0.path) \($0.reason)" }
        return Digest.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    /// The photograph as the model's image.
    ///
    /// - Throws: `RenderError` if it cannot be read; `AtlasError` if the file has changed since the folder was searched.
    package func image(of photograph: Photograph) throws -> Picture {
        let path = "\(folder.path)/\(photograph.path)"
        guard let bytes = try FileSystem.read(path), Digest.hexadecimal(bytes) == photograph.digest else {
            throw AtlasError(.data, "\(path) changed while the photographs were read; run the command again")
        }
        let preparation = preparation
        return try PictureFile.picture(
            in: Data(bytes), file: photograph.path, upright: preparation.turnsUpright,
            enough: { width, height in
                let size = preparation.resizedSize(height: height, width: width)
                return (size.width, size.height)
            }
        ).prepared(preparation)
    }
}

extension Project {
    /// Every scan whose shards the project needs.
    ///
    /// - Throws: as ``photographs(in:isDry:)``.
    package func scans(in store: Store) throws -> [PhotographScan] { try scan(in: store).map { [$0] } ?? [] }

    /// The scan of the project's photographs at the places of its layers' grids; nil without photographs.
    ///
    /// - Parameter isDry: leaves the store as it is.
    /// - Throws: as ``photographs(in:isDry:)``.
    package func scan(in store: Store, isDry: Bool = false) throws -> PhotographScan? {
        guard let folder = try photographs(in: store, isDry: isDry) else { return nil }
        return PhotographScan(
            folder, model: model.model, digest: model.digest, preparation: model.checkpoint.preparation,
            places: layers.map { ReadingPlace(address: $0.address, tokens: $0.tokens[0]) }, store: store)
    }
}
