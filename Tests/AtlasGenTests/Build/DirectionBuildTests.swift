// Directions through the built program: their runs, pages, data and commands.

import Foundation
import Testing

@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct DirectionBuildTests {
    /// Rows 0 and 1 are the channels themselves; row 2 lies between channels 3 and 4, and row 3 is never on.
    private static let rows: [[Float]] = [
        [1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 3, -4, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1],
    ]

    /// A project with the channels of a layer, and directions over them.
    private func project(_ more: String = "", content: [String: String] = [:]) throws -> TinyProject {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                directions:
                  - {name: probe, file: probe.safetensors, at: encoder_layer_1, weight: w, bias: b, labels: names.txt\(more)}
                layers: [encoder_layer_1, encoder_layer_1@probe]
                neurons: [0-3]
                seeds: 2
                steps: 3
                control: false
                """)
        try write(Self.rows, bias: [0, 0, 0.5, -1000], to: project)
        try project.write("one\ntwo\nbetween\noff\n", to: "names.txt")
        for (name, text) in content { try project.write(text, to: name) }
        return project
    }

    private func write(_ rows: [[Float]], bias: [Float], to project: TinyProject) throws {
        let header = """
            {"w":{"dtype":"F32","shape":[\(rows.count),\(rows[0].count)],"data_offsets":[0,\(4 * rows.count * rows[0].count)]},\
            "b":{"dtype":"F32","shape":[\(bias.count)],"data_offsets":[\(4 * rows.count * rows[0].count),\
            \(4 * (rows.count * rows[0].count + bias.count))]}}
            """
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
        for value in rows.joined() + bias { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
        _ = try project.folder.write(bytes, to: "probe.safetensors")
    }

    private func data(_ project: TinyProject, _ neuron: String) throws -> NeuronData {
        try JSONDecoder().decode(
            NeuronData.self, from: Data(contentsOf: URL(filePath: project.path("site/layers/\(neuron)/neuron.json"))))
    }

    @Test func aDirectionHasRunsPagesAndData() async throws {
        let project = try project(
            ", nonlinearity: relu",
            content: [
                "content/posts/2026-01-02-directions.md": """
                ![Two runs](neuron:encoder_layer_1@probe/2)

                It reaches {{neuron:encoder_layer_1@probe/2|final}}; the layer has {{layer:encoder_layer_1@probe|neurons}}.

                ![All](layer:encoder_layer_1@probe)
                """
            ])
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        let between = try data(project, "encoder_layer_1@probe/2")
        let direction = try #require(between.direction)
        #expect(between.label == "between" && direction.norm == 5 && direction.bias == 0.5)
        #expect(direction.nonlinearity == "relu" && direction.reads == "encoder.layers.encoder_layer_1")
        #expect(direction.nearest.prefix(2).map(\.neuron) == [4, 3])
        #expect(direction.nearest.prefix(2).map(\.cosine) == [-0.8, 0.6])
        #expect((0.5...0.98).contains(direction.chanceCosine))
        #expect(try data(project, "encoder_layer_1/2").direction == nil)
        let off = try data(project, "encoder_layer_1@probe/3")
        #expect(off.runs.allSatisfy { $0.result.outcome == "neverActivated" && $0.result.finalActivation == 0 })
        let page = try project.text("site/layers/encoder_layer_1@probe/2/index.html")
        #expect(page.contains("probe.safetensors") && page.contains("direction 2"))
        // The nearest neurons lead to their pages.
        #expect(page.contains("/encoder_layer_1/3/index.html"))
        let name = try #require(try project.files().keys.first { $0.hasSuffix("directions.html") })
        let post = try project.text("site/\(name)")
        #expect(post.contains("the layer has 4."))
        #expect(post.contains("layers/encoder_layer_1@probe/2/"))
    }

    @Test func aUnitVectorHasTheChannelsPictures() async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        for channel in 0..<2 {
            let own = try data(project, "encoder_layer_1/\(channel)")
            let direction = try data(project, "encoder_layer_1@probe/\(channel)")
            for (a, b) in zip(own.runs, direction.runs) {
                #expect(a.result.curve == b.result.curve && a.result.finalActivation == b.result.finalActivation)
                #expect(a.result.key != b.result.key)
                let files = [
                    "encoder_layer_1/\(channel)/\(a.result.image)",
                    "encoder_layer_1@probe/\(channel)/\(b.result.image)",
                ].map { FileManager.default.contents(atPath: project.path("site/layers/\($0)")) }
                #expect(files[0] != nil && files[0] == files[1])
            }
        }
    }

    /// Another name of the set makes no run again; another file does.
    @Test func theFileAndNotTheNameDecidesWhichRunsAreMade() async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        let made = try project.runCount()
        let configuration = try project.text("atlas.yml")
        try project.configure(
            configuration.replacing("probe", with: "latents").replacing("latents.safe", with: "probe.safe"))
        let renamed = try await project.build()
        #expect(renamed.code == 0, "\(renamed.messages)")
        #expect(try project.runCount() == made)
        #expect(FileSystem.exists(project.path("site/layers/encoder_layer_1@latents/1/index.html")))
        #expect(!FileSystem.exists(project.path("site/layers/encoder_layer_1@probe/1/index.html")))
        #expect(
            try project.text("site/layers/encoder_layer_1@latents/1/index.html").contains("encoder_layer_1@latents/1"))

        try write(Self.rows, bias: [0, 0, 0.25, -1000], to: project)
        #expect(try await project.build().code == 0)
        #expect(try project.runCount() == made + 8)
    }

    /// Two shares of a cluster make the runs that one build makes.
    @Test func sharesMakeTheSameRuns() async throws {
        let (one, shared) = (try project(", nonlinearity: relu"), try project(", nonlinearity: relu"))
        #expect(try await one.build().code == 0)
        for share in ["0/2", "1/2"] { #expect(try await shared.run(["work", "--shard", share]).code == 0) }
        #expect(try await shared.build("--frozen").code == 0)
        let pages = try (one.files(), shared.files())
        #expect(pages.0.count > 30 && pages.0.keys == pages.1.keys)
        for (name, bytes) in pages.0 where name.hasSuffix(".png") { #expect(pages.1[name] == bytes, "\(name)") }
    }

    @Test func commandsKnowDirections() async throws {
        let project = try project()
        let inspected = try await project.run(["inspect"])
        #expect(inspected.output.contains("encoder.layers.encoder_layer_1@probe"), "\(inspected.messages)")
        let seen = try await project.run([
            "visualise", "encoder_layer_1@probe/2", "--seeds", "0", "--steps", "2", "--output", "seen.png",
        ])
        #expect(seen.code == 0 && FileSystem.exists(project.path("seen.png")), "\(seen.messages)")
        let probed = try await project.run(["probe", "seen.png", "--layer", "encoder_layer_1@probe", "--json"])
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(probed.output.utf8)) as? [String: Any])
        #expect(fields["labels"] as? [String] == ["one", "two", "between", "off"])
        #expect((fields["activations"] as? [Double])?.count == 4)
        let unknown = try await project.run(["probe", "seen.png", "--layer", "encoder_layer_1@prob"])
        #expect(unknown.code == 64 && unknown.messages.contains("encoder_layer_1@probe"))
    }

    @Test(arguments: [
        ("at: encoder_layer_1,", "at: encoder_layer_1.mlp.1,", "12"), ("weight: w", "weight: v", "v"),
        ("name: probe", "name: 7/x", "7/x"), ("labels: names.txt", "labels: tiny.labels.txt", "tiny.labels.txt"),
        ("bias: b", "nonlinearity: gelu", "gelu"), ("at: encoder_layer_1,", "at: encoder_layer_9,", "encoder_layer_9"),
        ("@probe", "@other", "other"),
    ])
    func whatDoesNotFitIsNamedWithItsPlace(old: String, new: String, named: String) async throws {
        let project = try project()
        try project.configure(try project.text("atlas.yml").replacing(old, with: new))
        let outcome = try await project.build()
        #expect(outcome.code == 65 && !FileSystem.exists(project.path("site")))
        #expect(outcome.messages.contains("atlas.yml:") && outcome.messages.contains(named), "\(outcome.messages)")
    }
}
