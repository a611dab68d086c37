// The forced choice and figures of photographs through the built program.

import Foundation
import Testing

@testable import Render
@testable import Scores
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct ForcedChoiceBuildTests {
    private static let settings = """
        model: {weights: tiny.safetensors}
        layers: [heads.head, encoder_layer_1.mlp.1]
        neurons: [0-11]
        seeds: 2
        steps: 3
        control: false
        photographs: pictures
        """

    /// A project with 160 photographs.
    private static func project(_ settings: String = settings) throws -> TinyProject {
        let project = try TinyProject(settings: settings)
        try FileSystem.createFolder(project.path("pictures"))
        for index in 0..<160 {
            var generator = SplitMix64(state: UInt64(index))
            let (first, second) = (generator.next(), generator.next())
            var pixels: [UInt8] = []
            for pixel in 0..<256 {
                let wave = UInt64(pixel % 16) &* (first % 17) &+ UInt64(pixel / 16) &* (second % 13)
                for channel in 0..<3 { pixels.append(UInt8(truncatingIfNeeded: wave &+ first >> UInt64(16 * channel))) }
            }
            try FileSystem.writeFile(
                Array(try PNG.encode(Picture(width: 16, height: 16, pixels: pixels))),
                to: project.path("pictures/\(index).png"))
        }
        return project
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ path: String, of project: TinyProject) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: project.path("site/\(path)"))))
    }

    @Test func filesPagesAndTextsHaveTheSameFigures() async throws {
        let project = try Self.project()
        try project.write(
            """
            The layer has {{layer:heads.head|forcedChoice}}, to the model {{layer:heads.head?measure=meaning|forcedChoice}}.

            ![What excites it](photographs:heads.head/3?limit=2)

            ![Where](photographs:encoder_layer_1.mlp.1/3)
            """, to: "content/index.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        let atlas = try read(AtlasFile.self, "atlas.json", of: project)
        for layer in atlas.layers {
            let choice = try #require(layer.forcedChoice)
            let file = try read(LayerFile.self, layer.data, of: project)
            #expect(file.forcedChoice == choice && choice.judge == JudgedChoice.look)
            #expect(choice.others?.map(\.judge) == [JudgedChoice.own])
            let folder = layer.data.replacing("/neurons.json", with: "")
            let own = try (0..<12).compactMap {
                try read(NeuronData.self, "\(folder)/\($0)/neuron.json", of: project).forcedChoice
            }
            #expect(own.count == choice.neurons && own.allSatisfy { $0.judge == choice.judge && $0.neurons == nil })
            #expect(abs(own.reduce(0) { $0 + $1.accuracy } / Double(own.count) - choice.accuracy) < 1e-12)
            #expect(own.reduce(0) { $0 + $1.pairs } == choice.pairs)
            let page = try project.text("site/\(layer.page)")
            #expect(page.contains("Whether the pictures tell the truth") && page.contains("class=\"points\""))
            #expect(page.contains(" and faithful (") || page.contains(" and unfaithful ("))
            for order in ["choice", "beyond"] {
                #expect(FileSystem.exists(project.path("site/\(folder)/by-\(order).html")))
            }
        }
        let index = try project.text("site/index.html")
        let choice = try #require(atlas.layers.first { $0.address == "heads.head" }?.forcedChoice)
        let own = try #require(choice.others?.first)
        #expect(
            index.contains(
                "The layer has \(ScoreWords.percent(choice.accuracy)), to the model \(ScoreWords.percent(own.accuracy))."
            ))
        #expect(index.components(separatedBy: "layers/photographs/").count == 1 + 2 + 9)
        // Without what was computed, the same comes out again.
        let site = try project.files()
        for folder in ["scores", "layers", "photographs/vectors"] {
            try FileManager.default.removeItem(atPath: project.path(".atlas/\(folder)"))
        }
        #expect(try await project.build().code == 0)
        #expect(try project.files() == site)
    }

    /// Another model that judges comes first, and nothing is circular.
    @Test func aJudgeComesFirst() async throws {
        let project = try Self.project(
            Self.settings.replacing("[heads.head, encoder_layer_1.mlp.1]", with: "heads.head")
                + "\njudge: tiny.safetensors")
        #expect(try await project.build().code == 0)
        let choice = try #require(try read(AtlasFile.self, "atlas.json", of: project).layers[0].forcedChoice)
        #expect(choice.judge == "tiny" && choice.others?.map(\.judge) == [JudgedChoice.look])
    }

    @Test(arguments: [
        ("![a](photographs:heads.head/3?limit=0)", "limit: "), ("![a](photographs:heads.head/3?sort=x)", "unknown key"),
        ("![a](photographs:heads.head)", "ADDRESS/NUMBER"),
        ("![a](photographs:encoder_layer_0/1)", "and encoder_layer_0/1 is none"),
        ("[a](photographs:heads.head/3)", "photographs: is for images; write neuron:heads.head/3 here"),
        ("{{photographs:heads.head/3|final}}", "photographs: is for images"),
        ("![a](photograph:heads.head/3)", "did you mean \"photographs:\"?"),
    ])
    func badFiguresAreNamed(text: String, message: String) async throws {
        let project = try TinyProject(settings: Self.settings)
        try FileSystem.createFolder(project.path("pictures"))
        try FileSystem.writeFile(
            Array(try PNG.encode(Picture(width: 16, height: 16, color: .white))), to: project.path("pictures/a.png"))
        try project.write(text, to: "content/index.md")
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains(message), "\(outcome.messages)")
        #expect(outcome.messages.contains("index.md:1:"), "\(outcome.messages)")
    }

    @Test func figuresNeedPublishedPhotographs() async throws {
        for (setting, message) in [
            ("", "atlas.yml names no photographs"), ("\nphotographs: {folder: x, publish: false}", "does not publish"),
        ] {
            let project = try TinyProject(settings: TinyProject.settings + setting)
            try project.write("![a](photographs:heads.head/1)", to: "content/index.md")
            let outcome = try await project.build()
            #expect(outcome.code == 65 && outcome.messages.contains(message), "\(outcome.messages)")
        }
    }
}
