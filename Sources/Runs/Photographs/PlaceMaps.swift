// Where in its photographs a neuron is active: a map over the patches for each photograph that a page shows.

import Foundation
import Support
import ViT

/// The maps of a place's neurons on the photographs that excite them most.
package struct PlaceMaps: Sendable {
    /// For each neuron and photograph, by its index in the ranking, the activation at each patch, row by row: 0…255 of
    /// the neuron's highest on any of its photographs.
    private let maps: [Int: [Int: [UInt8]]]

    /// The map of a neuron on a photograph; nil if there is none.
    package func map(of neuron: Int, on photograph: Int) -> [UInt8]? { maps[neuron]?[photograph] }

    /// The maps in the order of neurons and of their photographs, as they are stored.
    fileprivate init(_ bytes: [UInt8], of ranking: PlaceRanking, patches: Int) {
        var start = 0
        var maps: [Int: [Int: [UInt8]]] = [:]
        for (neuron, photographs) in ranking.mapped {
            for photograph in photographs where start + patches <= bytes.count {
                maps[neuron, default: [:]][photograph] = Array(bytes[start..<start + patches])
                start += patches
            }
        }
        self.maps = maps
    }
}

extension PlaceRanking {
    /// The neurons ascending, each with the photographs whose maps are kept: the most exciting ones, also by their best
    /// patch.
    fileprivate var mapped: [(neuron: Int, photographs: [Int])] {
        neurons.sorted { $0.key < $1.key }.map { neuron, row in
            (neuron, Set((row.top + row.peaks).map(\.photograph)).sorted())
        }
    }
}

extension PhotographScan {
    /// Raised by one whenever maps or their form change.
    private static let mapVersion = 1

    /// The maps of some places' rankings, by place: those that the store has, and the others by one more pass over the
    /// photographs that they show. Places without patches have none.
    ///
    /// - Parameter device: computes those that the store lacks.
    /// - Throws: `AtlasError` or `RenderError` if a photograph cannot be read any more.
    package func maps(
        of rankings: [ReadingPlace: PlaceRanking], on device: SharedDevice
    ) throws -> [ReadingPlace: PlaceMaps] {
        let patches = model.configuration.patchCount
        var result: [ReadingPlace: PlaceMaps] = [:]
        var missing: [ReadingPlace] = []
        for place in places where place.hasPatches(in: model.configuration) {
            guard let ranking = rankings[place], result[place] == nil, !missing.contains(place) else { continue }
            let count = ranking.mapped.reduce(0) { $0 + $1.photographs.count }
            if let bytes = try store.sealed(try mapName(place, ranking)), bytes.count == count * patches {
                result[place] = PlaceMaps(bytes, of: ranking, patches: patches)
            } else {
                missing.append(place)
            }
        }
        guard !missing.isEmpty else { return result }
        for (place, bytes) in try read(missing, rankings, device()) {
            guard let ranking = rankings[place] else { continue }
            try store.saveSealed(bytes, as: try mapName(place, ranking))
            result[place] = PlaceMaps(bytes, of: ranking, patches: patches)
        }
        return result
    }

    private func mapName(_ place: ReadingPlace, _ ranking: PlaceRanking) throws -> String {
        let wanted = ranking.mapped.map { neuron, photographs in
            "\(neuron): \(photographs.map { ranking.photographs[$0].digest }.joined(separator: " "))"
        }
        let text = "maps \(Self.mapVersion)\n\(text(of: place))\(wanted.joined(separator: "\n"))"
        return "photographs/maps/\(Digest.hexadecimal(Array(text.utf8))).map"
    }

    /// A neuron of a place, on a photograph.
    private struct Spot: Hashable {
        let place: ReadingPlace
        let neuron: Int
        let digest: String
    }

    private func read(
        _ places: [ReadingPlace], _ rankings: [ReadingPlace: PlaceRanking], _ device: any Device
    ) throws -> [(ReadingPlace, [UInt8])] {
        // Which neurons are asked for on each photograph.
        var wanted: [Photograph: [ReadingPlace: [Int]]] = [:]
        for place in places {
            guard let ranking = rankings[place] else { continue }
            for (neuron, photographs) in ranking.mapped {
                for index in photographs {
                    wanted[ranking.photographs[index], default: [:]][place, default: []] += [neuron]
                }
            }
        }
        let photographs = wanted.keys.sorted { $0.digest < $1.digest }
        let asked = photographs.map { wanted[$0] ?? [:] }
        // [photograph][place][neuron that is asked for]
        let found: [[[[Float]]]] = try device.readings(
            of: photographs.count, prepare: { try image(of: photographs[$0]).planes },
            makeReader: { try device.makePlacesReader(model: model, places: places, capacity: $0) }
        ) { reader, pictures, batch in
            try reader.read(pictures) { picture, place in asked[batch.lowerBound + picture][place] ?? [] }
                .map { $0.map(\.maps) }
        }
        var maps: [Spot: [Float]] = [:]
        for (index, readings) in found.enumerated() {
            for (place, reading) in zip(places, readings) {
                for (neuron, map) in zip(asked[index][place] ?? [], reading) {
                    maps[Spot(place: place, neuron: neuron, digest: photographs[index].digest)] = map
                }
            }
        }
        return places.compactMap { place in
            rankings[place].map { ranking in
                let bytes = ranking.mapped.flatMap { neuron, photographs in
                    Self.levels(
                        photographs.map {
                            maps[Spot(place: place, neuron: neuron, digest: ranking.photographs[$0].digest)] ?? []
                        })
                }
                return (place, bytes)
            }
        }
    }

    /// Activations as shares of the highest of all, 0…255. If none is above 0, the lowest is 0.
    private static func levels(_ maps: [[Float]]) -> [UInt8] {
        let all = maps.joined()
        let high = all.max() ?? 0
        let low = high > 0 ? 0 : all.min() ?? 0
        guard high > low else { return [UInt8](repeating: 0, count: all.count) }
        return all.map { UInt8((255 * max(0, min(1, ($0 - low) / (high - low)))).rounded()) }
    }
}
