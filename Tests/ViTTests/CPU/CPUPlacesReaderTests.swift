// One pass for several places gives what a pass for each of them gives.

import Reference
import Testing

@testable import ViT

struct CPUPlacesReaderTests {
    private let model = RandomModel.make(seed: 3)
    private var pictures: [FloatBuffer] {
        var samples = SampleGenerator(seed: 4)
        return (0..<3).map { _ in FloatBuffer(samples.values(3 * 40 * 40).map { 0.5 + $0 / 2 }) }
    }

    private func places(_ addresses: [Address]) -> [ReadingPlace] {
        [TokenSelection.patches, .cls, .center, .token(3), .slice].flatMap { tokens in
            addresses.filter { tokens.isDefined(at: $0, in: model.configuration) }.map {
                ReadingPlace(address: $0, tokens: tokens)
            }
        }
    }

    private func expectEqual(_ read: [Float], _ expected: [Float], _ place: ReadingPlace) {
        #expect(read.count == expected.count)
        let scale = expected.map(abs).max() ?? 0
        for (one, other) in zip(read, expected) { #expect(abs(one - other) <= 1e-5 * scale, "\(place)") }
    }

    /// Every address is the last one once, and read on the way to a later one.
    @Test func everyPlaceIsThatOfItsOwnPass() throws {
        let all = Address.all(in: model.configuration)
        let pictures = pictures
        for last in all.indices {
            let places = places(last == 0 ? [all[0]] : [all[last - 1], all[last]])
            let readings = try CPUDevice().makePlacesReader(model: model, places: places, capacity: 2).read(pictures)
            #expect(readings.map(\.count) == Array(repeating: places.count, count: 3))
            for (index, place) in places.enumerated() {
                let own = try CPUDevice().makeReader(
                    model: model, address: place.address, tokens: place.tokens, capacity: 2)
                for (reading, activations) in zip(readings, try own.activations(of: pictures)) {
                    expectEqual(reading[index].activations, activations, place)
                }
            }
        }
    }

    /// A picture's values do not depend on its neighbours, on the batch, or on what else is read.
    @Test func valuesDependOnThePictureAlone() throws {
        let all = Address.all(in: model.configuration)
        let places = places(all)
        let pictures = pictures
        let together = try CPUDevice().makePlacesReader(model: model, places: places, capacity: 3).read(pictures)
        for (index, place) in places.enumerated() where place.tokens == .patches {
            let alone = CPUDevice().makePlacesReader(model: model, places: [place], capacity: 1)
            for (slot, picture) in pictures.enumerated() {
                #expect(try alone.read([picture])[0][0] == together[slot][index], "\(place)")
            }
        }
    }

    @Test func peaksAndMapsAreThoseOfThePatches() throws {
        let address = Address.block(1, .mlp1)
        let place = ReadingPlace(address: address, tokens: .patches)
        let configuration = model.configuration
        let reader = CPUDevice().makePlacesReader(model: model, places: [place], capacity: 2)
        let readings = try reader.read(pictures) { _, _ in [5, 0] }
        let patches = configuration.prefixTokenCount..<configuration.tokenCount
        for (picture, reading) in zip(pictures, readings.map { $0[0] }) {
            let byPatch = try patches.map { token in
                try CPUDevice().makeReader(model: model, address: address, tokens: .token(token), capacity: 1)
                    .activations(of: [picture])[0]
            }
            for channel in reading.peaks.indices {
                let map = byPatch.map { $0[channel] }
                expectEqual([reading.peaks[channel]], [map.max() ?? 0], place)
                expectEqual([map[Int(reading.peakPatches[channel])]], [map.max() ?? 0], place)
            }
            expectEqual(reading.maps[0], byPatch.map { $0[5] }, place)
            expectEqual(reading.maps[1], byPatch.map { $0[0] }, place)
        }
        // An address with one token has no patches.
        let head = CPUDevice().makePlacesReader(
            model: model, places: [ReadingPlace(address: .head, tokens: .patches)], capacity: 1)
        let logits = try head.read(pictures) { _, _ in [1] }[0][0]
        #expect(logits.peaks.isEmpty && logits.peakPatches.isEmpty && logits.maps.isEmpty)
    }
}
