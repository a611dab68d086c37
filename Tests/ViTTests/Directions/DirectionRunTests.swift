// Runs of directions: a channel as a direction, a sum of planted features, and directions that are off.

import Reference
import Testing

@testable import ViT

struct DirectionRunTests {
    private static let method: Method = {
        var method = Method.atlas
        method.steps = 12
        return method
    }()

    /// Directions that are an address's channels: the identity.
    private static func channels(of model: ViT, at base: Address) -> (ViT, Address) {
        let width = base.width(in: model.configuration)
        let identity = (0..<width * width).map { Float($0 / width == $0 % width ? 1 : 0) }
        return add(
            DirectionMatrix(
                rows: LinearParameters(weight: FloatBuffer(identity), bias: FloatBuffer(count: width)),
                nonlinearity: .none), to: model, at: base)
    }

    private static func add(_ matrix: DirectionMatrix, to model: ViT, at base: Address) -> (ViT, Address) {
        let set = DirectionSet(
            name: "d", base: base, count: matrix.count, nonlinearity: matrix.nonlinearity, digest: "d")
        return (model.adding(set, matrix), .directions(set))
    }

    private func run(
        _ model: ViT, _ address: Address, _ tokens: TokenSelection, _ requests: [RunRequest],
        method: Method = Self.method
    ) throws -> [RunResult] {
        let visualiser = try Visualiser(
            device: CPUDevice(), model: model, address: address, tokens: tokens, method: method, capacity: 2)
        return try #require(try visualiser.run(requests))
    }

    /// Where LayerScale multiplies the channels, the products have another order.
    @Test(arguments: [TokenSelection.patches, .center])
    func aUnitVectorGivesTheChannelsRunByteForByte(tokens: TokenSelection) throws {
        let model = ViT.random(ViTConfiguration.smallFamilies[0], seed: 1)
        let requests = [RunRequest(neuron: 3, seed: 0), RunRequest(neuron: 8, direction: .negative, seed: 4)]
        for base in Address.all(in: model.configuration) where base != .head {
            // A direction climbs through no nonlinearity of the layer's, and a hidden neuron through its own.
            if case .block(_, .mlp1) = base { continue }
            let (directed, address) = Self.channels(of: model, at: base)
            let own = try run(model, base, tokens, requests)
            let direction = try run(directed, address, tokens, requests)
            for (a, b) in zip(own, direction) {
                #expect(a.pixels == b.pixels && a.curve == b.curve, "\(base)")
                #expect(a.startActivation == b.startActivation && a.finalActivation == b.finalActivation, "\(base)")
                #expect(a.embedding == b.embedding && a.outcome == b.outcome, "\(base)")
            }
        }
    }

    @Test(arguments: [0, 1])
    func aSumOfPlantedFeaturesShowsBoth(seed: Int) throws {
        let width = PlantedModel.make().configuration.width
        var sum = [Float](repeating: 0, count: width)
        for neuron in [PlantedModel.Neuron.red, .grating] { sum[neuron.rawValue] = 1 }
        let (model, address) = Self.add(
            DirectionMatrix(
                rows: LinearParameters(weight: FloatBuffer(sum), bias: FloatBuffer(count: 1)), nonlinearity: .relu),
            to: PlantedModel.make(), at: PlantedModel.address)
        let result = try run(model, address, .patches, [RunRequest(neuron: 0, seed: seed)], method: .atlas)[0]
        let measures = PictureMeasures(result.pixels, side: PlantedModel.side)
        #expect(result.outcome == .completed)
        #expect(min(measures.hue, 360 - measures.hue) < 20, "hue \(measures.hue)")
        let wave = measures.dominantWave(whitening: 1)
        #expect(abs(wave.direction - 26.565) < 20, "direction \(wave.direction)")
        #expect(abs(wave.frequency - 5.0.squareRoot() / 8) < 0.1, "\(wave.frequency)")
    }

    /// Off at the start, a direction climbs by its value; one that nothing raises is recorded as such.
    @Test(arguments: [DirectionNonlinearity.relu, .jumpReLU, .topK(1)])
    func aDirectionThatIsOffIsRaisedByItsValue(nonlinearity: DirectionNonlinearity) throws {
        let width = PlantedModel.make().configuration.width
        var rows = [Float](repeating: 0, count: 2 * width)
        // Both detect red; a picture can raise the first one only.
        rows[PlantedModel.Neuron.red.rawValue] = 1
        rows[width + PlantedModel.Neuron.red.rawValue] = 1
        let (model, address) = Self.add(
            DirectionMatrix(
                rows: LinearParameters(weight: FloatBuffer(rows), bias: FloatBuffer([-0.5, -1000])),
                nonlinearity: nonlinearity,
                thresholds: nonlinearity == .jumpReLU ? FloatBuffer([0.2, 0.2]) : nil),
            to: PlantedModel.make(), at: PlantedModel.address)
        let results = try run(
            model, address, .center, [RunRequest(neuron: 0, seed: 0), RunRequest(neuron: 1, seed: 0)], method: .atlas)
        #expect(results[0].preactivationSteps > 0 && results[0].preactivationSteps < 64)
        #expect(results[0].outcome == .completed && results[0].finalActivation > 0.5)
        #expect(results[1].outcome == .neverActivated && results[1].finalActivation == 0)
        #expect(results[1].preactivationSteps == 64)
    }

    @Test(arguments: 0..<20)
    func theHighestAreFoundByAnySelection(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        // Few distinct values, so that many tie.
        let values = generator.values(1 + seed * 3).map { ($0 * 4).rounded() }
        for k in 1...values.count {
            let found = values.withUnsafeBufferPointer { DirectionMatrix.highest(k, of: $0) }
            #expect(found == (k < values.count ? values.sorted(by: >)[k - 1] : -.infinity))
        }
    }
}
