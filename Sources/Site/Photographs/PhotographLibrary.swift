// The photographs as pages show them: rankings, maps and small pictures, all from the store.

import Foundation
import Render
import Runs
import Support
import ViT

/// What photographs excite the layers of a project.
///
/// Unchecked Sendable: what is known is read and written only under the lock.
package final class PhotographLibrary: @unchecked Sendable {
    let scan: PhotographScan
    private let device: SharedDevice
    private let layers: [AtlasLayer]
    private let settings: AtlasConfiguration.PhotographSettings
    private let lock = NSLock()
    private var rankings: [ReadingPlace: PlaceRanking]?
    private var maps: [ReadingPlace: PlaceMaps]?

    /// The library of a project's scan; nil if there is none.
    ///
    /// - Parameter device: computes the maps.
    init?(_ project: Project, _ scan: PhotographScan?, on device: SharedDevice) {
        guard let scan, let settings = project.configuration.photographs else { return nil }
        self.scan = scan
        self.device = device
        self.settings = settings
        layers = project.layers
    }

    /// Whether the site shows photographs and names their files.
    var isPublic: Bool { settings.publish }
    /// How many a page shows at each end.
    var shown: Int { settings.show }

    /// The ranking of a layer's place; nil while photographs are missing.
    func ranking(of address: Address) throws -> (place: ReadingPlace, ranking: PlaceRanking)? {
        guard let layer = layers.first(where: { $0.address == address }) else { return nil }
        let place = Self.place(of: layer)
        return try lock.withLock { try known()[place] }.map { (place, $0) }
    }

    /// All that was read for a layer's neurons; nil while photographs are missing.
    func table(of address: Address) throws -> PlaceTable? {
        try layers.first { $0.address == address }.flatMap { try PlaceTable(scan, at: Self.place(of: $0)) }
    }

    /// The maps of a layer's place; nil for a place without patches.
    func maps(of address: Address) throws -> PlaceMaps? {
        guard isPublic, let layer = layers.first(where: { $0.address == address }) else { return nil }
        return try lock.withLock {
            // Once for all layers, because a photograph is read once for all of them.
            let found = try maps ?? scan.maps(of: known(), on: device)
            maps = found
            return found[Self.place(of: layer)]
        }
    }

    private static func place(of layer: AtlasLayer) -> ReadingPlace {
        ReadingPlace(address: layer.address, tokens: layer.tokens[0])
    }

    /// The rankings of all layers; the caller holds the lock.
    private func known() throws -> [ReadingPlace: PlaceRanking] {
        if let rankings { return rankings }
        var found: [ReadingPlace: PlaceRanking] = [:]
        for layer in layers {
            let place = Self.place(of: layer)
            found[place] = try scan.ranking(at: place, of: layer.neurons, show: settings.show)
        }
        rankings = found
        return found
    }

    /// Identifies all that pages show of the photographs of a layer.
    func version(of address: Address) throws -> String {
        "\(scan.digest) \(try ranking(of: address)?.ranking.photographs.count ?? -1)"
    }

    /// Number of photographs that were read.
    package var seen: Int {
        get throws { try lock.withLock { try known().values.map(\.photographs.count).max() ?? 0 } }
    }

    /// Files that could not be read, by path.
    package var skipped: [SkippedFile] {
        get throws {
            var reasons: [String: String] = [:]
            for ranking in try lock.withLock({ try known().values }) {
                reasons.merge(ranking.unreadable) { min($0, $1) }
            }
            for file in scan.folder.skipped { reasons[file.path] = file.reason }
            return reasons.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
                SkippedFile(path: $0.key, reason: $0.value)
            }
        }
    }

    /// The photographs that the layers' pages show, in the order of their digests.
    package var published: [Photograph] {
        get throws {
            guard isPublic else { return [] }
            var shown = Set<Photograph>()
            for ranking in try lock.withLock({ try known().values }) {
                for row in ranking.neurons.values {
                    for example in row.top + row.peaks + row.least + row.quantiles.map(\.example) {
                        shown.insert(ranking.photographs[example.photograph])
                    }
                }
            }
            return shown.sorted { $0.digest < $1.digest }
        }
    }

    // MARK: - Small pictures

    /// Width of a photograph on pages, unless the model's image is narrower; in pixels.
    private static let width = 160
    /// The most bytes of a photograph's file.
    private static let largestFile = 12_288
    /// Raised by one whenever the small pictures change.
    private static let version = 1

    /// A photograph's size on pages.
    static func size(in model: ViTConfiguration) -> (width: Int, height: Int) {
        let width = min(Self.width, model.imageWidth)
        return (width, max(1, (model.imageHeight * width + model.imageWidth / 2) / model.imageWidth))
    }

    /// The JPEG file of a photograph: the model's image of it, which is what the model saw, made smaller.
    func file(of photograph: Photograph) throws -> [UInt8] {
        let text = "\(Self.version) \(photograph.digest) \(scan.preparationText)"
        let name = "photographs/thumbnails/\(photograph.digest.prefix(2))/\(Digest.hexadecimal(Array(text.utf8))).jpg"
        if let bytes = try scan.store.sealed(name) { return bytes }
        let small = try scan.image(of: photograph).thumbnail(width: Self.width)
        let bytes = try JPEG.encode(small, atMost: Self.largestFile)
        try scan.store.saveSealed(bytes, as: name)
        return bytes
    }
}
