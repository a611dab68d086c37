// Social cards in the built site: which pages have one, and that an unchanged build takes them over.

import Foundation
import Testing

@testable import Render
@testable import Support
@testable import TestSupport

@Suite struct CardBuildTests {
    private func project(_ settings: String) throws -> TinyProject {
        let project = try TinyProject(settings: "\(TinyProject.settings)\n\(settings)")
        try project.write("---\ntitle: A post\n---\n![a](neuron:heads.head/0)\n", to: "content/posts/2024-05-06-a.md")
        return project
    }

    private static let address = "baseURL: https://example.org/a/"

    /// The cards of a site by their paths, those of the posts and the first page without their names.
    private func cards(_ project: TinyProject) throws -> [String] {
        try project.files().keys.filter { $0.hasSuffix("card.jpg") || $0.contains("/cards/") }
            .map { $0.replacing(/cards\/[0-9a-f]{16}/, with: "cards/X") }.sorted()
    }

    @Test func eachPageThatCanBeFoundHasACard() async throws {
        let layers = ["layers/encoder_layer_1.mlp.3", "layers/heads.head"]
        let usual = ["atlasgen/cards/X.jpg", "atlasgen/cards/X.jpg"] + layers.map { "\($0)/card.jpg" }
        let neurons = layers.flatMap { layer in (0...2).map { "\(layer)/\($0)/card.jpg" } }
        for (settings, expected) in [
            ("", []), (Self.address, usual), ("\(Self.address)\ncards: false", []),
            ("\(Self.address)\ncards: true", usual + neurons), ("cards: true", usual + neurons),
        ] {
            let project = try project(settings)
            let outcome = try await project.build()
            #expect(outcome.code == 0, "\(outcome.messages)")
            #expect(try cards(project) == expected.sorted(), "\(settings)")
        }
        let wrong = try await project("cards: large").build()
        #expect(wrong.code == 65 && wrong.messages.contains("cards: expected true or false"), "\(wrong.messages)")
    }

    @Test func everyNamedCardIsAFileOfItsSize() async throws {
        let project = try project("\(Self.address)\ncards: true")
        #expect(try await project.build().code == 0)
        let files = try project.files()
        var named: Set<String> = []
        for (path, data) in files where path.hasSuffix(".html") {
            let html = String(decoding: data, as: UTF8.self)
            for match in html.matches(of: /og:image" content="https:\/\/example.org\/a\/([^"]*)"/) {
                named.insert(String(match.1))
                let file = try #require(files[String(match.1)], "\(path)")
                let picture = try PictureFile.picture(in: file, file: path)
                #expect(picture.width == 1200 && picture.height == 630 && file.count <= 60_000, "\(path)")
            }
        }
        #expect(named.count == 10)
    }

    @Test func anUnchangedBuildTakesCardsOver() async throws {
        let project = try project("\(Self.address)\ncards: true")
        #expect(try await project.build().code == 0)
        let before = try project.files()
        let names = ["site/layers/heads.head/card.jpg", "site/layers/heads.head/0/card.jpg"]
        func versions(_ names: [String]) throws -> [String] {
            try names.map { try #require(FileSystem.version(of: project.path($0))).description }
        }
        let kept = try FileManager.default.contentsOfDirectory(atPath: project.path(".atlas/cards")).sorted()
            .map { ".atlas/cards/\($0)" }
        #expect(kept.count == 2)
        let (linked, stored) = (try versions(names), try versions(kept))
        #expect(try await project.build().code == 0)
        #expect(try versions(names) == linked && versions(kept) == stored)
        #expect(try project.files() == before)
        // Without them, all are drawn again and are the same.
        for folder in [".atlas/layers", ".atlas/cards"] {
            try FileManager.default.removeItem(atPath: project.path(folder))
        }
        #expect(try await project.build().code == 0)
        #expect(try versions(names) != linked)
        #expect(try project.files() == before)
        // Another title is another card.
        try project.write("---\ntitle: Another\n---\n![a](neuron:heads.head/0)\n", to: "content/posts/2024-05-06-a.md")
        #expect(try await project.build().code == 0)
        let after = try project.files()
        #expect(before.keys.filter { after[$0] != before[$0] && $0.hasPrefix("atlasgen/cards/") }.count == 1)
        // The store keeps the new cards only.
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.path(".atlas/cards")).count == kept.count)
    }
}
