// How long runs take on this machine, measured in a few steps.

import Foundation
import Render
import ViT

/// The time of a run of the default method, and of a layer of them.
struct RunTiming: Encodable, Sendable {
    /// Where the runs read their neurons.
    let address: String
    /// Over which tokens.
    let tokens: String
    /// The method's name.
    let method: String
    /// Its steps.
    let steps: Int
    /// Seconds of one core for one run, while all workers are busy.
    let secondsPerRun: Double
    /// Number of workers.
    let workers: Int
    /// Neurons of the address.
    let neurons: Int
    /// Seconds for one run of every neuron with all workers.
    let secondsPerLayer: Double

    /// Rows of a matrix product beyond which a larger batch is no faster.
    private static let tallEnough = 512
    /// Seconds of steps that are measured, after one that is not.
    private static let span = 0.5
    /// Steps that are measured, whatever they take.
    private static let fewestSteps = 2

    /// Makes a few steps with all workers at once.
    ///
    /// - Precondition: the address exists in the model, `workers` > 0.
    init(measuring model: ViT, at address: Address, workers: Int) {
        let shape = model.configuration
        let tokens = TokenSelection.automatic(at: address, in: shape)
        let method = Method.atlas
        let batch = min(SiteBuild.batchSize, max(1, Self.tallEnough / shape.tokenCount))
        let times = concurrently(workers) { _ in
            Self.secondsPerStep(
                Visualiser(model: model, address: address, tokens: tokens, method: method, capacity: batch))
        }
        self.address = address.description
        self.tokens = tokens.description
        self.method = method.name
        steps = method.steps
        secondsPerRun = times.reduce(0, +) / Double(times.count * batch) * Double(method.steps)
        self.workers = workers
        neurons = address.width(in: shape)
        secondsPerLayer = secondsPerRun * Double(neurons) / Double(workers)
    }

    /// Seconds of a step of a full batch: the median, after the first step, which touches all memory for the first time.
    private static func secondsPerStep(_ visualiser: Visualiser) -> Double {
        let neurons = visualiser.address.width(in: visualiser.model.configuration)
        let requests = (0..<visualiser.capacity).map { RunRequest(neuron: $0 % neurons, seed: 0) }
        var ends: [Double] = []
        _ = visualiser.run(
            requests, shouldStop: { ends.count > fewestSteps && ends[ends.count - 1] - ends[0] >= span },
            onStep: { _ in ends.append(ProcessInfo.processInfo.systemUptime) })
        let steps = zip(ends.dropFirst(), ends).map { $0 - $1 }.sorted()
        return steps[steps.count / 2]
    }

    /// The same for people.
    var text: String {
        "A run of the method \(method) (\(steps) steps, tokens \(tokens)) at \(address) takes "
            + "\(Format.number(secondsPerRun)) s of one core;\none run of each of its \(Format.count(neurons)) neurons "
            + "takes \(BuildProgress.duration(secondsPerLayer)) with \(workers == 1 ? "one worker" : "\(workers) workers")."
    }
}
