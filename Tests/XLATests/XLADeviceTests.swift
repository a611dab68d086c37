// Whole runs on a device against the CPU's: every method, attention mode and token selection.

import Reference
import Synchronization
import Testing

@testable import ViT
@testable import XLA

@Suite(.needsPlugin) struct XLADeviceTests {
    private static let requests = [
        RunRequest(neuron: 3, seed: 0), RunRequest(neuron: 3, seed: 1),
        RunRequest(neuron: 17, direction: .negative, seed: 0), RunRequest(neuron: 5, seed: 2),
    ]

    /// A device that computes four runs together, as a GPU computes 64.
    private func device() throws -> XLADevice { XLADevice(try TestPlugin.client.get(), batchSize: 4) }

    private func runs(
        on device: any Device, _ method: Method, _ requests: [RunRequest] = requests,
        model: ViT = RandomModel.make(seed: 1), address: Address = .block(1, .mlp3),
        tokens: TokenSelection = .patches, attention: AttentionMode = .live
    ) throws -> [RunResult] {
        let visualiser = try Visualiser(
            device: device, model: model, address: address, tokens: tokens, method: method, attention: attention,
            capacity: requests.count)
        return try #require(try visualiser.run(requests))
    }

    /// The mean difference of two pictures in grey levels.
    private func difference(_ a: RunResult, _ b: RunResult) -> Double {
        let total = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(total) / Double(a.pixels.count)
    }

    /// Three steps: curves within 1e-3 of their scale (the first within 1e-4), pictures within a quarter of a grey level
    /// on average. (An optimiser's step has the sign of the gradient, so a pixel with a gradient that is only rounding
    /// error may move the other way.)
    @Test(arguments: Method.presets.map(\.name)) func stepsAreTheCPUs(name: String) throws {
        let method = try Method.named(name).applying(["steps": "3"])
        let expected = try runs(on: CPUDevice(), method)
        let measured = try runs(on: try device(), method)
        for (run, truth) in zip(measured, expected) {
            let scale = truth.curve.map(abs).max() ?? 0
            #expect(abs(run.curve[0] - truth.curve[0]) <= 1e-4 * scale)
            #expect(relativeError(run.curve, truth.curve) <= 1e-3)
            #expect(difference(run, truth) < 0.25)
            #expect(abs(run.startActivation - truth.startActivation) <= 1e-4 * max(1, abs(truth.startActivation)))
            #expect(relativeError(run.activations, truth.activations) <= 2e-2)
            #expect(run.outcome == truth.outcome)
        }
    }

    /// Stops divide the steps that the device takes at once: the results stay the same, and the pictures are the CPU's.
    @Test func picturesOnTheWay() throws {
        let method = try Method.atlas.applying(["steps": "6"])
        func seen(on device: any Device, stops: [Int]) throws -> (results: [RunResult], pictures: [[[UInt8]]]) {
            let visualiser = try Visualiser(
                device: device, model: RandomModel.make(seed: 1), address: .block(1, .mlp3), tokens: .patches,
                method: method, capacity: 4)
            var pictures: [[[UInt8]]] = []
            let results = try visualiser.run(Self.requests, stops: stops) { pictures.append($0) }
            return (try #require(results), pictures)
        }
        let device = try device()
        let measured = try seen(on: device, stops: [0, 1, 3])
        #expect(measured.results == (try seen(on: device, stops: []).results))
        let expected = try seen(on: CPUDevice(), stops: [0, 1, 3])
        #expect(measured.pictures.count == 3)
        for (pictures, truth) in zip(measured.pictures, expected.pictures) {
            for (picture, own) in zip(pictures, truth) {
                let total = zip(picture, own).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                #expect(Double(total) / Double(picture.count) < 0.25)
            }
        }
    }

    /// A run's bytes depend neither on the runs beside it, nor on the device of several, nor on whether its module was
    /// compiled or loaded.
    @Test func sameRequestSameBytes() throws {
        let stored = Mutex<[String: [UInt8]]>([:])
        let store = ExecutableStore(
            read: { name in stored.withLock { $0[name] } },
            write: { bytes, name in stored.withLock { $0[name] = bytes } })
        let client = try TestPlugin.client.get()
        let method = try Method.atlas.applying(["steps": "3"])
        let compiling = XLADevice(client, store: store)
        let together = try runs(on: compiling, method)
        let modules = stored.withLock { $0 }
        #expect(modules.count == 3)
        let loading = XLADevice(client, store: store)
        for request in Self.requests.indices.reversed() {
            #expect(try runs(on: loading, method, [Self.requests[request]]) == [together[request]])
        }
        #expect(stored.withLock { $0 } == modules)
        // Five optimisers at once, so that every device has one.
        let first = try (0..<5).map { _ in
            try Visualiser(
                device: loading, model: RandomModel.make(seed: 1), address: .block(1, .mlp3), tokens: .patches,
                method: method, capacity: 4)
        }
        for visualiser in first { #expect(try visualiser.run(Self.requests) == together) }
    }

    /// A module that the store lacks, or gives up as damaged (`Store.sealed`), is compiled again and stored under its name.
    @Test func aModuleThatTheStoreLacksIsCompiledAgain() throws {
        let stored = Mutex<[String: [UInt8]]>([:])
        let store = ExecutableStore(
            read: { _ in nil }, write: { bytes, name in stored.withLock { $0[name] = bytes } })
        let method = try Method.atlas.applying(["steps": "1"])
        let client = try TestPlugin.client.get()
        let first = try runs(on: XLADevice(client, store: store), method)
        let names = Set(stored.withLock { $0.keys })
        stored.withLock { $0 = [:] }
        #expect(try runs(on: XLADevice(client, store: store), method) == first)
        #expect(Set(stored.withLock { $0.keys }) == names)
    }

    @Test(arguments: [TokenSelection.cls, .slice], ["detached", "frozen"])
    func tokensAndAttentionAreTheCPUs(tokens: TokenSelection, mode: String) throws {
        let model = RandomModel.make(seed: 2)
        let attention: AttentionMode =
            mode == "frozen" ? .frozen(reference: model.configuration.meanPicture) : .detached
        let method = try Method.atlas.applying(["steps": "3"])
        let expected = try runs(on: CPUDevice(), method, model: model, tokens: tokens, attention: attention)
        let measured = try runs(on: try device(), method, model: model, tokens: tokens, attention: attention)
        for (run, truth) in zip(measured, expected) {
            #expect(relativeError(run.curve, truth.curve) <= 1e-3)
            #expect(difference(run, truth) < 0.25)
            #expect((run.underPattern == nil) == (truth.underPattern == nil))
        }
    }

    /// A hidden unit that is off is raised through its pre-activation, and a run that cannot be computed ends as such.
    @Test func detoursAndDivergencesAreTheCPUs() throws {
        let model = RandomModel.make(seed: 1)
        let method = try Method.atlas.applying(["steps": "4"])
        let requests = (0..<24).map { RunRequest(neuron: $0, seed: 1) }
        let expected = try runs(on: CPUDevice(), method, requests, model: model, address: .block(1, .mlp1))
        let measured = try runs(on: try device(), method, requests, model: model, address: .block(1, .mlp1))
        #expect(expected.contains { $0.preactivationSteps > 0 } && expected.contains { $0.preactivationSteps == 0 })
        #expect(measured.map(\.preactivationSteps) == expected.map(\.preactivationSteps))
        #expect(measured.map(\.outcome) == expected.map(\.outcome))
    }
}
