// The JSON of commands: what docs/data.md says, no key more and no key less, and the numbers of the text.

import Foundation
import Testing

@testable import Runs
@testable import TestSupport

@Suite struct CommandDataTests {
    private let disc = CommandRun.fixture("pictures/disc.png")

    private func compare(_ outputs: [String], with section: String) throws {
        let found = try outputs.reduce(into: Set<String>()) { keys, output in
            keys.formUnion(
                DocumentedKeys.found(in: try JSONSerialization.jsonObject(with: Data(output.utf8))))
        }
        let documented = try DocumentedKeys.documented(section)
        #expect(found.symmetricDifference(documented).sorted() == [])
    }

    private struct Made: Decodable {
        struct Run: Decodable {
            let seed: UInt64
            let file: String
            let finalActivation: Float
            let key: String
        }

        let address: String
        let neuron: Int
        let label: String?
        let steps: Int
        let runs: [Run]
    }

    @Test func visualise() throws {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [heads.head]
                steps: 3
                """, labels: (0..<12).map { "class \($0)" })
        let picture = try Data(contentsOf: URL(filePath: CommandRun.fixture("pictures/disc.png")))
        _ = try project.folder.write(picture, to: "pattern.png")
        let arguments = ["visualise", "heads.head/3", "--seeds", "7,2", "--control", "rotated", "--json"]
        let several = try CommandRun(arguments + ["-o", "{seed}.png"], in: project.folder)
        #expect(several.code == 0, "\(several.errors)")
        let made = try several.decoded(Made.self)
        #expect(made.address == "heads.head" && made.neuron == 3 && made.label == "class 3" && made.steps == 3)
        #expect(made.runs.map(\.seed) == [7, 2] && made.runs.map(\.file) == ["7.png", "2.png"])
        #expect(made.runs.allSatisfy { RecipeKey($0.key) != nil } && made.runs[0].key != made.runs[1].key)
        let text = try CommandRun(arguments.dropLast() + ["-o", "all.png"], in: project.folder).output
        for run in made.runs { #expect(text.contains("seed \(run.seed): final activation \(run.finalActivation), ")) }
        let together = try CommandRun(arguments + ["-o", "all.png"], in: project.folder).decoded(Made.self)
        #expect(together.runs.map(\.file) == ["all.png", "all.png"])
        #expect(together.runs.map(\.key) == made.runs.map(\.key))

        try project.configure(
            "layers: [heads.head]\nmodel: {weights: tiny.safetensors}\nattention: {frozen: pattern.png}")
        let frozen = try CommandRun(
            "visualise", "encoder_layer_1.mlp.1/0", "--steps", "2", "--json", in: project.folder)
        // The CPU knows one precision, which has no key.
        let other = try JSONEncoder().encode(Variant(tokens: .cls, method: .atlas, precision: .tf32))
        try compare([several.output, frozen.output, String(decoding: other, as: UTF8.self)], with: "visualise --json")
    }

    @Test func probe() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun("probe", disc, "--layer", "heads.head", "--json", in: folder)
        try compare([run.output], with: "probe --json")
        struct Result: Decodable {
            struct Size: Decodable, Equatable {
                let width: Int
                let height: Int
            }
            struct Model: Decodable {
                let name: String
                let weights: String
            }

            let model: Model
            let prepared: Size
            let labels: [String]?
            let activations: [Float]
        }
        let result = try run.decoded(Result.self)
        let model = try LoadedModel(path: Installation.embeddedModel())
        #expect(result.model.name == "vit-tiny64" && result.model.weights == model.weightsDigest)
        #expect(result.prepared == .init(width: 64, height: 64))
        #expect(result.labels == model.checkpoint.labels && result.labels?.count == result.activations.count)
        let hidden = try CommandRun("probe", disc, "--layer", "encoder.ln", "--json", in: folder)
        #expect(try hidden.decoded(Result.self).labels == nil)
    }

    @Test func storeList() throws {
        struct Listing: Decodable {
            struct Layer: Decodable {
                let address: String
                let method: String
                let runs: Int
                let bytes: Int
            }
            struct Size: Decodable, Equatable {
                let runs: Int
                let bytes: Int
            }

            let layers: [Layer]
            let unreadable: Size?
            let all: Size
        }
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let store = try Store(folder: "\(project.path)/.atlas") { _ in }
        let whole = try CommandRun("store", "list", "--json", in: project).decoded(Listing.self)
        #expect(whole.unreadable == nil && whole.layers.map(\.method) == ["atlas"] && whole.layers[0].runs == 4)
        #expect(whole.layers[0].address == "encoder.layers.encoder_layer_0.mlp.3")
        #expect(whole.all == .init(runs: 4, bytes: try store.entries().reduce(0) { $0 + $1.bytes }))
        #expect(whole.layers[0].bytes == whole.all.bytes)

        try store.makeUnreadable(try store.keys()[2])
        let run = try CommandRun("store", "list", "--json", in: project)
        let listing = try run.decoded(Listing.self)
        #expect(listing.unreadable?.runs == 1 && listing.layers[0].runs == 3 && listing.all.runs == 4)
        try compare([run.output], with: "store list --json")
    }
}
