// A whole run of the default method: parameterisation, augmentation and optimiser included, with any number of workers.

import CProductMeter
import Foundation
import ViT

/// A row of the table: a model, an address, a batch and a number of steps.
struct RunRow {
    let model: NamedModel
    let address: Address
    let batch: Int
    let steps: Int

    static let heading =
        "model     address                 batch steps | ms a run-step  outside products | "
        + "all cores / one"

    /// Unchecked Sendable: used by one thread at a time.
    private final class Worker: @unchecked Sendable {
        let visualiser: Visualiser
        let requests: [RunRequest]
        init(_ row: RunRow, steps: Int) throws {
            var method = Method.atlas
            method.steps = steps
            let configuration = row.model.model.configuration
            visualiser = try Visualiser(
                device: CPUDevice(), model: row.model.model, address: row.address,
                tokens: .automatic(at: row.address, in: configuration), method: method, capacity: row.batch)
            requests = (0..<row.batch).map { RunRequest(neuron: $0, seed: 0) }
        }
        // The CPU throws nothing, and a closure that is timed cannot throw.
        func run() { _ = try? visualiser.run(requests) }
    }

    /// Measures in turn: one worker; one worker with its products timed; and, unless the machine is `busy` with other
    /// work, one worker and all cores in wall time.
    func run(rounds: Int, cores: Int, busy: Bool) throws -> String {
        let workers = try (0..<cores).map { _ in try Worker(self, steps: steps) }
        let worker = workers[0]
        worker.run()
        var alone = Samples()
        var outside = Samples()
        var scaling = Samples()
        for _ in 0..<rounds {
            let time = processorSeconds { worker.run() }
            productMeterStart()
            let metered = processorSeconds { worker.run() }
            let products = productMeterStop()
            alone.add(1000 * time / Double(steps * batch))
            outside.add(100 * (1 - products.seconds / metered))
            if busy { continue }
            let one = secondsOnThreads(1) { workers[$0].run() }
            let all = secondsOnThreads(cores) { workers[$0].run() }
            scaling.add(Double(cores) * one / all)
        }
        return padded(model.name, 9) + " " + padded(address.shortName, 24)
            + format(Double(batch), decimals: 0, width: 4) + format(Double(steps), decimals: 0, width: 6) + " | "
            + format(alone.median, decimals: 2, width: 8) + " ±" + format(alone.spread, decimals: 0) + "%  "
            + format(outside.median, width: 6) + " ±" + format(outside.spread, decimals: 0) + "% | "
            + format(scaling.median, decimals: 2, width: 6) + " ±" + format(scaling.spread, decimals: 0)
            + "% (\(cores))"
    }
}
