// The visualiser: bytes that depend only on the request, runs that fail, and stopping.

import Reference
import Testing

@testable import ViT

struct VisualiserTests {
    private static let requests = [
        RunRequest(neuron: 3, seed: 0), RunRequest(neuron: 3, seed: 1),
        RunRequest(neuron: 17, direction: .negative, seed: 0), RunRequest(neuron: 5, seed: 2),
    ]

    private func visualiser(
        _ method: Method, model: ViT = RandomModel.make(seed: 1), address: Address = .block(1, .mlp3),
        tokens: TokenSelection = .patches, attention: AttentionMode = .live, capacity: Int
    ) throws -> Visualiser {
        try Visualiser(
            device: CPUDevice(), model: model, address: address, tokens: tokens, method: method, attention: attention,
            capacity: capacity)
    }

    @Test(arguments: Method.presets.map(\.name), [TokenSelection.patches, .cls])
    func sameRequestSameBytes(name: String, tokens: TokenSelection) throws {
        let method = try Method.named(name).applying(["steps": "3"])
        let together = try #require(try visualiser(method, tokens: tokens, capacity: 4).run(Self.requests))
        let one = try visualiser(method, tokens: tokens, capacity: 1)
        let alone = try Self.requests.map { try #require(try one.run([$0])?.first) }
        #expect(together == alone)
        // In other slots, with other neighbours, in a batch that is not full, and in buffers that were used before.
        let three = try visualiser(method, tokens: tokens, capacity: 3)
        _ = try three.run(Self.requests.suffix(3))
        let reversed = try #require(try three.run(Self.requests.prefix(3).reversed()))
        #expect(reversed == alone.prefix(3).reversed())
        // Different runs differ.
        #expect(Set(together.map(\.pixels)).count == 4)
    }

    /// A picture on the way is that of a run with so many steps, and looking at it changes nothing.
    @Test(arguments: ["pixel", "fourier"]) func picturesOnTheWay(name: String) throws {
        let method = try Method.named(name).applying(["schedule": "constant"])
        func pixels(_ settings: [String: String]) throws -> [[UInt8]] {
            let method = try method.applying(settings)
            return try #require(try visualiser(method, capacity: 4).run(Self.requests)).map(\.pixels)
        }
        let whole = try method.applying(["steps": "6"])
        var seen: [[[UInt8]]] = []
        let result = try visualiser(whole, capacity: 4).run(Self.requests, stops: [0, 2, 5]) { seen.append($0) }
        #expect(result == (try visualiser(whole, capacity: 4).run(Self.requests)))
        #expect(seen.count == 3)
        // A rate of almost nothing leaves the first picture as it is.
        #expect(seen.first == (try pixels(["steps": "1", "rate": "1e-9"])))
        #expect(seen.dropFirst().first == (try pixels(["steps": "2"])))
        #expect(seen.last == (try pixels(["steps": "5"])))
    }

    @Test(arguments: ["detached", "frozen"])
    func attentionModesGiveTheSameBytesInEverySlot(mode: String) throws {
        let model = RandomModel.make(seed: 2)
        let attention: AttentionMode =
            mode == "frozen" ? .frozen(reference: model.configuration.meanPicture) : .detached
        let method = try Method.atlas.applying(["steps": "3"])
        func run(_ requests: [RunRequest]) throws -> [RunResult] {
            let visualiser = try visualiser(method, model: model, attention: attention, capacity: 4)
            return try #require(try visualiser.run(requests))
        }
        #expect(try run(Self.requests) == Self.requests.flatMap { try run([$0]) })
        let live = try #require(try visualiser(method, model: model, capacity: 4).run(Self.requests))
        #expect(try run(Self.requests).map(\.pixels) != live.map(\.pixels))
        // The start is measured under live attention in every mode.
        #expect(try run(Self.requests).map(\.startActivation) == live.map(\.startActivation))
    }

    /// A reference picture whose pattern differs from every run's own.
    private static func frozen(_ model: ViT) -> AttentionMode {
        var samples = SampleGenerator(seed: 6)
        return .frozen(reference: FloatBuffer(samples.values(3 * 40 * 40).map { 0.5 + $0 / 2 }))
    }

    /// The values under the replayed pattern are the scalar reference's, and under live attention those of other runs.
    @Test func aFrozenRunIsAlsoReadUnderItsOwnPattern() throws {
        let model = RandomModel.make(seed: 2)
        let attention = Self.frozen(model)
        let reference = ReferenceAttention(attention, model: model)
        func truth(_ pixels: [UInt8], _ attention: ReferenceAttention) -> Float {
            let planes = (0..<3 * 40 * 40).map { Scalar(Double(pixels[3 * ($0 % 1600) + $0 / 1600]) / 255) }
            return ReferencePass(model, image: planes, attention: attention, on: Tape())
                .activation(at: .block(1, .mlp3), .patches, neuron: 3).single
        }
        // A rate of almost nothing leaves the first picture as it is.
        for settings in [["steps": "1", "rate": "1e-9"], ["steps": "6"]] {
            let method = try Method.atlas.applying(settings)
            let result = try #require(
                try visualiser(method, model: model, attention: attention, capacity: 1).run([Self.requests[0]])?.first)
            let own = try #require(result.underPattern)
            #expect(abs(own.final - truth(result.pixels, reference)) < 1e-5)
            #expect(abs(result.finalActivation - truth(result.pixels, .live)) < 1e-5)
            #expect(abs(own.final - result.finalActivation) > 1e-3)
            #expect((own.start == own.final) == (settings["steps"] == "1"))
            for attention in [AttentionMode.live, .detached] {
                let other = try visualiser(method, model: model, attention: attention, capacity: 1)
                #expect(try #require(try other.run([Self.requests[0]])?.first).underPattern == nil)
            }
        }
    }

    /// Whether a frozen run reached its aim is decided under its own pattern; live attention would judge some otherwise.
    @Test func aFrozenRunIsJudgedUnderItsOwnPattern() throws {
        let model = RandomModel.make(seed: 2)
        let method = try Method.atlas.applying(["steps": "2", "rate": "0.01"])
        let visualiser = try visualiser(
            method, model: model, address: .block(1, .mlp1), attention: Self.frozen(model), capacity: 24)
        let results = try #require(try visualiser.run((0..<24).map { RunRequest(neuron: $0, seed: 1) }))
        func outcome(_ start: Float, _ final: Float) -> RunOutcome {
            final > start && final > 0 ? .completed : .neverActivated
        }
        var disagreements = 0
        for result in results {
            let own = try #require(result.underPattern)
            #expect(result.outcome == outcome(own.start, own.final))
            if outcome(result.startActivation, result.finalActivation) != result.outcome { disagreements += 1 }
        }
        #expect(disagreements > 0)
    }

    /// At the logits there is one token: every selection asks for the same picture and reads it alike.
    @Test func everySelectionReadsTheOnlyToken() throws {
        let method = try Method.atlas.applying(["steps": "5"])
        let request = RunRequest(neuron: 3, seed: 0)
        func result(_ tokens: TokenSelection) throws -> RunResult {
            try #require(try visualiser(method, address: .head, tokens: tokens, capacity: 1).run([request])?.first)
        }
        let expected = try result(.cls)
        for tokens in [TokenSelection.patches, .center, .token(0), .token(7)] {
            #expect(try result(tokens) == expected, "\(tokens)")
        }
    }

    @Test(arguments: [Direction.positive, .negative], [TokenSelection.patches, .cls, .center, .token(4), .slice])
    func activationsGoTheWayTheyAreAsked(direction: Direction, tokens: TokenSelection) throws {
        let request = RunRequest(neuron: 7, direction: direction, seed: 0)
        let result = try #require(try visualiser(.atlas, tokens: tokens, capacity: 1).run([request])?.first)
        #expect(direction.sign * (result.finalActivation - result.startActivation) > 0)
        #expect(result.outcome == .completed)
        #expect(result.curve.count == 64)
        #expect(result.activations[7] == result.finalActivation)
        let count = tokens == .slice ? 26 : 24
        #expect(result.activations.count == count && result.embedding.count == 24)
        #expect(result.pixels.count == 3 * 40 * 40)
    }

    @Test func aRunThatDivergesEndsAloneAndItsNeighboursDoNotNotice() throws {
        // At mlp.0, a neuron reads only its own row of weights. One row is NaN; another makes the gradient overflow.
        let model = PlantedModel.make()
        let weight = model.parameters.blocks[0].mlp0.weight.pointer
        let requests = [RunRequest(neuron: 0, seed: 0), RunRequest(neuron: 1, seed: 0)]
        let method = try Method.atlas.applying(["steps": "5"])
        func run(_ requests: [RunRequest]) throws -> [RunResult] {
            try #require(try visualiser(method, model: model, address: .block(0, .mlp0), capacity: 4).run(requests))
        }
        let before = try run(requests)
        for channel in 0..<32 {
            weight[22 * 32 + channel] = .nan
            weight[23 * 32 + channel] = channel % 2 == 0 ? 3e38 : -3e38
        }
        let with = try run([
            requests[0], RunRequest(neuron: 22, seed: 0), requests[1], RunRequest(neuron: 23, seed: 0),
        ])
        #expect([with[0], with[2]].map(\.pixels) == before.map(\.pixels))
        #expect([with[0], with[2]].map(\.curve) == before.map(\.curve))
        #expect([with[0], with[2]].map(\.outcome) == [.completed, .completed])
        #expect([with[1], with[3]].map(\.outcome) == [.diverged(step: 0), .diverged(step: 0)])
        #expect(with[1].curve.isEmpty && with[1].pixels.count == 3 * 64 * 64)
    }

    @Test func aUnitThatCannotBeRaisedIsRecordedAsNeverActivated() throws {
        // A hidden unit without input and below zero: nothing can raise it.
        let model = PlantedModel.make()
        model.parameters.blocks[0].mlp0.bias.pointer[21] = -1
        let method = try Method.atlas.applying(["steps": "5"])
        let visualiser = try visualiser(method, model: model, address: .block(0, .mlp1), capacity: 1)
        let result = try #require(try visualiser.run([RunRequest(neuron: 21, seed: 0)])?.first)
        #expect(result.outcome == .neverActivated)
        #expect(result.preactivationSteps == 5)
    }

    @Test func stoppingGivesNothing() throws {
        let visualiser = try visualiser(.atlas, capacity: 1)
        var steps = 0
        #expect(try visualiser.run([Self.requests[0]], shouldStop: { steps == 3 }, onStep: { steps = $0 }) == nil)
        #expect(steps == 3)
        // The buffers can still be used for the next batch.
        let method = try Method.atlas.applying(["steps": "3"])
        let fresh = try self.visualiser(method, capacity: 2)
        _ = try fresh.run(Array(Self.requests.prefix(2)), shouldStop: { true })
        let expected = try self.visualiser(method, capacity: 1).run([Self.requests[3]])
        #expect(try fresh.run([Self.requests[3]]) == expected)
        #expect(try fresh.run([]) == [])
    }
}
