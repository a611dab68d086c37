// Reads photographs at several places by one forward pass on an accelerator.

import PJRT
import StableHLO
import ViT

/// One worker's pass to the last of the places.
final class XLAPlacesReader: PlacesReader {
    private let writer: PlacesWriter
    private let batchSize: Int
    private let accelerator: Accelerator
    private let share: DeviceShare
    /// The modules by the number of maps that they give of a picture at each place.
    private var modules: [Int: PictureModule] = [:]

    private var configuration: ViTConfiguration { writer.model.configuration }

    init(model: ViT, places: [ReadingPlace], batchSize: Int, _ accelerator: Accelerator) throws {
        precondition(!places.isEmpty)
        writer = PlacesWriter(model: model, places: places)
        self.batchSize = batchSize
        self.accelerator = accelerator
        share = DeviceShare(of: accelerator)
    }

    /// The module for this number of maps, made when it is first needed.
    private func module(maps: Int) throws -> PictureModule {
        if let known = modules[maps] { return known }
        let module = try PictureModule(
            size: configuration.pictureSize, batchSize: batchSize, on: share, of: accelerator
        ) { [writer] count in writer.module(count: count, maps: maps) }
        modules[maps] = module
        return module
    }

    func read(_ pictures: [FloatBuffer], maps: (_ picture: Int, ReadingPlace) -> [Int]) throws -> [[PlaceReading]] {
        // [place][picture]
        let wanted = writer.places.map { place in
            pictures.indices.map { writer.readsPatches(at: place) ? maps($0, place) : [] }
        }
        let most = wanted.joined().map(\.count).max() ?? 0
        // Powers of two, so that there are few modules.
        let mapCount = most == 0 ? 0 : 1 << (Int.bitWidth - (most - 1).leadingZeroBitCount)
        return try reportingFailures {
            try module(maps: mapCount).read(pictures) { batch, batchSize in
                try mapInputs(wanted, batch, batchSize: batchSize, mapCount)
            } decode: { outputs, batch, batchSize in
                try readings(outputs, batch, batchSize: batchSize, wanted, mapCount)
            }
        }
    }

    /// The neurons whose maps are wanted at each place with patches, (N, M); 0 in the places that are left.
    private func mapInputs(
        _ wanted: [[[Int]]], _ batch: Range<Int>, batchSize: Int, _ mapCount: Int
    ) throws -> [Buffer] {
        guard mapCount > 0 else { return [] }
        return try zip(writer.places, wanted).filter { writer.readsPatches(at: $0.0) }.map { _, wanted in
            var neurons = [Int32](repeating: 0, count: batchSize * mapCount)
            for (slot, picture) in batch.enumerated() {
                for (index, neuron) in wanted[picture].enumerated() {
                    neurons[slot * mapCount + index] = Int32(neuron)
                }
            }
            return try accelerator.client.buffer(
                neurons, .int32, shape: [batchSize, mapCount], on: accelerator.client.devices[share.index])
        }
    }

    /// What the outputs of `PlacesWriter.module` say of a batch's pictures.
    private func readings(
        _ outputs: [Buffer], _ batch: Range<Int>, batchSize: Int, _ wanted: [[[Int]]], _ mapCount: Int
    ) throws -> [[PlaceReading]] {
        var rest = outputs[...]
        func rows<Element: BitwiseCopyable>(of length: Int, _ zero: Element) throws -> [[Element]] {
            let all = try rest.removeFirst().array(count: batchSize * length, repeating: zero)
            return batch.indices.map {
                Array(all[($0 - batch.lowerBound) * length..<($0 - batch.lowerBound + 1) * length])
            }
        }
        let patchCount = configuration.patchCount
        let places = try zip(writer.places, wanted).map { place, wanted -> [PlaceReading] in
            let neurons = place.tokens.neuronCount(at: place.address, in: configuration)
            let activations = try rows(of: neurons, Float(0))
            guard writer.readsPatches(at: place) else {
                return activations.map { PlaceReading(activations: $0, peaks: [], peakPatches: [], maps: []) }
            }
            let peaks = try rows(of: neurons, Float(0))
            let patches = try rows(of: neurons, Int32(0))
            let maps = mapCount > 0 ? try rows(of: mapCount * patchCount, Float(0)) : batch.map { _ in [] }
            return batch.enumerated().map { slot, picture in
                PlaceReading(
                    activations: activations[slot], peaks: peaks[slot],
                    peakPatches: patches[slot].map(UInt16.init(clamping:)),
                    maps: wanted[picture].indices.map { Array(maps[slot][$0 * patchCount..<($0 + 1) * patchCount]) })
            }
        }
        return batch.indices.map { picture in places.map { $0[picture - batch.lowerBound] } }
    }
}
