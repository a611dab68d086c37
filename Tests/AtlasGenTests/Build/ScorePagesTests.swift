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

    /// The part of the pictures on which their own channel has the highest z, over what `scale` gives.
    private func top1(
        _ pictures: [(neuron: Int, values: [Float])], over scale: [(neuron: Int, values: [Float])]
    ) -> Double {
        let count = Double(scale.count)
        let channels = pictures[0].values.indices
        let means = channels.map { channel in scale.reduce(0) { $0 + Double($1.values[channel]) } / count }
        let deviations = channels.map { channel in
            (scale.reduce(0) { $0 + pow(Double($1.values[channel]) - means[channel], 2) } / count).squareRoot()
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
        let grid = try runs(variants[0], Array(0..<8))
        #expect(grid.count == 24)
        for (variant, isReadAlike) in zip(variants, [true, false, true, false, false]) {
            let found = try #require(variant.scores.identification)
            let own = try runs(variant, sample)
            #expect(found.runs == 15 && found.scalePictures == (isReadAlike ? 24 : 15))
            #expect(abs(found.top1 - top1(own, over: isReadAlike ? grid : own)) < 1e-9)
        }
        // The grid's row is the panel's over the sample.
        let panel = file.neurons.filter { sample.contains($0.neuron) }.compactMap { $0.scores?.identification?.top1 }
        #expect(abs(panel.reduce(0, +) / 5 - (variants[0].scores.identification?.top1 ?? -1)) < 1e-9)

        let html = try project.text("\(Self.layer)/index.html")
        for variant in variants {
            for consistency in [variant.scores.look, variant.scores.meaning] {
                let layer = try #require(consistency)
                let interval = try #require(layer.aucInterval)
                #expect(html.contains(">\(Format.number(layer.auc)) (\(ScoreWords.words(interval)))<"))
                #expect(html.contains(", \(ScoreWords.p(layer))<"))
                #expect(html.contains("; \(ScoreWords.percent(layer.chance)))<"))
            }
        }
        #expect(html.contains("The same 5 neurons in every row, 3 runs each. Identification z-scores each channel"))
    }

    @Test func theControlsHaveTheirOwnNulls() async throws {
        let project = try await project("seeds: 2\ncompareSample: 5", control: "[shuffled, rotated]")
        let html = try project.text("\(Self.layer)/index.html")
        // 8 neurons, then 5 under each weights, by 2 seeds.
        for (pairs, charts) in [
            ("one neuron (8)", 2), ("different neurons (56)", 2), ("one neuron (5)", 3), ("different neurons (20)", 3),
        ] {
            #expect(html.components(separatedBy: ">pairs of runs of \(pairs)<").count == charts + 1, "\(pairs)")
        }
        for weights in ["trained", "shuffled", "rotated"] {
            #expect(html.contains("<p>By look, 5 neurons of the controls, \(weights) weights</p>"))
            #expect(
                html.contains("<title>Similarity by look of the runs of encoder_layer_1.mlp.3, \(weights) weights<"))
        }
        let variants = try #require(try data(project).variants)
        #expect(variants.map(\.control) == [nil, "shuffled", "rotated"])
        #expect(variants.allSatisfy { $0.scores.look?.withinPairs == 5 })
        #expect(try data(project).scores.look?.withinPairs == 8)
    }

    @Test func oneComparedNeuronHasAReason() async throws {
        let project = try await project("seeds: 2\nattention: [live, detached]\ncompareSample: 1")
        let html = try project.text("\(Self.layer)/index.html")
        #expect(html.contains("The same neuron in every row, 2 runs each. \(NoScore.oneNeuron.description)"))
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
        let parts = html.components(separatedBy: "<h2>Most consistent</h2>")
        let numbers = try #require(parts.last).matches(of: /<span class="no">(\d+)</).compactMap { Int($0.1) }
        #expect(numbers == Array(sorted.prefix(2)) + sorted.suffix(2).reversed())
    }
}
