// The data files beside the pages: they are what docs/data.md says, no key more and no key less, and agree in numbers.

import Foundation
import Testing

@testable import Runs
@testable import Site
@testable import TestSupport
@testable import ViT

@Suite struct DataFileTests {
    /// A project whose files have every key: labels, intervals, widths by the number of seeds, a pattern frozen from a
    /// picture, and photographs.
    private static func everything() async throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [heads.head]
                seeds: 3
                steps: 3
                attention: [live, {frozen: pattern.png}]
                compareSample: 5
                film: 3
                judge: tiny.safetensors
                photographs: photographs
                """,
            labels: (0..<12).map { "class, the \"\($0)th\"" })
        // Any picture of the model's size will do: one of its own.
        let source = try TinyProject()
        #expect(try await source.build().code == 0)
        let pictures = try source.files().sorted { $0.key < $1.key }
        let picture = try #require(pictures.first { $0.key.hasSuffix(".png") })
        _ = try project.folder.write(picture.value, to: "pattern.png")
        try writePhotographs(to: project)
        try project.write(
            "![a](layer:heads.head?plot=seeds)\n\n![b](layer:heads.head?plot=seeds&attention=frozen)",
            to: "content/index.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    /// The tests' pictures of all kinds, in a folder of a class.
    private static func writePhotographs(to project: TinyProject) throws {
        let pictures = URL(filePath: #filePath).appending(path: "../../../RenderTests/Fixtures/Pictures")
        try FileManager.default.createDirectory(atPath: project.path("photographs"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: pictures.standardizedFileURL.path, toPath: project.path("photographs/pictures"))
    }

    /// A project whose files have every reason for a missing score.
    private static func nothing() async throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [encoder_layer_1.mlp.3]
                neurons: [0-2]
                seeds: 1
                steps: 3
                tokens: slice
                attention: [live, detached]
                control: false
                """)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    /// A project whose neurons are active at patches of photographs.
    private static func patches() async throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [encoder_layer_0.mlp.1]
                neurons: [0-2]
                seeds: 2
                steps: 3
                control: false
                photographs: photographs
                """)
        try writePhotographs(to: project)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    /// A project whose neurons are directions, in a layout that has thresholds.
    private static func directions() async throws -> TinyProject {
        let file = URL(filePath: #filePath)
            .appending(path: "../../../ViTTests/Fixtures/directions/saelens-jumprelu").standardizedFileURL.path
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                directions: [{name: sae, file: \(file), at: encoder_layer_0}]
                layers: [encoder_layer_0@sae]
                neurons: [0-2]
                seeds: 2
                steps: 3
                control: false
                """)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    /// The part of atlas.json and of the manifest in which a model of another family has keys that a plain ViT's has not.
    private static func otherFamily() throws -> Any {
        var configuration = ViTConfiguration(
            imageHeight: 8, imageWidth: 8, patchSize: 4, blockCount: 1, headCount: 1, width: 4, mlpWidth: 4,
            classCount: 4)
        configuration.output = .projection
        configuration.activation = .silu
        configuration.hasGatedMLP = true
        configuration.hasLayerScale = true
        configuration.hasInputNorm = true
        configuration.hasRotaryPositions = true
        configuration.positionInterpolation = .bicubic
        let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
        #expect(
            try JSONDecoder().decode(ViTConfiguration.self, from: JSONEncoder().encode(configuration)) == configuration)
        return ["model": ["configuration": encoded]]
    }

    /// A neuron's file whose first run has another precision than the CPU's.
    private static func otherPrecision(in project: TinyProject) throws -> Any {
        let file = URL(filePath: project.path("site/layers/encoder_layer_0.mlp.1/0/neuron.json"))
        var neuron = try JSONDecoder().decode(NeuronData.self, from: Data(contentsOf: file))
        neuron.runs[0].variant.precision = .bfloat16
        return try JSONSerialization.jsonObject(with: JSONEncoder().encode(neuron))
    }

    @Test func everyKeyIsDocumentedAndEveryDocumentedKeyIsThere() async throws {
        let (project, other) = (try await Self.everything(), try await Self.nothing())
        let (patches, directions) = (try await Self.patches(), try await Self.directions())
        for project in [project, other, patches, directions] {
            #expect(try await project.run(["export", "export"]).code == 0)
        }
        for (name, path) in [
            ("neuron.json", "site/layers/LAYER/0/neuron.json"), ("neurons.json", "site/layers/LAYER/neurons.json"),
            ("atlas.json", "site/atlas.json"), ("manifest.json", "export/manifest.json"),
            ("scores.json", "export/layers/LAYER/scores.json"),
        ] {
            var found: Set<String> = []
            for (project, layer) in [
                (project, "heads.head"), (other, "encoder_layer_1.mlp.3"), (patches, "encoder_layer_0.mlp.1"),
                (directions, "encoder_layer_0@sae"),
            ] {
                let file = URL(filePath: project.path(path.replacing("LAYER", with: layer)))
                found.formUnion(
                    DocumentedKeys.found(in: try JSONSerialization.jsonObject(with: Data(contentsOf: file))))
            }
            if name == "neuron.json" { found.formUnion(DocumentedKeys.found(in: try Self.otherPrecision(in: patches))) }
            if ["atlas.json", "manifest.json"].contains(name) {
                found.formUnion(DocumentedKeys.found(in: try Self.otherFamily()))
            }
            let known = Set(try DocumentedKeys.documented(name))
            #expect(found.subtracting(known).sorted() == [], "in \(name), not in docs/data.md")
            #expect(known.subtracting(found).sorted() == [], "in docs/data.md, not in \(name)")
        }
        let header = try #require(try project.text("site/layers/heads.head/neurons.csv").split(separator: "\r\n").first)
        #expect(header.split(separator: ",").map(String.init) == (try DocumentedKeys.documented("neurons.csv")))
    }

    @Test func theFilesAgreeWithEachOtherAndWithTheStore() async throws {
        let project = try await Self.everything()
        let store = try Store(folder: project.path(".atlas")) { _ in }
        func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
            try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: project.path("site/\(path)"))))
        }
        let atlas = try read(AtlasFile.self, "atlas.json")
        #expect(atlas.layers.map(\.address) == ["heads.head"] && atlas.layers[0].neurons == 12)
        let layer = try read(LayerFile.self, atlas.layers[0].data)
        #expect(layer.scores == atlas.layers[0].scores && layer.scores.look?.neurons == 12)
        #expect(layer.neurons.map(\.neuron) == Array(0..<12) && layer.seeds == [0, 1, 2])
        for entry in layer.neurons {
            let data = try read(NeuronData.self, "layers/heads.head/\(entry.data)")
            #expect(data.neuron == entry.neuron && data.label == entry.label && data.scores == entry.scores)
            #expect(entry.label == "class, the \"\(entry.neuron)th\"" && data.weights == atlas.model.weights)
            #expect(data.runs.map(\.result.seed) == Array((0..<4).flatMap { _ in [0, 1, 2] }.prefix(data.runs.count)))
            #expect(
                data.runs.map(\.variant.attention.word)
                    == ["live", "frozen", "live", "live"].prefix(data.runs.count / 3).flatMap { [$0, $0, $0] })
            #expect(data.runs[0].result.finalActivation == entry.finalActivation)
            for run in data.runs {
                let result = run.result
                let key = try #require(RecipeKey(result.key))
                let record = try #require(try store.record(key))
                let folder = "layers/heads.head/\(entry.neuron)"
                let picture = try Data(contentsOf: URL(filePath: project.path("site/\(folder)/\(result.image)")))
                #expect(Array(picture) == record.png && result.curve.count == run.variant.method.steps)
                #expect(result.curve == record.numbers.curve.map(\.finite))
                #expect(result.finalActivation == record.header.finalActivation.finite && run.variant.method.steps == 3)
            }
        }
    }

    /// No build pays for widths that no text shows, and a text that shows them makes the layer's data again.
    @Test func onlyTheWidthsThatATextShowsAreThere() async throws {
        let project = try await Self.everything()
        func layer() throws -> LayerFile {
            try JSONDecoder().decode(
                LayerFile.self,
                from: Data(contentsOf: URL(filePath: project.path("site/layers/heads.head/neurons.json"))))
        }
        let both = try layer()
        #expect(both.seedWidths?.look?.map(\.seeds) == [2, 3] && both.seedWidths?.meaning?.map(\.seeds) == [2, 3])
        #expect(both.variants?.map { $0.seedWidths != nil } == [false, true, false, false])
        try project.write("![a](layer:heads.head?plot=seeds)", to: "content/index.md")
        #expect(try await project.build().code == 0)
        let one = try layer()
        #expect(one.seedWidths == both.seedWidths && one.variants?.allSatisfy { $0.seedWidths == nil } == true)
        try project.write("Words.", to: "content/index.md")
        #expect(try await project.build().code == 0)
        #expect(try layer().seedWidths == nil && layer().scores == both.scores)
    }

    @Test func theTableHoldsTheSameNumbers() async throws {
        let project = try await Self.everything()
        let layer = try JSONDecoder().decode(
            LayerFile.self, from: Data(contentsOf: URL(filePath: project.path("site/layers/heads.head/neurons.json"))))
        let rows = table(try project.text("site/layers/heads.head/neurons.csv"))
        let columns = try DocumentedKeys.documented("neurons.csv")
        #expect(rows.count == 13 && rows.allSatisfy { $0.count == columns.count })
        for (row, neuron) in zip(rows.dropFirst(), layer.neurons) {
            let cells = Dictionary(uniqueKeysWithValues: zip(columns, row))
            #expect(cells["neuron"] == "\(neuron.neuron)" && cells["label"] == neuron.label)
            #expect(cells["outcome"] == neuron.outcome)
            #expect(cells["final_activation"].flatMap(Float.init) == neuron.finalActivation)
            #expect(cells["look_percentile"].flatMap(Double.init) == neuron.scores?.look?.percentile)
            #expect(cells["look_pairs"] == "3" && cells["meaning_pairs"] == "3")
            #expect(cells["identification_top1"].flatMap(Double.init) == neuron.scores?.identification?.top1)
            #expect(cells["seed_spread"].flatMap(Double.init) == neuron.scores?.seedSpread)
        }
    }

    /// A spreadsheet runs a cell that begins like a formula; an apostrophe before it makes it a text.
    @Test func noLabelIsAFormula() async throws {
        let formulas = [
            "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1,2)", "  =1+1", "\t=1+1", "＝1+1", "＋1", "－1", "＠x",
            "\u{200B}=\"a\"&1",
        ]
        let labels = formulas + ["a\"\u{301},=1+1;=2"]
        let project = try TinyProject(
            settings: "model: {weights: tiny.safetensors}\nlayers: [heads.head]\nseeds: 1\nsteps: 3\ncontrol: false",
            labels: labels)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        let rows = table(try project.text("site/layers/heads.head/neurons.csv")).dropFirst()
        #expect(rows.map { $0[1] } == formulas.map { "'" + $0 } + [labels[11]])
        #expect(rows.allSatisfy { $0.count == 14 })
        let layer = try JSONDecoder().decode(
            LayerFile.self, from: Data(contentsOf: URL(filePath: project.path("site/layers/heads.head/neurons.json"))))
        #expect(layer.neurons.map(\.label) == labels)
        // Numbers stay numbers, negative ones too.
        #expect(rows.map { Float($0[3]) } == layer.neurons.map(\.startActivation))
        #expect(rows.contains { $0[3].hasPrefix("-") })
    }

    /// The cells of a table as RFC 4180 has it.
    private func table(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true):
                if scalars.first == "\"" { cell.unicodeScalars.append(scalars.removeFirst()) } else { isQuoted = false }
            case ("\"", false): isQuoted = true
            case (",", false):
                row.append(cell)
                cell = ""
            case ("\r", false): continue
            case ("\n", false):
                rows.append(row + [cell])
                (row, cell) = ([], "")
            default: cell.unicodeScalars.append(scalar)
            }
        }
        return rows
    }
}
