// Photographs on a device against the CPU's readings: every address and selection of several families, and directions.

import FaultyPlugin
import Reference
import Support
import Testing

@testable import ViT
@testable import XLA

struct XLAPlacesReaderTests {
    /// A model with directions of every nonlinearity, at several addresses.
    private static func model(_ family: Int) -> ViT {
        var shape = ViTConfiguration.smallFamilies[family]
        shape.layerNormEpsilon = 1e-4
        var generator = SampleGenerator(seed: 40 + family)
        let kinds: [DirectionNonlinearity] = [.none, .relu, .jumpReLU, .topK(3)]
        let bases: [Address] = [.block(0, .mlp1), .block(1, .output), .encoderNorm, .block(0, .mlp0)]
        return zip(bases, kinds).reduce(ViT.random(shape, seed: family)) { model, row in
            let (base, kind) = row
            let (count, width) = (7, base.width(in: shape))
            return model.adding(
                DirectionSet(name: "sae", base: base, count: count, nonlinearity: kind, digest: "\(kind)"),
                DirectionMatrix(
                    rows: LinearParameters(
                        weight: FloatBuffer(generator.values(count * width)), bias: FloatBuffer(generator.values(count))
                    ),
                    nonlinearity: kind,
                    thresholds: kind == .jumpReLU ? FloatBuffer(generator.values(count).map(abs)) : nil))
        }
    }

    private static func places(of model: ViT) -> [ReadingPlace] {
        let shape = model.configuration
        return Address.all(in: shape).flatMap { address in
            [TokenSelection.patches, .cls, .center, .token(3), .slice]
                .filter { $0.isDefined(at: address, in: shape) }.map { ReadingPlace(address: address, tokens: $0) }
        }
    }

    private static func pictures(_ count: Int, of model: ViT) -> [FloatBuffer] {
        let shape = model.configuration
        var generator = SampleGenerator(seed: 5)
        return (0..<count).map { _ in
            FloatBuffer(generator.values(3 * shape.imageHeight * shape.imageWidth).map { 0.5 + $0 / 2 })
        }
    }

    /// Activations, peaks and maps within 1e-4 of the largest of their kind, and the same patches where no other patch is as
    /// high. Pictures ask for different numbers of maps.
    @Test(.needsPlugin, arguments: [1, 3, 4, 5, 7, 8]) func readingsAreTheCPUs(family: Int) throws {
        let model = Self.model(family)
        let (places, pictures) = (Self.places(of: model), Self.pictures(9, of: model))
        let width = { (place: ReadingPlace) in place.tokens.neuronCount(at: place.address, in: model.configuration) }
        let wanted = { (picture: Int, place: ReadingPlace) in
            (0..<picture % 4).map { (picture + 5 * $0) % width(place) }
        }
        let device = XLADevice(try TestPlugin.client.get(), batchSize: 4)
        let measured = try device.makePlacesReader(model: model, places: places, capacity: 1)
            .read(pictures, maps: wanted)
        let expected = CPUPlacesReader(model: model, places: places, capacity: 2)
            .read(pictures) { _, place in Array(0..<width(place)) }

        for (picture, (readings, truths)) in zip(measured, expected).enumerated() {
            #expect(readings.count == places.count)
            for (place, (reading, truth)) in zip(places, zip(readings, truths)) {
                let what = Comment(rawValue: "picture \(picture), \(place)")
                func expectEqual(_ values: [Float], _ others: [Float]) {
                    let scale = max(1e-3, others.map(abs).max() ?? 0)
                    #expect(values.count == others.count, what)
                    #expect(zip(values, others).allSatisfy { abs($0 - $1) <= 1e-4 * scale }, what)
                }
                expectEqual(reading.activations, truth.activations)
                expectEqual(reading.peaks, truth.peaks)
                #expect(reading.peakPatches.count == truth.peakPatches.count, what)
                for (neuron, (patch, other)) in zip(reading.peakPatches, truth.peakPatches).enumerated()
                where patch != other {
                    let map = truth.maps[neuron]
                    #expect(abs(map[Int(patch)] - map[Int(other)]) <= 1e-4 * max(1, abs(truth.peaks[neuron])), what)
                }
                let neurons = truth.maps.isEmpty ? [] : wanted(picture, place)
                #expect(reading.maps.count == neurons.count, what)
                for (map, neuron) in zip(reading.maps, neurons) { expectEqual(map, truth.maps[neuron]) }
            }
        }
    }

    /// Memory that runs out while pictures are read: smaller batches, and then an error.
    @Test func smallerBatchesAreRead() throws {
        let model = Self.model(0)
        let (places, pictures) = (Self.places(of: model), Self.pictures(70, of: model))
        let plugin = try FaultyPlugin()
        func read() throws -> [[PlaceReading]] {
            try XLADevice(plugin: plugin.path).makePlacesReader(model: model, places: places, capacity: 8)
                .read(pictures) { _, _ in [0, 1, 2] }
        }
        let expected = try read()
        #expect(expected.count == 70)
        // Batches of 64 and 32 do not fit, and 16 do: 5 more calls.
        plugin.fail("PJRT_LoadedExecutable_Execute", calls: 1...2, code: 8)
        #expect(try read() == expected)
        #expect(plugin.calls == 2 + 5)
        plugin.fail("PJRT_Client_Compile", calls: 1...6, code: 8)
        #expect(try read() == expected)
        #expect(plugin.calls == 7)
        plugin.fail("PJRT_LoadedExecutable_Execute", code: 8, "no memory")
        let error = try #require(throws: AtlasError.self) { try read() }
        #expect(error.description.contains("no memory"))
        #expect(plugin.live == 0)
    }
}
