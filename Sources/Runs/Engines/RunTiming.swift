// How long runs take on this machine, measured over a few steps.

import Foundation
import Render
import Support
import ViT

/// The time of one run of the default method, and of a layer's runs.
package struct RunTiming: Encodable, Sendable {
    /// The address where neurons are read.
    let address: String
    /// The tokens over which they are read.
    let tokens: String
    /// The method's name.
    let method: String
    /// Its steps.
    let steps: Int
    /// Core-seconds per run, while all workers are busy.
    let secondsPerRun: Double
    /// Number of workers.
    let workers: Int
    /// Number of neurons of the address.
    let neurons: Int
    /// Seconds for one run of every neuron with all workers.
    let secondsPerLayer: Double

    /// Times a few steps with all of a device's workers at once.
    ///
    /// - Precondition: the address exists in the model.
    package init(measuring model: ViT, at address: Address, on device: any Device) throws {
        let shape = model.configuration
        let neurons = address.width(in: shape)
        let variant = Variant(tokens: .automatic(at: address, in: shape), method: .atlas)
        let condition = Condition(model: ModelVersion(digest: ""), variant: variant)
        let recipes = (0..<device.batchSize).map { condition.recipe(address, $0 % neurons, seed: 0) }
        let source = RecipeModels(model: model, references: [:]).source
        let times = try concurrently(device.workers) { _ in
            Result { try VisualiserMaker.measure(recipes, model: model, source: source, device: device) }
        }.map { try $0.get() }
        self.address = address.description
        tokens = variant.tokens.description
        method = variant.method.name
        steps = variant.method.steps
        secondsPerRun = times.reduce(0, +) / Double(times.count)
        workers = device.workers
        self.neurons = neurons
        secondsPerLayer = secondsPerRun * Double(neurons) / Double(workers)
    }

    /// The timing as text.
    package var text: String {
        "A run of the method \(method) (\(steps) steps, tokens \(tokens)) at \(address) takes "
            + "\(Format.number(secondsPerRun)) core-seconds;\none run of each of its \(Format.count(neurons)) neurons "
            + "takes \(BuildProgress.duration(secondsPerLayer)) with \(workers == 1 ? "one worker" : "\(workers) workers")."
    }
}
