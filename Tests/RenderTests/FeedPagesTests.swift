// The feed's files: the newest posts, archives of the others, and addresses without a base.

import Foundation
import TestTree
import Testing

@testable import Render

struct FeedPagesTests {
    private func feed(_ count: Int) -> Feed {
        Feed(
            title: "T", baseURL: "https://example.org/a/",
            entries: (0..<count).reversed().map { number in
                Feed.Entry(
                    title: "\(number)", path: "\(number)/",
                    published: Date(timeIntervalSince1970: Double(number) * 86_400), content: "x")
            })
    }

    /// The titles in a file, and where its links lead by relation.
    private func read(_ text: String) throws -> (titles: [String], links: [String: String], isArchive: Bool) {
        let root = try XMLNode.parsed(text)
        let entries = root.children.filter { $0.name == "entry" }
        let links = root.children.filter { $0.name == "link" }.map {
            ($0.attributes["rel"] ?? "", $0.attributes["href"] ?? "")
        }
        return (
            entries.compactMap { entry in entry.children.first { $0.name == "title" }?.text },
            Dictionary(links) { $1 }, root.children.contains { $0.name == "fh:archive" }
        )
    }

    @Test(arguments: [1, 19, 20, 21, 40, 41, 105]) func everyPostIsReachedFromTheFeed(count: Int) throws {
        let files = feed(count).files
        let texts = Dictionary(uniqueKeysWithValues: files.map { ("https://example.org/a/\($0.path)", $0.text) })
        let first = try read(files[0].text)
        #expect(files[0].path == "feed.xml" && !first.isArchive)
        #expect(first.titles == (0..<count).reversed().prefix(20).map(String.init))
        var titles = Set(first.titles)
        var next = first.links["prev-archive"]
        while let address = next {
            let archive = try read(try #require(texts[address]))
            #expect(archive.isArchive && archive.titles.count <= 20)
            #expect(archive.links["current"] == "https://example.org/a/feed.xml" && archive.links["self"] == address)
            titles.formUnion(archive.titles)
            next = archive.links["prev-archive"]
        }
        #expect(titles.count == count)
        #expect((files.count == 1) == (count <= 20))
    }

    @Test func aFullArchiveNeverChanges() {
        let (before, after) = (feed(45).files, feed(58).files)
        #expect(before.first { $0.path == "feed-1.xml" }?.text == after.first { $0.path == "feed-1.xml" }?.text)
    }

    @Test(arguments: [
        ("<a href=\"../b.html#c\">x</a>", "<a href=\"https://example.org/a/b.html#c\">x</a>"),
        ("<img alt=\"a > b\" src=\"p.png\" />", "<img alt=\"a > b\" src=\"https://example.org/a/c/p.png\" />"),
        ("<a href=\"#x\">x</a>", "<a href=\"https://example.org/a/c/#x\">x</a>"),
        (
            "<img srcset=\"a.png 1x, b.png 2x\">",
            "<img srcset=\"https://example.org/a/c/a.png 1x, https://example.org/a/c/b.png 2x\">"
        ),
        (
            "<a href=\"mailto:a@b.c\" title=\"href=&quot;x\">x</a>",
            "<a href=\"mailto:a@b.c\" title=\"href=&quot;x\">x</a>"
        ),
        ("<a href=\"?a=1&amp;b=2\">x</a>", "<a href=\"https://example.org/a/c/?a=1&amp;b=2\">x</a>"),
        ("a < b, src=\"x\" <", "a < b, src=\"x\" <"), ("<a href=\"x", "<a href=\"x"),
        ("<a href=\"https://x.y/\">", "<a href=\"https://x.y/\">"),
    ]) func addressesAreAbsolute(html: String, expected: String) {
        #expect(FeedLinks.absolute(html, on: "https://example.org/a/c/") == expected)
    }

    @Test func anEntryHasItsOwnAuthorAndLanguage() throws {
        let feed = Feed(
            title: "T", baseURL: "https://example.org",
            entries: [
                .init(
                    title: "E", path: "e", published: .init(timeIntervalSince1970: 0), content: "", author: "A & B",
                    language: "fa")
            ])
        let xml = try #require(feed.xml)
        let entry = try #require(try XMLNode.parsed(xml).children.first { $0.name == "entry" })
        #expect(entry.attributes["xml:lang"] == "fa")
        #expect(entry.children.first { $0.name == "author" }?.text == "A & B")
    }
}
