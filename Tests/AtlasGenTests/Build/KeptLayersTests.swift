// Layers that are taken over from the site before: when, and that no byte tells the difference.

import Foundation
import Testing

@testable import Support
@testable import TestSupport

@Suite struct KeptLayersTests {
    private static let page = "site/layers/heads.head/0/index.html"

    /// A tiny atlas with a post, built once.
    private func builtProject() async throws -> TinyProject {
        let project = try TinyProject(labels: (0..<12).map { "class \($0)" })
        try project.write("---\ntitle: A post\n---\nWords.\n", to: "content/posts/2024-05-06-a-post.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        return project
    }

    /// When a file of the project was last written.
    private func version(_ name: String, of project: TinyProject) throws -> String {
        try #require(FileSystem.version(of: project.path(name))).description
    }

    /// The site of the same project as a first build makes it.
    private func fresh(_ project: TinyProject) async throws -> [String: Data] {
        try FileManager.default.removeItem(atPath: project.path(".atlas/layers"))
        #expect(try await project.build("--output", "fresh").code == 0)
        return try project.files(in: "fresh")
    }

    @Test func anotherPostLeavesTheLayersAsTheyAre() async throws {
        let project = try await builtProject()
        let before = try version(Self.page, of: project)
        try project.write("---\ntitle: A post\n---\nOther words.\n", to: "content/posts/2024-05-06-a-post.md")
        try project.write("---\ntitle: Another post\n---\nMore.\n", to: "content/posts/2024-05-07-more.md")
        #expect(try await project.build().code == 0)
        #expect(try version(Self.page, of: project) == before)
        #expect(try project.text("site/2024/05/06/a-post.html").contains("Other words."))
        #expect(try await fresh(project) == project.files())
    }

    @Test func whatALayerShowsMakesItAnew() async throws {
        let project = try await builtProject()
        let settings = "title: A tiny atlas\n\(TinyProject.settings)\n"
        let changes: [(String, () throws -> Void)] = [
            ("the configuration", { try project.configure(settings.replacing("tiny atlas", with: "small atlas")) }),
            ("the labels", { try project.write((12..<24).map { "kind \($0)\n" }.joined(), to: "tiny.labels.txt") }),
            ("a commentary", { try project.write("Red.\n", to: "content/neurons/heads.head/0.md") }),
            (
                "a template",
                {
                    try project.write(
                        "{{<layout}}{{$content}}{{number}}{{/content}}{{/layout}}\n", to: "templates/neuron.mustache")
                }
            ),
            (
                "a figure of further runs",
                {
                    try project.write(
                        "![](neuron:heads.head/0?attention=frozen)\n", to: "content/posts/2024-05-08-figure.md")
                }
            ),
            ("no posts", { try FileManager.default.removeItem(atPath: project.path("content/posts")) }),
        ]
        for (name, change) in changes {
            let before = try version(Self.page, of: project)
            try change()
            let outcome = try await project.build()
            #expect(outcome.code == 0, "\(name): \(outcome.messages)")
            #expect(try version(Self.page, of: project) != before, "\(name)")
            #expect(try await fresh(project) == project.files(), "\(name)")
            #expect(try await project.build().code == 0)
        }
    }

    @Test func aSiteThatSomebodyChangedIsMadeAnew() async throws {
        let project = try await builtProject()
        let site = try project.files()
        let picture = try #require(site.keys.sorted().first { $0.hasSuffix(".png") })
        let changes: [(String, () throws -> Void)] = [
            ("an edited page", { try project.write("edited", to: Self.page) }),
            ("a missing picture", { try FileManager.default.removeItem(atPath: project.path("site/\(picture)")) }),
            ("a stranger", { try project.write("new", to: "site/layers/heads.head/0/new.txt") }),
            (
                "a link in a page's place",
                {
                    try FileManager.default.removeItem(atPath: project.path(Self.page))
                    try FileManager.default.createSymbolicLink(
                        atPath: project.path(Self.page), withDestinationPath: project.path("atlas.yml"))
                }
            ),
            ("no site", { try FileManager.default.removeItem(atPath: project.path("site")) }),
        ]
        for (name, change) in changes {
            try change()
            #expect(try await project.build().code == 0, "\(name)")
            #expect(try project.files() == site, "\(name)")
        }
    }

    @Test func aFileBesideACommentaryComesAndGoes() async throws {
        let project = try await builtProject()
        let site = try project.files()
        try project.write("A [table](table.txt).\n", to: "content/layers/heads.head.md")
        try project.write("1\n", to: "content/layers/table.txt")
        for lines in ["1\n", "2\n"] {
            try project.write(lines, to: "content/layers/table.txt")
            #expect(try await project.build().code == 0)
            #expect(try project.text("site/layers/heads.head/table.txt") == lines)
        }
        try FileManager.default.removeItem(atPath: project.path("content/layers"))
        #expect(try await project.build().code == 0)
        #expect(try project.files() == site)
    }
}
