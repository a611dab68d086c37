// Makes runs with the model: takes recipes, returns records.

import Foundation
import Render
import Support
import ViT

/// One worker's visualiser, reused while consecutive batches are of the same kind.
package final class VisualiserMaker: RunMaker {
    /// The models and reference pictures that recipes name by digest.
    package struct Source: Sendable {
        /// The model, as trained or a control.
        package var model: @Sendable (ModelVersion) throws -> ViT
        /// The reference picture with this digest; for nil, the model's mean colour. (3, height, width) in 0…1.
        var reference: @Sendable (_ digest: String?, ViT) throws -> FloatBuffer
    }

    private let source: Source
    private let device: any Device
    private let capacity: Int
    private let filmSteps: @Sendable (Recipe) -> [Int]
    private var current: (batch: Recipe, visualiser: Visualiser)?

    /// A maker of batches of at most `capacity` images, by default the device's batch size.
    ///
    /// - Parameter filmSteps: the steps before each frame of a run's film; empty for none. Runs of a batch that have a
    ///   film have the same.
    package init(
        _ source: Source, device: any Device, capacity: Int? = nil,
        filmSteps: @escaping @Sendable (Recipe) -> [Int] = { _ in [] }
    ) {
        self.source = source
        self.device = device
        self.capacity = capacity ?? device.batchSize
        self.filmSteps = filmSteps
    }

    package func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]? {
        let visualiser = try visualiser(for: recipes[0].batch)
        let requests = try recipes.map { recipe in
            let (number, tokens) = (recipe.target.number, recipe.variant.tokens)
            let count = tokens.neuronCount(at: recipe.address, in: visualiser.model.configuration)
            guard (0..<count).contains(number), let seed = Int(exactly: recipe.seed) else {
                throw AtlasError(
                    .data, "\(recipe.address) has no neuron \(number) with seed \(recipe.seed) in this model")
            }
            return RunRequest(neuron: number, direction: recipe.variant.direction, seed: seed)
        }
        let films = recipes.map(filmSteps)
        let stops = films.first { !$0.isEmpty } ?? []
        var frames = [[Picture]](repeating: [], count: recipes.count)
        let start = device.seconds
        let results = try visualiser.run(
            requests, shouldStop: shouldStop, onStep: onStep, stops: stops,
            onStop: { pictures in
                for run in recipes.indices where !films[run].isEmpty {
                    frames[run].append(RunFilm.frame(visualiser.picture(pictures[run])))
                }
            })
        guard let results else { return nil }
        let seconds = (device.seconds - start) / Double(recipes.count)
        return try recipes.indices.map { run in
            try record(
                of: results[run], recipe: recipes[run],
                film: frames[run].isEmpty ? nil : RunFilm(frames[run], after: stops), picture: visualiser.picture,
                seconds: seconds)
        }
    }

    private func visualiser(for batch: Recipe) throws -> Visualiser {
        if let current, current.batch == batch { return current.visualiser }
        // Frees the old buffers before the new ones are allocated.
        current = nil
        let model = try source.model(batch.model)
        let (address, variant) = (batch.address, batch.variant)
        let attention: AttentionMode =
            switch variant.attention {
            case .live: .live
            case .detached: .detached
            case .frozen(let digest): .frozen(reference: try source.reference(digest, model))
            }
        guard Address.all(in: model.configuration).contains(address),
            variant.tokens.isDefined(at: address, in: model.configuration)
        else { throw AtlasError(.data, "the model has no tokens \(variant.tokens) at \(address)") }
        guard variant.precision == device.precision else {
            throw AtlasError(
                .data,
                "the runs need products in \(variant.precision.rawValue), and \(device.name) computes them in "
                    + "\(device.precision.rawValue). Set precision in atlas.yml, or choose a device with --device.")
        }
        let visualiser = try Visualiser(
            device: device, model: model, address: address, tokens: variant.tokens, method: variant.method,
            attention: attention, capacity: variant.method.runs(ofImages: capacity))
        current = (batch, visualiser)
        return visualiser
    }

    private func record(
        of result: RunResult, recipe: Recipe, film: RunFilm?, picture: ([UInt8]) -> Picture, seconds: Double
    ) throws -> RunRecord {
        RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: result.outcome, startActivation: result.startActivation,
                finalActivation: result.finalActivation, underPattern: result.underPattern,
                stepsThroughPreactivation: result.preactivationSteps,
                kernel: device.kind, seconds: seconds),
            numbers: RunRecord.Numbers(
                curve: result.curve, embedding: result.embedding, layerActivations: result.activations),
            png: Array(try PNG.encode(picture(result.pixels))), film: film)
    }
}

extension Visualiser {
    /// A run's pixels as a picture.
    fileprivate func picture(_ pixels: [UInt8]) -> Picture {
        Picture(width: model.configuration.imageWidth, height: model.configuration.imageHeight, pixels: pixels)
    }
}

extension Method {
    /// Number of runs in a batch of this many images: each run takes one image per copy that the method makes.
    func runs(ofImages count: Int) -> Int { max(1, count / copies) }
}
