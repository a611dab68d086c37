// `atlasgen export`, by running it: what its files hold, and what it refuses.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Scores
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct ExportCommandTests {
    /// Two layers, labels, a judge of its own size, a comparison and the controls: 6 of 12 neurons, 5 of them compared.
    private static func built() async throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [heads.head, encoder_layer_1.mlp.3]
                neurons: [0-5]
                seeds: 2
                steps: 3
                attention: [live, detached]
                control: true
                compareSample: 5
                judge: tiny.safetensors
                """,
            labels: (0..<12).map { "=class, the \"\($0)th\"" })
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    private static func manifest(_ project: TinyProject, _ folder: String = "export") throws -> Manifest {
        try JSONDecoder().decode(
            Manifest.self, from: Data(contentsOf: URL(filePath: project.path("\(folder)/manifest.json"))))
    }

    /// What the tests read of a manifest.
    private struct Manifest: Decodable {
        struct Layer: Decodable {
            let address: String
            let runs: String
            let scores: String
            let conditions: [Condition]
            let arrays: [Array]
        }
        struct Condition: Decodable {
            let condition: Int
            let control: String?
            let attention: String
            let parameters: [String: String]
            let neurons: [Int]
            let runs: Int
            let missing: Int
        }
        struct Array: Decodable {
            let name: String
            let file: String
            let shape: [Int]
            let type: String
            let unit: String
            let meaning: String
        }
        struct Column: Decodable {
            let name: String
            let meaning: String
        }
        struct File: Decodable {
            let path: String
            let bytes: Int
            let sha256: String
        }
        let generator: String
        let layers: [Layer]
        let columns: [Column]
        let files: [File]
    }

    /// The lines of a CSV file without quotes in it, as cells.
    private func cells(_ text: String) -> [[String]] {
        text.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func theArraysAreWhatTheRunsAreAndWhatTheScoresUse() async throws {
        let project = try await Self.built()
        let outcome = try await project.run(["export", "export"])
        #expect(outcome.code == 0 && outcome.output.contains(": 84 runs in "), "\(outcome)")
        let manifest = try Self.manifest(project)
        #expect(manifest.layers.map(\.address) == ["heads.head", "encoder.layers.encoder_layer_1.mlp.3"])
        let store = try Store(folder: project.path(".atlas")) { _ in }
        let read = try Project(file: project.path("atlas.yml"))
        let meter = RunMeter(judge: try read.judgeModel().map { Judge($0, on: .cpu) })
        for (layer, place) in zip(manifest.layers, read.layers) {
            #expect(
                layer.conditions.map(\.runs) == [12, 10, 10, 10] && layer.conditions.allSatisfy { $0.missing == 0 })
            #expect(layer.conditions.map(\.attention) == ["live", "detached", "live", "live"])
            #expect(layer.conditions.map(\.control) == [nil, nil, "shuffled", "rotated"])
            #expect(layer.conditions.allSatisfy { $0.parameters["rate"] != nil })
            #expect(Set(layer.arrays.map(\.name)).isSuperset(of: ["look_mean", "look_scale", "embedding_mean_3"]))
            let folder = "export/layers/\(place.address.shortName)"
            let table = try project.text("\(folder)/runs.csv")
            let archive = try NPZArchive(Data(contentsOf: URL(filePath: project.path("\(folder)/arrays.npz"))))
            #expect(Set(archive.arrays.keys) == Set(layer.arrays.map(\.name)))
            for array in layer.arrays {
                #expect(archive.arrays[array.name]?.shape == array.shape && !array.meaning.isEmpty)
                #expect(["float32": "f4", "float64": "f8"][array.type] == archive.arrays[array.name]?.type)
            }
            // Labels have commas and quotes; a row ends with its key and its picture.
            let rows = table.split(separator: "\r\n").dropFirst()
            #expect(rows.count == 42)
            for (index, row) in rows.enumerated() {
                let match = try #require(row.firstMatch(of: /,([0-9a-f]{64}),(pictures\/[^,]+\.png)$/))
                let key = try #require(RecipeKey(String(match.1)))
                let record = try #require(try store.record(key))
                let recipe = record.header.recipe
                let picture = project.path("export/\(match.2)")
                #expect(try Array(Data(contentsOf: URL(filePath: picture))) == record.png)
                #expect(
                    match.2
                        == "pictures/\(place.address.shortName)/\(recipe.target.number)-seed-\(recipe.seed)-"
                        + "\(key.description.prefix(8)).png")
                let label =
                    place.address == .head ? "\"'=class, the \"\"\(recipe.target.number)th\"\"\"" : ""
                #expect(row.hasPrefix("\(recipe.address),\(recipe.target.number),\(label),\(recipe.seed),"))
                #expect(row.contains(",\(record.header.startActivation),\(record.header.finalActivation),"))
                let vectors = try #require(try meter.map([recipe], in: store) { $2 }[0] ?? nil)
                #expect(archive.arrays["look"]?.row(index) == vectors.look.map(Double.init))
                #expect(archive.arrays["embedding"]?.row(index) == vectors.meaning.map(Double.init))
                #expect(archive.arrays["activations"]?.row(index) == record.numbers.layerActivations.map(Double.init))
                #expect(archive.arrays["curve"]?.row(index) == record.numbers.curve.map(Double.init))
            }
        }
        // Every file is listed, with its size and digest, except the manifest and the marker.
        let files = try project.files(in: "export")
        #expect(Set(manifest.files.map(\.path)) == Set(files.keys).subtracting(["manifest.json", ".atlasgen-export"]))
        for file in manifest.files {
            let content = try #require(files[file.path])
            #expect(file.bytes == content.count && file.sha256 == Digest.hexadecimal(content))
        }
    }

    /// The mean over a neuron's entries of a matrix is its published similarity, to the last bit.
    @Test func theMatricesGiveThePublishedSimilarities() async throws {
        let project = try await Self.built()
        #expect(try await project.run(["export", "export"]).code == 0)
        let archive = try NPZArchive(
            Data(contentsOf: URL(filePath: project.path("export/layers/heads.head/arrays.npz"))))
        let site = try JSONDecoder().decode(
            LayerFile.self, from: Data(contentsOf: URL(filePath: project.path("site/layers/heads.head/neurons.json"))))
        struct Scores: Decodable {
            struct Neuron: Decodable { let scores: NeuronScores }
            struct Variant: Decodable {
                let condition: Int
                let neurons: [Int]
                let scores: LayerFigures
            }
            let scores: LayerFigures
            let neurons: [Neuron]
            let variants: [Variant]
        }
        let scores = try JSONDecoder().decode(
            Scores.self, from: Data(contentsOf: URL(filePath: project.path("export/layers/heads.head/scores.json"))))
        #expect(scores.scores == site.scores && scores.neurons.map(\.scores) == site.neurons.map(\.scores))
        #expect(scores.variants.map(\.scores) == site.variants?.map(\.scores))
        #expect(scores.variants.map(\.condition) == [0, 1, 2, 3])
        for (name, published) in [
            ("similarity_look_0", site.neurons.map(\.scores?.look?.similarity)),
            ("similarity_meaning_0", site.neurons.map(\.scores?.meaning?.similarity)),
        ] {
            let matrix = try #require(archive.arrays[name])
            #expect(matrix.shape == [12, 12])
            for neuron in 0..<6 {
                // Ordered by seed, then by neuron.
                #expect(matrix.row(neuron)[6 + neuron] == published[neuron])
                #expect(matrix.row(6 + neuron)[neuron] == published[neuron])
                #expect(matrix.row(neuron)[0..<6].allSatisfy { $0.isNaN })
            }
        }
        for (name, variant) in [("similarity_look_0_compared", 0), ("similarity_look_1", 1), ("similarity_look_3", 3)] {
            let (within, between) = try gapParts(#require(archive.arrays[name]), neurons: 5)
            #expect(abs(within - between - (try #require(scores.variants[variant].scores.look?.gap))) < 1e-12)
        }
    }

    /// The mean similarities within and between neurons, of a matrix of two seeds.
    private func gapParts(_ matrix: NPZArchive.Array, neurons: Int) throws -> (within: Double, between: Double) {
        var sums = (within: 0.0, between: 0.0)
        for row in 0..<neurons {
            for column in 0..<neurons {
                let value = matrix.row(row)[neurons + column]
                if row == column { sums.within += value } else { sums.between += value }
            }
        }
        return (sums.within / Double(neurons), sums.between / Double(neurons * (neurons - 1)))
    }

    @Test func csvHoldsTheSameNumbersAndTwoExportsTheSameBytes() async throws {
        let project = try await Self.built()
        #expect(try await project.run(["export", "export"]).code == 0)
        let first = try project.files(in: "export")
        #expect(try await project.run(["export", "export"]).code == 0)
        #expect(try project.files(in: "export") == first)
        #expect(try await project.run(["export", "tables", "--format", "csv"]).code == 0)
        let (npz, csv) = (try Self.manifest(project), try Self.manifest(project, "tables"))
        for (layer, other) in zip(npz.layers, csv.layers) {
            let archive = try NPZArchive(
                Data(contentsOf: URL(filePath: project.path("export/\(layer.arrays[0].file)"))))
            #expect(layer.arrays.map(\.name) == other.arrays.map(\.name))
            for array in other.arrays {
                let expected = try #require(archive.arrays[array.name])
                let rows = cells(try project.text("tables/\(array.file)"))
                let columns = array.shape.count == 1 ? 1 : array.shape[1]
                #expect(rows.count == array.shape[0] + 1 && rows.allSatisfy { $0.count == columns })
                let values = rows.dropFirst().flatMap { $0 }.map { text in
                    array.type == "float32" ? Float(text).map(Double.init) : Double(text)
                }
                #expect(zip(values, expected.values).allSatisfy { $0 == $1 || $0?.isNaN == $1.isNaN })
            }
            #expect(try project.text("export/\(layer.runs)") == project.text("tables/\(other.runs)"))
        }
        // A new export leaves nothing of the one before it.
        #expect(try await project.run(["export", "export", "--format", "csv"]).code == 0)
        #expect(try project.files(in: "export") == project.files(in: "tables"))
    }

    @Test func missingRunsAreCounted() async throws {
        let project = try TinyProject()
        let none = try await project.run(["export", "export"])
        #expect(none.code == 65 && none.messages.contains("atlasgen build") && none.output.isEmpty)
        #expect(try FileSystem.names(in: project.folder.path).sorted() == ["atlas.yml", "tiny.safetensors"])

        #expect(try await project.run(["work", "--shard", "0/2"]).code == 0)
        let made = try project.runCount()
        let partial = try await project.run(["export", "export"])
        #expect(partial.code == 0 && partial.output.contains(": \(made) runs in "), "\(partial)")
        #expect(partial.messages.contains("\(12 - made) of 12 runs are not made yet"))
        #expect(try project.runCount() == made)
        let conditions = try Self.manifest(project).layers.flatMap(\.conditions)
        #expect(conditions.reduce(0) { $0 + $1.runs } == made)
        #expect(conditions.reduce(0) { $0 + $1.missing } == 12 - made)

        // A damaged run is set aside, and then counts as missing.
        let store = try Store(folder: project.path(".atlas")) { _ in }
        let path = store.path(of: try #require(try store.keys().first))
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: path))
        let damaged = try await project.run(["export", "export"])
        #expect(damaged.code == 0 && damaged.messages.contains("\(13 - made) of 12 runs are not made yet"))
    }

    @Test func otherFoldersAreRefused() async throws {
        let project = try TinyProject()
        #expect(try await project.build().code == 0)
        #expect(try await project.run(["export", "export"]).code == 0)
        try project.write("mine", to: "thesis/thesis.tex")
        let before = try project.files(in: ".")
        for (folder, words) in [
            ("thesis", "such as thesis.tex"), ("site", "not an earlier export"), ("site/data", "a part of the site"),
            ("export/layers/new", "a part of the export"), ("content", "the project keeps content there"),
            (".", "the project keeps .atlas there"), ("atlas.yml", "is a file, not a folder"),
        ] {
            let outcome = try await project.run(["export", folder])
            #expect(outcome.code == 73 && outcome.messages.contains(words), "\(folder): \(outcome)")
            #expect(outcome.output.isEmpty)
        }
        // A site does not replace an export either.
        let build = try await project.build("--output", "export")
        #expect(build.code == 73 && build.messages.contains("not an earlier site"), "\(build)")
        #expect(try project.files(in: ".") == before)
        let format = try await project.run(["export", "new", "--format", "xlsx"])
        #expect(format.code == 64 && format.messages.contains("npz"))
    }
}
