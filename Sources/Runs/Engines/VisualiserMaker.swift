// Makes runs with the model: recipes in, records out.

import Foundation
import Render
import Support
import ViT

/// One worker's visualiser, kept as long as batches are of one group.
package final class VisualiserMaker: RunMaker {
    /// The models and reference patterns that recipes name by digest.
    package struct Source: Sendable {
        /// The model of a group: as it is, or with its blocks' weights shuffled.
        var model: @Sendable (BatchGroup) throws -> ViT
        /// The frozen pattern of a group whose attention is frozen.
        var pattern: @Sendable (BatchGroup, ViT) throws -> AttentionPattern
    }

    private let source: Source
    private let capacity: Int
    private var current: (group: BatchGroup, visualiser: Visualiser)?

    /// A maker of batches of at most `capacity` images.
    package init(_ source: Source, capacity: Int) {
        self.source = source
        self.capacity = capacity
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
            try Self.record(of: result, recipe: recipe, model: visualiser.model.configuration, seconds: seconds)
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
        case .frozen: attention = .frozen(try source.pattern(group, model))
        }
        guard Address.all(in: model.configuration).contains(group.address),
            group.tokens.isDefined(at: group.address, in: model.configuration)
        else { throw AtlasError(.data, "the model has no tokens \(group.tokens) at \(group.address)") }
        let visualiser = Visualiser(
            model: model, address: group.address, tokens: group.tokens, method: try group.makeMethod(),
            attention: attention, capacity: group.runs(ofImages: capacity))
        current = (group, visualiser)
        return visualiser
    }

    private static func record(
        of result: RunResult, recipe: Recipe, model: ViTConfiguration, seconds: Double
    ) throws -> RunRecord {
        let picture = Picture(width: model.imageWidth, height: model.imageHeight, pixels: result.pixels)
        let outcome: RunOutcome =
            switch result.outcome {
            case .completed: .completed
            case .neverActivated: .neverActivated
            case .diverged(let step): .diverged(step: step)
            }
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: outcome, startActivation: result.startActivation,
                finalActivation: result.finalActivation, stepsThroughPreactivation: result.preactivationSteps,
                kernel: BLAS.kernelName, seconds: seconds),
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
