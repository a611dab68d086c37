// What a build does with a blog's files: static ones are copied, those that go are named, and --strict holds it.

import Foundation
import Testing

@testable import TestSupport

@Suite struct BlogBuildTests {
    @Test func staticFilesArePublishedAndWhatGoesIsNamed() async throws {
        let project = try TinyProject()
        _ = try project.folder.write(Array("x".utf8), to: "a")
        let folder = project.folder.path
        try FileManager.default.createDirectory(
            atPath: "\(folder)/static/.well-known", withIntermediateDirectories: true)
        for (path, text) in [
            "static/favicon.ico": "icon", "static/.well-known/x": "proof", "static/CNAME": "a.example",
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(path)"))
        }
        let first = try await project.build()
        #expect(first.code == 0, "\(first.messages)")
        var files = try project.files()
        #expect(files["favicon.ico"] == Data("icon".utf8) && files[".well-known/x"] == Data("proof".utf8))
        #expect(files["CNAME"] == Data("a.example".utf8))
        #expect(files[".nojekyll"] == Data())
        #expect(files["atlasgen/atlas.css"] != nil)

        try Data("by hand".utf8).write(to: URL(fileURLWithPath: "\(folder)/site/google123.html"))
        try FileManager.default.removeItem(atPath: "\(folder)/static/favicon.ico")
        let second = try await project.build()
        #expect(second.code == 0, "\(second.messages)")
        #expect(second.messages.contains("the new site lacks 2 files of the old one: favicon.ico, google123.html;"))
        files = try project.files()
        #expect(files["google123.html"] == nil && files["CNAME"] == Data("a.example".utf8))
        let third = try await project.build()
        #expect(!third.messages.contains("lacks"))
    }

    @Test func draftsAreNamedAndStrictStopsAtWarnings() async throws {
        let project = try TinyProject()
        let posts = "\(project.folder.path)/content/posts"
        try FileManager.default.createDirectory(atPath: posts, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(posts)/\(name)"))
        }
        try write("x", "2099-01-01-later.md")
        try write("{% tag %}\n\n[a](lost.md)", "2024-01-01-now.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0)
        #expect(outcome.messages.contains("1 post is left out: "))
        #expect(outcome.messages.contains("2099-01-01-later.md (dated 2099-01-01); --drafts shows"))
        // What readers lose comes last.
        let liquid = try #require(outcome.messages.range(of: "{% tag %}"))
        let link = try #require(outcome.messages.range(of: "lost.md"))
        #expect(liquid.lowerBound < link.lowerBound)

        let quiet = try await project.run(["build", "--quiet"])
        #expect(
            quiet.messages.contains("lost.md") && !quiet.messages.contains("{% tag %}")
                && !quiet.messages.contains("left out"))

        let before = try project.files()
        try write("{% other %}", "2024-01-02-more.md")
        let strict = try await project.run(["build", "--strict"])
        #expect(strict.code != 0)
        #expect(
            strict.messages.contains("3 warnings, and --strict allows none") && strict.messages.contains("{% other %}"))
        #expect(try project.files() == before)
    }
}
