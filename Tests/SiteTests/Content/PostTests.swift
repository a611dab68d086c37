// Front matter as Jekyll reads it, and what is refused.

import Foundation
import Testing

@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct PostTests {
    private func post(_ frontMatter: String, file: String = "2024-03-09-a-small-step.md") throws -> Post {
        try Post(SourceText("---\n\(frontMatter)\n---\nText", file: "content/posts/\(file)", named: file))
    }

    @Test func everythingFromJekyll() throws {
        let post = try post(
            """
            layout: post
            title:  "Welcome to Jekyll!"
            date:   2024-03-10 20:33:15 +0100
            categories: jekyll update
            tags: [a b, c, 7]
            permalink: /:categories/:title/
            published: true
            description: >
              Two lines
              folded.
            author: {name: someone, url: "https://example.org"}
            """)
        #expect(post.title == "Welcome to Jekyll!")
        #expect(post.date.display == "10 March 2024")
        #expect(post.categories == ["jekyll", "update"])
        #expect(post.tags == ["a b", "c", "7"])
        #expect(post.path == "jekyll/update/a-small-step/index.html")
        #expect(post.description == "Two lines folded.\n")
        #expect(post.isPublished)
    }

    @Test(arguments: [
        ("categories: [One Two, three]", ["One Two", "three"]), ("category: One Two", ["One Two"]),
        ("categories:", []), ("categories: []", []), ("categories: [a, a, '']", ["a"]), ("categories: 2024", ["2024"]),
        ("category: x\ncategories: y z", ["y", "z", "x"]), ("category: [One Two, x]", ["One Two", "x"]),
    ]) func categories(yaml: String, expected: [String]) throws {
        #expect(try post(yaml).categories == expected)
    }

    @Test func ofTheTagsKeysTheSingularCounts() throws {
        #expect(try post("tag: one two\ntags: a b").tags == ["one two"])
        #expect(try post("tag:\ntags: a b").tags == ["a", "b"])
    }

    @Test(arguments: [("no", false), ("False", false), ("OFF", false), ("yes", true), ("On", true), ("TRUE", true)])
    func everyWordForTrueAndFalse(word: String, expected: Bool) throws {
        #expect(try post("published: \(word)").isPublished == expected)
    }

    @Test func emphasisIsNoAlias() throws {
        let words = (0..<40).map { "*word\($0)* & *more*" }.joined(separator: " ")
        #expect(try post("excerpt: |\n  \(words)\ntitle: T").title == "T")
        #expect(try post("author: &me someone\ntitle: *me").title == "someone")
    }

    @Test func withoutFrontMatterTheFileNameSpeaks() throws {
        let post = try Post(SourceText("Text", file: "2024-03-09-a-small-step.markdown", named: "x"))
        #expect(post.title == "A Small Step")
        #expect(post.path == "2024/03/09/a-small-step.html")
        #expect(post.text.bodyLine == 1)
    }

    @Test func keysWithoutValuesAreNotThere() throws {
        let post = try post("title:\ndate:\npublished:\npermalink:\ntags:\n# a comment")
        #expect(post.title == "A Small Step")
        #expect(post.path == "2024/03/09/a-small-step.html")
        #expect(post.isPublished)
        #expect(try self.post("# a comment alone\n\n").title == "A Small Step")
    }

    @Test func byteOrderMarksAndCarriageReturns() throws {
        let text = "\u{FEFF}---\r\ntitle: T\r\npublished: false\r\n...\r\nText\r\n"
        let post = try Post(SourceText(text, file: "2024-03-09-x.md", named: "x"))
        #expect(post.title == "T")
        #expect(!post.isPublished)
        #expect(post.text.bodyLine == 5)
    }

    @Test func drafts() throws {
        let now = try #require(PostDate("2024-03-09 12:00")).instant
        #expect(try post("published: false").isDraft(at: now))
        #expect(try post("date: 2024-03-09 12:00:01").isDraft(at: now))
        #expect(try !post("date: 2024-03-09 12:00").isDraft(at: now))
        #expect(try !post("date: 2024-03-09 14:00 +0200").isDraft(at: now))
    }

    @Test(arguments: [
        ("title: [a]", "x.md:2:8: title: expected a title, found a list"),
        (
            "title: a\ndate: yesterday",
            "x.md:3:7: date: expected a date such as 2026-11-23 or 2026-11-23 14:05:00 +0100, found \"yesterday\""
        ),
        (
            "date: 2024-02-30",
            "x.md:2:7: date: expected a date such as 2026-11-23 or 2026-11-23 14:05:00 +0100, found \"2024-02-30\""
        ),
        ("published: maybe", "x.md:2:12: published: expected true or false, found \"maybe\""),
        ("- a list", "x.md:2:1: expected front matter of the form \"key: value\", found a list"),
        ("title: \"open", "x.md:3:1: not YAML: "),
        ("permalink: /../../etc/passwd", "x.md:2: the permalink points outside the site: \"/../../etc/passwd\""),
        ("permalink: ../x", "x.md:2: the permalink points outside the site: \"../x\""),
        ("categories: [..]", "x.md:2: the permalink points outside the site: \"/../2024/03/09/s.html\""),
        ("categories: [\"a\\0b\"]", "x.md:2:14: categories: the control character U+0 cannot be shown; remove it"),
        ("title: \"a\\u0000b\\u001b\"", "x.md:2:8: title: the control character U+0 cannot be shown; remove it"),
        ("description: \"\\u001b\"", "x.md:2:14: description: the control character U+1B cannot be shown; remove it"),
        (
            "title: \(String(repeating: "x", count: 5001))",
            "x.md:2:8: title: the text has 5001 bytes; at most 5000 are allowed"
        ),
        (
            "title: x\nslug: \"???\"",
            "x.md:3: the permalink has an empty \":title\": \"???\" contains no letters or digits; name the file "
        ),
        ("permalink: /:yaer/", "x.md:2: the permalink has the unknown placeholder \":yaer\"; did you mean \":year\"? "),
    ]) func refusals(yaml: String, message: String) throws {
        let error = try #require(throws: AtlasError.self) {
            try Post(SourceText("---\n\(yaml)\n---\n", file: "2024-03-09-s.md", named: "x.md"))
        }
        #expect(error.description.hasPrefix(message), "\(error)")
        #expect(error.code == .data)
    }

    @Test func withoutADateThereIsNoPost() throws {
        let error = try #require(throws: AtlasError.self) {
            try Post(SourceText("Text", file: "posts/notes.md", named: "posts/notes.md"))
        }
        #expect(
            error.description
                == "posts/notes.md:1: a post needs a date: name the file YYYY-MM-DD-notes.md, or write "
                + "\"date: YYYY-MM-DD\" in its front matter")
        #expect(try post("date: 2024-01-02", file: "notes.md").path == "2024/01/02/notes.html")
        #expect(try post("date: 2024-01-02", file: "2024-02-30-notes.md").path == "2024/01/02/2024-02-30-notes.html")
    }

    @Test func withoutANameThereIsNoPost() throws {
        let untitled = try #require(throws: AtlasError.self) { try post("layout: post", file: "2024-01-02-.md") }
        #expect(
            untitled.description
                == "2024-01-02-.md:1: a post needs a title: name the file YYYY-MM-DD-title.md, or write \"title: …\" "
                + "in its front matter")
        let unnamed = try #require(throws: AtlasError.self) { try post("title: x", file: "2024-01-02-.md") }
        #expect(unnamed.description.hasPrefix("2024-01-02-.md:1: the permalink has an empty \":title\": \"\" contains"))
        #expect(try post("title: x\npermalink: /x/", file: "2024-01-02-.md").path == "x/index.html")
    }

    @Test func frontMatterThatDoesNotEnd() throws {
        let error = try #require(throws: AtlasError.self) {
            try SourceText("---\ntitle: x\n\nText", file: "x.md", named: "x.md")
        }
        #expect(error.description.hasPrefix("x.md:1: the front matter does not end"))
    }

    @Test func bombsAndMegabytesAreRefused() throws {
        let bomb = (0..<20).map { "k\($0): &a\($0) [\($0 == 0 ? "x" : "*a\($0 - 1), *a\($0 - 1)")]" }.joined(
            separator: "\n")
        let aliases = try #require(throws: AtlasError.self) { try post(bomb) }
        #expect(aliases.description.contains("38 aliases (*name); at most 16 are allowed"))
        let long = try #require(throws: AtlasError.self) {
            try post("title: " + String(repeating: "x", count: 1 << 20))
        }
        #expect(long.description.contains("at most 65536 are read"))
    }

    @Test func invalidUTF8NamesItsLine() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Array("---\ntitle: x\n---\nA\n".utf8) + [0xC3, 0x28, 0x0A], to: "x.md")
        let error = try #require(throws: AtlasError.self) { try SourceText(file: file, named: "x.md") }
        #expect(error.description == "x.md:5: not UTF-8 text; save the file as UTF-8")
    }
}
