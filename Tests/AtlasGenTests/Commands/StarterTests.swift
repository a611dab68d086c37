// What `new post` and `init` write: files that the rest of the program reads without a word.

import Foundation
import Testing

@testable import AtlasGen
@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct PostDraftTests {
    /// 2026-11-23 14:05:09 UTC.
    private let date = Date(timeIntervalSince1970: 1_795_442_709)

    private func draft(_ title: String, _ hours: Int = 0) throws -> PostDraft {
        try PostDraft(title: title, date: date, in: #require(TimeZone(secondsFromGMT: hours * 3600)))
    }

    @Test func aPostOfToday() throws {
        let draft = try draft("What a Small Transformer Looks For", 1)
        #expect(draft.name == "2026-11-23-what-a-small-transformer-looks-for.md")
        #expect(
            draft.text.hasPrefix(
                "---\ntitle: \"What a Small Transformer Looks For\"\ndate: 2026-11-23 15:05:09 +0100\n"))
    }

    @Test(arguments: [
        "plain", "\"quoted\" \\ and 'single'", "key: value # no comment", "- [x] {y}", "*alias &anchor", "<script>",
        "日本語", "\u{202E}and marks", "no", "2024-01-01", "  spaces\n and\tlines ",
    ]) func everyTitleIsReadBack(title: String) throws {
        let draft = try draft(title)
        let post = try Post(SourceText(draft.text, file: draft.name, named: draft.name))
        #expect(post.title == title.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        #expect(post.date.instant == date)
        #expect(!post.isDraft(at: date))
    }

    @Test func titlesWithoutANameAreRefused() throws {
        for title in ["", "  ", "???", "../.."] {
            let error = try #require(throws: AtlasError.self) { try draft(title) }
            #expect(error.code == .usage)
            #expect(error.description.contains("has no letters or digits for a file name"))
        }
        #expect(try draft("../../etc/passwd").name == "2026-11-23-etc-passwd.md")
        #expect(try draft(String(repeating: "word ", count: 200)).name.utf8.count < 100)
        // Three bytes each, and a name holds whole ones.
        let long = try draft(String(repeating: "語", count: 200))
        #expect(long.name == "2026-11-23-\(String(repeating: "語", count: 26)).md")
    }

    @Test func controlCharactersAreSpaces() throws {
        let draft = try draft("with\u{7}bell \u{0} and escape\u{1b}")
        #expect(draft.text.hasPrefix("---\ntitle: \"with bell and escape\"\n"))
        #expect(try Post(SourceText(draft.text, file: draft.name, named: draft.name)).title == "with bell and escape")
    }

    @Test func nothingIsOverwritten() throws {
        let folder = try TemporaryFolder()
        let draft = try draft("Title")
        let path = try draft.write(to: "\(folder.path)/content/posts")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == draft.text)
        let error = try #require(throws: AtlasError.self) { try draft.write(to: "\(folder.path)/content/posts") }
        #expect(error.description == "\(path) already exists; choose another title")
        #expect(try folder.files() == ["content/posts/2026-11-23-title.md"])
    }
}

@Suite struct StarterProjectTests {
    @Test func itIsReadWithoutAWord() throws {
        let writer = try WriterProject()
        let folder = "\(writer.folder.path)/new/project"
        try StarterProject(date: WriterProject.now, in: .gmt).write(to: folder)
        let project = try Project(file: "\(folder)/atlas.yml")
        #expect(project.plan.recipes.count == 36 + 2 * 12)
        let content = try Content(of: project, now: WriterProject.now)
        #expect(content.introduction != nil)
        #expect(content.posts.map(\.post.path) == ["2026/01/01/a-first-look.html"])
        #expect(Set(content.recipes).subtracting(project.plan.recipes).isEmpty)
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
                !FileSystem.isFolder("\(folder)/\($0)")
            }
            .sorted() == [
                ".gitignore", "atlas.yml", "content/index.md", "content/posts/2026-01-01-a-first-look.md",
            ])
    }

    @Test func foldersInUseAreLeftAlone() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([], to: "file")
        let starter = try StarterProject(date: WriterProject.now, in: .gmt)
        let full = try #require(throws: AtlasError.self) { try starter.write(to: folder.path) }
        #expect(full.description.contains("\(folder.path) is not empty (it contains file)"))
        let file = try #require(throws: AtlasError.self) { try starter.write(to: "\(folder.path)/file") }
        #expect(file.description.hasPrefix("\(folder.path)/file is a file"))
        let nameless = try #require(throws: AtlasError.self) { try starter.write(to: "") }
        #expect(nameless.code == .usage)
        #expect(nameless.description.hasPrefix("the folder's name is empty"))
        #expect(try folder.files() == ["file"])
    }
}
