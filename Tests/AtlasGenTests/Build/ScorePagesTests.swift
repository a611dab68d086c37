// Scores on the site: the comparison recomputed from the records, the judge, the controls, reasons and orders.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Scores
@testable import Site
@testable import TestSupport
@testable import ViT

@Suite struct ScorePagesTests {
    private static let layer = "site/layers/encoder_layer_1.mlp.3"

    private func project(_ settings: String, control: String = "false") async throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [encoder_layer_1.mlp.3]
                steps: 3
                control: \(control)
                \(settings)
                """)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    private func data(_ project: TinyProject) throws -> LayerFile {
        try JSONDecoder().decode(
            LayerFile.self, from: Data(contentsOf: URL(filePath: project.path("\(Self.layer)/neurons.json"))))
    }

    /// The activations of all channels on the pictures of some runs, from the records that `neuron.json` names.
    private func activations(
        _ project: TinyProject, _ neurons: [Int], where isWanted: (NeuronData.Run) -> Bool
    ) throws -> [(neuron: Int, values: [Float])] {
        let store = try Store(folder: project.path(".atlas")) { _ in }
        return try neurons.flatMap { neuron in
            let file = URL(filePath: project.path("\(Self.layer)/\(neuron)/neuron.json"))
            let data = try JSONDecoder().decode(NeuronData.self, from: Data(contentsOf: file))
            return try data.runs.filter(isWanted).map { run in
                let record = try store.record(try #require(RecipeKey(run.result.key)))
                return (neuron, try #require(record).numbers.layerActivations)
            }
        }
    }

    /// The part of the pictures on which their own channel has the highest z over the reference pictures, which are read
    /// with `model`.
    private func top1(
        _ pictures: [(neuron: Int, values: [Float])], _ model: ViT, tokens: TokenSelection
    ) throws -> Double {
        let (width, height) = (model.configuration.imageWidth, model.configuration.imageHeight)
        let reader = try LocalDevice.device.makeReader(
            model: model, address: .block(1, .mlp3), tokens: tokens, capacity: 4)
        let references = try reader.activations(
            of: (0..<ReferencePictures.count).map {
                ReferencePictures.picture($0, width: width, height: height).planes
            })
        let channels = pictures[0].values.indices
        let count = Double(references.count)
        let means = channels.map { channel in references.reduce(0) { $0 + Double($1[channel]) } / count }
        let deviations = channels.map { channel in
            (references.reduce(0) { $0 + pow(Double($1[channel]) - means[channel], 2) } / count).squareRoot()
        }
        let hits = pictures.count { picture in
            let scores = channels.map { (Double(picture.values[$0]) - means[$0]) / deviations[$0] }
            return scores.allSatisfy { $0 <= scores[picture.neuron] }
        }
        return Double(hits) / Double(pictures.count)
    }

    @Test func theComparisonIsWhatTheRecordsSay() async throws {
        let project = try await project(
            "seeds: 3\ntokens: [cls, patches]\nattention: [live, detached]\ncompareSample: 5", control: "true")
        let file = try data(project)
        let variants = try #require(file.variants)
        #expect(variants.map(\.tokens) == ["cls", "patches", "cls", "cls", "cls"])
        #expect(variants.map(\.attention) == ["live", "live", "detached", "live", "live"])
        #expect(variants.map(\.control) == [nil, nil, nil, "shuffled", "rotated"])
        let sample = variants[0].neurons
        #expect(sample.count == 5 && variants.allSatisfy { $0.neurons == sample })

        func runs(_ variant: LayerFile.Variant, _ neurons: [Int]) throws -> [(neuron: Int, values: [Float])] {
            try activations(project, neurons) {
                $0.variant.tokens.description == variant.tokens && $0.variant.attention.word == variant.attention
                    && $0.result.control == variant.control
            }
        }
        let loaded = try Project(file: project.path("atlas.yml"))
        let models = RecipeModels(model: loaded.model.model, references: [:])
        for (variant, condition) in zip(variants, loaded.conditions(of: loaded.layers[0])) {
            let found = try #require(variant.scores.identification)
            #expect(found.runs == 15 && found.scalePictures == ReferencePictures.count)
            let expected = try top1(
                try runs(variant, sample), try models.source.model(condition.model), tokens: condition.variant.tokens)
            #expect(abs(found.top1 - expected) < 1e-9)
        }
        // The grid's row is the panel's over the sample.
        let panel = file.neurons.filter { sample.contains($0.neuron) }.compactMap { $0.scores?.identification?.top1 }
        #expect(abs(panel.reduce(0, +) / 5 - (variants[0].scores.identification?.top1 ?? -1)) < 1e-9)

        let html = try project.text("\(Self.layer)/index.html")
        for variant in variants {
            for consistency in [variant.scores.look, variant.scores.meaning] {
                let layer = try #require(consistency)
                let interval = try #require(layer.aucInterval)
                #expect(
                    html.contains(
                        ">\(Format.number(layer.auc)) (\(ScoreWords.words(interval))), \(ScoreWords.p(layer))<"))
                #expect(html.contains("; \(ScoreWords.percent(layer.chance)))<"))
            }
        }
        #expect(html.contains("The same 5 neurons in every row, 3 runs each. Differences are paired by neuron."))
        // Every row but the first is compared with it; every row links to its commands.
        #expect(variants.map { $0.differences == nil } == [true, false, false, false, false])
        for variant in variants.dropFirst() {
            let differences = try #require(variant.differences)
            #expect(differences.comparisons == 20 && differences.identification != nil)
            for (own, base, difference) in [
                (variant.scores.look, variants[0].scores.look, differences.look),
                (variant.scores.meaning, variants[0].scores.meaning, differences.meaning),
            ] {
                let found = try #require(difference)
                #expect(found.auc.value == (own?.auc ?? 9) - (base?.auc ?? 0) && found.auc.neurons == 5)
                #expect(html.contains(">\(ScoreWords.difference(found.auc))<"))
            }
            #expect(variant.neuronScores.count == 5 && variant.parameters["steps"] == "3")
        }
        let links = html.components(
            separatedBy: "href=\"../../layers/encoder_layer_1.mlp.3/\(sample[0])/index.html#reproduce")
        #expect(links.count == 1 + 2 * variants.count)
        let commands = try project.text("\(Self.layer)/\(sample[0])/index.html")
        #expect(commands.contains("id=\"reproduce\"") && commands.contains("--control rotated"))
    }

    @Test func theControlsStandBesideTheTrainedWeights() async throws {
        let project = try await project("seeds: 2\ncompareSample: 5", control: "[shuffled, rotated]")
        let html = try project.text("\(Self.layer)/index.html")
        // 8 neurons by 2 seeds in both charts, and 5 of each control in the look's.
        for (legend, charts) in [
            ("one neuron (8)", 2), ("different neurons (56)", 2), ("one neuron, shuffled weights (5)", 1),
            ("one neuron, rotated weights (5)", 1),
        ] {
            #expect(html.components(separatedBy: ">pairs of runs of \(legend)<").count == charts + 1, "\(legend)")
        }
        let variants = try #require(try data(project).variants)
        #expect(variants.map(\.control) == [nil, "shuffled", "rotated"])
        for variant in variants.dropFirst() {
            let words = "\(try #require(variant.control)) weights"
            #expect(html.components(separatedBy: "Control, \(words): AUC ").count == 3)
            let look = try #require(variant.differences?.look)
            #expect(html.contains("over the same, difference: \(ScoreWords.difference(look.auc))"))
            let auc = Format.number(try #require(variant.scores.look).auc)
            #expect(try project.text("site/index.html").contains("\(auc) \(try #require(variant.control))"))
            let own = try #require(try data(project).neurons[3].scores?.look).similarity
            let lower = variant.neuronScores.count { ($0.look?.similarity ?? 9) < own }
            #expect(
                try project.text("\(Self.layer)/3/index.html").contains(
                    "its runs are more alike than those of \(lower) of 5 neurons with \(words)"))
        }
        #expect(variants.allSatisfy { $0.scores.look?.withinPairs == 5 })
        #expect(try data(project).scores.look?.withinPairs == 8)
    }

    @Test func oneComparedNeuronHasAReason() async throws {
        let project = try await project("seeds: 2\nattention: [live, detached]\ncompareSample: 1")
        let html = try project.text("\(Self.layer)/index.html")
        #expect(html.contains("The same neuron in every row, 2 runs each."))
        #expect(html.contains(NoScore.oneNeuron.description))
        #expect(
            try data(project).variants?.map(\.scores.reasons?.look) == [
                NoScore.oneNeuron.description, NoScore.oneNeuron.description,
            ])
    }

    /// The visualised model as its own judge says what the records say; another model says something else.
    @Test func aJudgeEmbedsThePictures() async throws {
        let project = try await project("seeds: 2")
        let own = try data(project)
        let settings = try project.text("atlas.yml")
        try project.configure(settings + "\njudge: tiny.safetensors\n")
        #expect(try await project.build().code == 0)
        let judged = try data(project)
        #expect(judged.scores.meaning == own.scores.meaning && judged.scores.look == own.scores.look)
        #expect(judged.neurons == own.neurons)
        #expect(try project.text("\(Self.layer)/index.html").contains("The embedding of another model, tiny."))

        try project.configure(settings + "\njudge: \(try Installation.embeddedModel())\n")
        #expect(try await project.build().code == 0)
        let other = try data(project)
        #expect(other.scores.meaning != own.scores.meaning && other.scores.look == own.scores.look)
        let atlas = try JSONDecoder().decode(
            AtlasFile.self, from: Data(contentsOf: URL(filePath: project.path("site/atlas.json"))))
        #expect(atlas.judge?.name == "vit-tiny64" && atlas.judge?.weights.count == 64)
        #expect(atlas.judge?.weights != atlas.model.weights)
    }

    @Test func pagesSayWhyThereIsNoScore() async throws {
        let project = try await project("seeds: 1\ntokens: slice\nneurons: [0-2]")
        for page in ["index.html", "1/index.html"] {
            let html = try project.text("\(Self.layer)/\(page)")
            #expect(html.contains(HTML.escaped("\(NoScore.oneSeed.description) \(NoScore.notAChannel.description)")))
            #expect(!html.contains("Percentiles compare") && !html.contains(ScoreWords.auc))
        }
        let file = try data(project)
        #expect(file.variants == nil && file.scores.reasons?.sentences.count == 2)
        #expect(file.neurons[0].scores?.reasons == file.scores.reasons)
    }

    @Test func cardsAreSortedBySimilarityAndEqualsByNumber() {
        func card(_ number: Int, look: Double?, meaning: Double? = nil) -> NeuronCard {
            NeuronCard(
                number: number, path: "\(number).html", thumbnail: nil, width: 1, height: 1,
                look: look.map { .init(similarity: $0, percentile: 100) },
                meaning: meaning.map { .init(similarity: $0, percentile: 50) })
        }
        let cards = [
            card(0, look: nil, meaning: 0.1), card(1, look: 0.5), card(2, look: 0.7, meaning: 0.2), card(3, look: 0.5),
        ]
        #expect(cards.sorted { $0.look?.similarity }.map(\.number) == [2, 1, 3, 0])
        #expect(cards.sorted(by: { $0.look?.similarity }, lowestFirst: true).map(\.number) == [1, 3, 2, 0])
        let pages = LayerGrid.pages(of: cards, folder: "a")
        #expect(pages.map(\.path) == ["a/index.html", "a/by-look.html", "a/by-meaning.html"])
        #expect(pages[1].neurons.map(\.number) == [2, 1, 3, 0])
        #expect(pages[2].neurons.map(\.number) == [2, 0, 1, 3])
        #expect(pages[0].neurons.allSatisfy { $0.shown == .look })
        #expect(pages[2].neurons.allSatisfy { $0.shown == .meaning })
    }

    @Test func theExtremesOfFewNeuronsAreDisjoint() async throws {
        let project = try await project("seeds: 2\nneurons: [0-4]")
        let html = try project.text("\(Self.layer)/index.html")
        let similarities = try data(project).neurons.map { ($0.neuron, $0.scores?.look?.similarity ?? 0) }
        let sorted = similarities.sorted { ($0.1, $1.0) > ($1.1, $0.0) }.map(\.0)
        let parts = html.components(separatedBy: "<p class=\"hint\">The neurons whose runs look most alike.</p>")
        let numbers = try #require(parts.last).matches(of: /<span class="no">(\d+)</).compactMap { Int($0.1) }
        #expect(numbers == Array(sorted.prefix(2)) + sorted.suffix(2).reversed())
    }
}
