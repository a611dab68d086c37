// Makes runs with the model: recipes in, records out.

import Foundation
import Render
import Support
import ViT

/// One worker's visualiser, kept as long as batches are of one group.
package final class VisualiserMaker: RunMaker {
    /// The models and reference pictures that recipes name by digest.
    package struct Source: Sendable {
        /// The model of a group: as it is, or with its blocks' weights shuffled.
        var model: @Sendable (BatchGroup) throws -> ViT
        /// The reference picture of a group whose attention is frozen: (3, height, width) in 0…1.
        var reference: @Sendable (BatchGroup, ViT) throws -> FloatBuffer
    }

    private let source: Source
    private let device: any Device
    private let capacity: Int
    private var current: (group: BatchGroup, visualiser: Visualiser)?

    /// A maker of batches of at most `capacity` images, by default the device's batch size.
    package init(_ source: Source, device: any Device, capacity: Int? = nil) {
        self.source = source
        self.device = device
        self.capacity = capacity ?? device.batchSize
    }

    package func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]? {
        let visualiser = try visualiser(for: recipes[0].group)
        let requests = try recipes.map { recipe in
            let count = recipe.tokens.neuronCount(at: recipe.address, in: visualiser.model.configuration)
            guard (0..<count).contains(recipe.neuron), let seed = Int(exactly: recipe.seed) else {
                throw AtlasError(
                    .data, "\(recipe.address) has no neuron \(recipe.neuron) with seed \(recipe.seed) in this model")
            }
            return RunRequest(neuron: recipe.neuron, direction: recipe.direction, seed: seed)
        }
        let start = ProcessInfo.processInfo.systemUptime
        guard let results = visualiser.run(requests, shouldStop: shouldStop, onStep: onStep) else { return nil }
        let seconds = (ProcessInfo.processInfo.systemUptime - start) / Double(recipes.count)
        return try zip(recipes, results).map { recipe, result in
            try record(of: result, recipe: recipe, model: visualiser.model.configuration, seconds: seconds)
        }
    }

    private func visualiser(for group: BatchGroup) throws -> Visualiser {
        if let current, current.group == group { return current.visualiser }
        // The old buffers go before the new ones come.
        current = nil
        let model = try source.model(group)
        let attention: AttentionMode
        switch group.attention {
        case .live: attention = .live
        case .detached: attention = .detached
        case .frozen: attention = .frozen(reference: try source.reference(group, model))
        }
        guard Address.all(in: model.configuration).contains(group.address),
            group.tokens.isDefined(at: group.address, in: model.configuration)
        else { throw AtlasError(.data, "the model has no tokens \(group.tokens) at \(group.address)") }
        let visualiser = Visualiser(
            device: device, model: model, address: group.address, tokens: group.tokens,
            method: try group.makeMethod(), attention: attention, capacity: group.runs(ofImages: capacity))
        current = (group, visualiser)
        return visualiser
    }

    private func record(
        of result: RunResult, recipe: Recipe, model: ViTConfiguration, seconds: Double
    ) throws -> RunRecord {
        let picture = Picture(width: model.imageWidth, height: model.imageHeight, pixels: result.pixels)
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: result.outcome, startActivation: result.startActivation,
                finalActivation: result.finalActivation, stepsThroughPreactivation: result.preactivationSteps,
                kernel: device.kind, seconds: seconds),
            numbers: RunRecord.Numbers(
                curve: result.curve, embedding: result.embedding, layerActivations: result.activations),
            png: Array(try PNG.encode(picture)))
    }
}

extension BatchGroup {
    /// The method that the name and the parameters stand for.
    func makeMethod() throws -> Method {
        try PlannedMethod(name: method, parameters: parameters, steps: steps).makeMethod()
    }
}
