// What a step costs on a device, by precision and by images side by side; printed only when asked.

import Foundation
import Reference
import Testing

@testable import ViT
@testable import XLA

/// `ATLASGEN_MEASURE=1 ATLASGEN_TEST_PLUGIN=FILE XLA_FLAGS= scripts/test --filter DeviceCost` measures vit_b_16 with random
/// weights. (Without `XLA_FLAGS=` modules are compiled fast, not well.)
@Suite(.needsPlugin, .serialized) struct DeviceCostTests {
    private static let isAsked = ProcessInfo.processInfo.environment["ATLASGEN_MEASURE"] != nil
    private static let model = ViT.random(
        ViTConfiguration(
            imageHeight: 224, imageWidth: 224, patchSize: 16, blockCount: 12, headCount: 12, width: 768,
            mlpWidth: 3072, classCount: 1000), seed: 0)

    @Test(.enabled(if: isAsked), arguments: Precision.allCases, [8, 64, 256])
    func stepsAndWhatTheyReach(precision: Precision, batch: Int) throws {
        let device = XLADevice(try TestPlugin.client.get(), precision: precision, batchSize: batch)
        let method = Method.atlas
        let visualiser = try Visualiser(
            device: device, model: Self.model, address: .block(11, .mlp3), tokens: .cls, method: method,
            capacity: batch)
        let requests = (0..<batch).map { RunRequest(neuron: $0, seed: 0) }
        let clock = ContinuousClock()
        var results: [RunResult] = []
        // The first round also loads what the second one finds loaded.
        let times = try (0..<2).map { _ in
            try clock.measure { results = try #require(try visualiser.run(requests)) }
        }
        let step = times[1] / .seconds(1) * 1000 / Double(batch * method.steps)
        let mean = results.reduce(0) { $0 + Double($1.finalActivation) } / Double(batch)
        print(
            "\(device.kind): \(precision.rawValue), \(batch) images: \(String(format: "%.3f", step)) ms a run-step, "
                + "mean final activation \(String(format: "%.4f", mean))")
    }
}
