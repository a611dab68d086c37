// Pictures show what neurons detect: each planted neuron's picture shows the feature that was planted.

import Testing

@testable import ViT

struct PlantedFeatureTests {
    private func picture(
        _ neuron: PlantedModel.Neuron, method: Method, seed: Int
    ) throws -> (measures: PictureMeasures, result: RunResult) {
        let visualiser = try Visualiser(
            device: CPUDevice(), model: PlantedModel.make(), address: PlantedModel.address, tokens: .patches,
            method: method, capacity: 1)
        let result = try #require(try visualiser.run([RunRequest(neuron: neuron.rawValue, seed: seed)])?.first)
        return (PictureMeasures(result.pixels, side: PlantedModel.side), result)
    }

    /// The whitening that undoes a method's own prior: 1/f amplitude, or none in pixel space.
    private func whitening(_ method: Method) -> Double {
        if case .fourier(_, let decayPower, _) = method.parameterisation { decayPower } else { 0 }
    }

    // A fixed spectrum does not allow a flat colour, so `maco` need not show one.
    @Test(arguments: ["atlas", "fourier", "pixel", "ghiasi"], [PlantedModel.Neuron.red, .green, .blue, .yellow])
    func hueIsPlanted(name: String, neuron: PlantedModel.Neuron) throws {
        let method = try Method.named(name)
        // Several copies per step take longer.
        for seed in method.copies == 1 ? [neuron.rawValue, neuron.rawValue + 10] : [neuron.rawValue] {
            let (measures, result) = try picture(neuron, method: method, seed: seed)
            let expected = try #require(neuron.hue)
            let distance = abs(measures.hue - expected)
            #expect(min(distance, 360 - distance) < 20, "seed \(seed): hue \(measures.hue)")
            #expect(result.outcome == .completed, "seed \(seed)")
        }
    }

    // The power spectrum of `maco` is fixed, so it cannot show a frequency.
    @Test(arguments: ["atlas", "fourier", "pixel", "ghiasi"], 0..<2)
    func gratingIsPlanted(name: String, seed: Int) throws {
        let method = try Method.named(name)
        let (measures, result) = try picture(.grating, method: method, seed: seed)
        let wave = measures.dominantWave(whitening: whitening(method))
        // (2, 1) cycles per patch of 8 pixels.
        #expect(abs(wave.direction - 26.565) < 20, "direction \(wave.direction)")
        let expected = 5.0.squareRoot() / 8
        #expect(wave.frequency > expected / 1.4142 && wave.frequency < expected * 1.4142, "\(wave.frequency)")
        #expect(result.outcome == .completed)
    }

    // A roll of a seventh moves a blob by more than a patch (`ghiasi`), and crops have no fixed position (`maco`).
    @Test(arguments: ["atlas", "fourier", "pixel"], 0..<2)
    func blobIsWhereItIsPlanted(name: String, seed: Int) throws {
        let (measures, result) = try picture(.blob, method: .named(name), seed: seed)
        let patch = Double(PlantedModel.patch)
        let row = (Double(PlantedModel.blobPatch.row) + 0.5) * patch - 0.5
        let column = (Double(PlantedModel.blobPatch.column) + 0.5) * patch - 0.5
        let place = measures.blob
        #expect(abs(place.row - row) <= patch && abs(place.column - column) <= patch, "\(place)")
        #expect(result.outcome == .completed)
    }

    // A roll of a seventh, and crops, move an edge by more than half a patch, where its sign flips.
    @Test(arguments: ["atlas", "fourier", "pixel"], [Direction.positive, .negative])
    func edgePolarityIsPlanted(name: String, direction: Direction) throws {
        let visualiser = try Visualiser(
            device: CPUDevice(), model: PlantedModel.make(), address: .block(0, .mlp0), tokens: .patches,
            method: .named(name), capacity: 1)
        // Hidden unit 9 detects the edge, before GELU in both directions.
        let result = try #require(try visualiser.run([RunRequest(neuron: 9, direction: direction, seed: 0)])?.first)
        let edge = PictureMeasures(result.pixels, side: PlantedModel.side).edge(patch: PlantedModel.patch)
        #expect(Double(direction.sign) * edge > 0.05, "edge \(edge)")
        #expect(result.outcome == .completed)
    }

    // `maco` can show a tint. Its crops magnify one to ten times, so filters of one size see every scale.
    @Test(arguments: [PlantedModel.Neuron.red, .green, .blue])
    func macoTints(neuron: PlantedModel.Neuron) throws {
        let (measures, result) = try picture(neuron, method: .maco, seed: 0)
        let expected = try #require(neuron.hue)
        let distance = abs(measures.hue - expected)
        // The tint is nearer to the planted colour than to the other two.
        #expect(min(distance, 360 - distance) < 60, "hue \(measures.hue)")
        #expect(result.finalActivation > 2 * result.startActivation)
        #expect(result.outcome == .completed)
    }

    @Test func aUnitThatIsOffIsRaisedThroughItsPreactivation() throws {
        let visualiser = try Visualiser(
            device: CPUDevice(), model: PlantedModel.make(), address: .block(0, .mlp1), tokens: .patches,
            method: .atlas, capacity: 1)
        let result = try #require(
            try visualiser.run([RunRequest(neuron: PlantedModel.offChannel, seed: 0)])?.first)
        // GELU(−3) = −0.00405.
        #expect(abs(result.startActivation + 0.00405) < 0.004)
        #expect(result.preactivationSteps > 0 && result.preactivationSteps < 64)
        #expect(result.finalActivation > 0.5)
        #expect(result.outcome == .completed)
        #expect(PictureMeasures(result.pixels, side: PlantedModel.side).hue < 20)
    }
}
