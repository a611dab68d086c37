// Runs made with the real model: the same records whatever the number of workers and the size of batches.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

extension ViT {
    /// A tiny model whose weights come from one seed.
    fileprivate static func random(_ configuration: ViTConfiguration, seed: UInt64) -> ViT {
        var state = seed
        func values(_ count: Int, scale: Float, around mean: Float = 0) -> FloatBuffer {
            FloatBuffer(
                (0..<count).map { _ in
                    // Knuth's MMIX generator; its upper bits.
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return mean + scale * (Float(state >> 40) / Float(1 << 23) - 1)
                })
        }
        func linear(_ outputs: Int, _ inputs: Int) -> LinearParameters {
            LinearParameters(weight: values(outputs * inputs, scale: 0.3), bias: values(outputs, scale: 0.1))
        }
        let c = configuration.width
        func norm() -> LayerNormParameters {
            LayerNormParameters(weight: values(c, scale: 0.1, around: 1), bias: values(c, scale: 0.1))
        }
        return ViT(
            configuration: configuration,
            parameters: ViTParameters(
                patchProjection: linear(c, 3 * configuration.patchSize * configuration.patchSize),
                prefixTokens: values(configuration.prefixTokenCount * c, scale: 0.3),
                positionEmbedding: values(configuration.tokenCount * c, scale: 0.3),
                blocks: (0..<configuration.blockCount).map { _ in
                    BlockParameters(
                        ln1: norm(), attentionInput: linear(3 * c, c), attentionOutput: linear(c, c), ln2: norm(),
                        mlp0: linear(configuration.mlpWidth, c), mlp3: linear(c, configuration.mlpWidth))
                },
                finalNorm: norm(), head: linear(configuration.classCount, c)))
    }
}

@Suite struct VisualiserMakerTests {
    private let folder: TemporaryFolder
    private let model = ViT.random(
        ViTConfiguration(
            imageHeight: 16, imageWidth: 16, patchSize: 8, blockCount: 2, headCount: 2, width: 16, mlpWidth: 32,
            classCount: 5), seed: 1)

    init() throws { folder = try TemporaryFolder() }

    private func recipes() throws -> [Recipe] {
        let configuration = try AtlasConfiguration.parsed(
            """
            layers: [encoder_layer_1.mlp.3, encoder_layer_0.mlp.1]
            neurons: 0-3
            seeds: 2
            steps: 4
            tokens: [auto, center]
            attention: [live, frozen]
            compareSample: 2
            """)
        let methods = try configuration.resolvedMethods().map(\.method)
        return Plan(try configuration.layers(of: model.configuration), seeds: configuration.seeds) { layer in
            Condition.all(
                model: "none", direction: .positive, precision: .float32, tokens: layer.tokens,
                attention: configuration.attention.map(\.mode), methods: methods, controls: [])
        }.recipes
    }

    private func made(
        _ recipes: [Recipe], workers: Int, batch: Int, filmSteps: @escaping @Sendable (Recipe) -> [Int] = { _ in [] }
    ) async throws -> [RunRecord] {
        let store = try Store(folder: "\(folder.path)/\(UUID())") { _ in }
        let model = model
        let source = VisualiserMaker.Source(model: { _ in model }, reference: { $1.configuration.meanPicture })
        let engine = LocalEngine(workerCount: workers, batchSize: batch, save: store.save) { _ in
            VisualiserMaker(source, device: CPUDevice(), capacity: batch, filmSteps: filmSteps)
        }
        _ = try await engine.make(recipes)
        return try recipes.map { try #require(try store.record($0.key)) }
    }

    @Test func recordsDependOnTheirRecipesAlone() async throws {
        let recipes = try recipes()
        #expect(recipes.count == 2 * (8 + 4 + 4))
        let alone = try await made(recipes, workers: 1, batch: 1)
        let together = try await made(recipes.reversed(), workers: 3, batch: 5)
        for (first, second) in zip(alone, together.reversed()) {
            #expect(first.hasSameResult(as: second), "\(first.header.recipe)")
        }
        #expect(Set(alone.map(\.png)).count == alone.count)
        for (record, recipe) in zip(alone, recipes) {
            #expect(record.header.recipe == recipe)
            #expect(record.numbers.curve.count == 4)
            #expect(record.numbers.embedding.count == 16)
            #expect(record.numbers.layerActivations.count == recipe.address.width(in: model.configuration))
            #expect(record.numbers.layerActivations[recipe.target.number] == record.header.finalActivation)
            #expect(record.png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    /// The frames are the pictures after so many steps, small; a film changes nothing else, and does not depend on the
    /// batch.
    @Test func filmsShowTheWay() async throws {
        let recipes = Array(try recipes().prefix(8))
        let steps = RunFilm.steps(length: 3, of: 4)
        #expect(steps == [0, 2])
        @Sendable func filmSteps(_ recipe: Recipe) -> [Int] { recipe.target.number == 1 ? [] : steps }
        let plain = try await made(recipes, workers: 1, batch: 8)
        let together = try await made(recipes, workers: 1, batch: 8, filmSteps: filmSteps)
        let alone = try await made(recipes, workers: 2, batch: 1, filmSteps: filmSteps)
        let variant = recipes[0].variant
        for (run, recipe) in recipes.enumerated() {
            var record = together[run]
            #expect(record.film == alone[run].film && (record.film == nil) == (recipe.target.number == 1))
            guard let film = record.film else { continue }
            let visualiser = try Visualiser(
                device: CPUDevice(), model: model, address: recipe.address, tokens: variant.tokens,
                method: variant.method, capacity: 1)
            var frames: [Picture] = []
            let request = RunRequest(neuron: recipe.target.number, seed: Int(recipe.seed))
            _ = try visualiser.run([request], stops: steps) {
                frames.append(Picture(width: 16, height: 16, pixels: $0[0]))
            }
            #expect(film == (try RunFilm(frames, after: steps)))
            #expect(PictureFile.size(start: film.jpeg).map { [$0.width, $0.height] } == [32, 16])
            record.film = nil
            #expect(record.hasSameResult(as: plain[run]))
        }
    }

    @Test func framesAreEvenlySpaced() {
        #expect(RunFilm.steps(length: 6, of: 64) == [0, 12, 25, 38, 51])
        #expect(RunFilm.steps(length: 6, of: 3) == [0, 1, 2] && RunFilm.steps(length: 0, of: 64) == [])
        for length in RunFilm.lengths {
            for count in 1...70 {
                let steps = RunFilm.steps(length: length, of: count)
                #expect(steps.count == min(length - 1, count) && steps.first == 0 && steps.allSatisfy { $0 < count })
                #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
            }
        }
        #expect(RunFilm.frame(Picture(width: 224, height: 100, color: .white)).width == 112)
    }

    @Test func aRecipeForAnotherModelIsRefused() async throws {
        let condition = try recipes()[0].condition
        let recipe = condition.recipe(.block(1, .mlp3), 16, seed: 0)
        let error = try await #require(throws: AtlasError.self) { try await made([recipe], workers: 1, batch: 1) }
        #expect(error.description.contains("has no neuron 16"))
        let absent = condition.recipe(.block(7, .mlp3), 16, seed: 0)
        let other = try await #require(throws: AtlasError.self) { try await made([absent], workers: 1, batch: 2) }
        #expect(other.description == "the model has no tokens cls at encoder.layers.encoder_layer_7.mlp.3")
    }
}
