// The feed, the sitemap and the search index.

import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import Render

struct FeedTests {
    static func date(_ text: String) throws -> Date {
        try Date(text, strategy: .iso8601)
    }

    /// Whether a text is well-formed XML, and the text of each element by path.
    static func elements(_ xml: String) throws -> [String: [String]] {
        final class Reader: NSObject, XMLParserDelegate {
            var path: [String] = []
            var found: [String: [String]] = [:]
            func parser(
                _: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
                attributes: [String: String]
            ) {
                path.append(name)
                found[path.joined(separator: "/"), default: []].append("")
            }
            func parser(_: XMLParser, foundCharacters text: String) {
                let key = path.joined(separator: "/")
                if let last = found[key]?.indices.last { found[key]?[last] += text }
            }
            func parser(_: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
                path.removeLast()
            }
        }
        let parser = XMLParser(data: Data(xml.utf8))
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse())
        return reader.found
    }

    @Test func feedIsDatedByItsNewestPost() throws {
        let hostile = "<b>\"\u{301}&\u{0}\u{B}]]>"
        let feed = Feed(
            title: hostile, subtitle: "s", baseURL: "https://example.org/a",
            entries: [
                .init(
                    title: "New", path: "2025/03/09/new.html",
                    published: try FeedTests.date("2025-03-09T10:00:00+01:00"),
                    summary: hostile, content: "<p>x</p>",
                    categories: [hostile]),
                .init(
                    title: "Old", path: "old.html", published: try FeedTests.date("2024-01-01T00:00:00Z"), content: ""),
            ])
        let found = try FeedTests.elements(try #require(feed.xml))
        #expect(found["feed/updated"] == ["2025-03-09T09:00:00Z"])
        #expect(found["feed/entry/updated"] == found["feed/entry/published"])
        #expect(found["feed/title"] == ["<b>\"\u{301}&]]>"])
        #expect(found["feed/author/name"] == ["<b>\"\u{301}&]]>"])
        #expect(found["feed/id"] == ["https://example.org/a/"])
        #expect(
            found["feed/entry/id"] == ["https://example.org/a/2025/03/09/new.html", "https://example.org/a/old.html"])
        #expect(found["feed/entry/published"] == ["2025-03-09T09:00:00Z", "2024-01-01T00:00:00Z"])
        #expect(found["feed/entry/content"]?.first == "<p>x</p>")
        #expect(Feed(title: "t", baseURL: "https://example.org/", entries: []).xml == nil)
    }

    @Test func sitemapListsEveryPage() throws {
        let sitemap = Sitemap(baseURL: "https://example.org/a/", paths: ["index.html", "b&c.html"])
        #expect(sitemap.files.map(\.name) == ["sitemap.xml"])
        let found = try FeedTests.elements(sitemap.files[0].text)
        #expect(found["urlset/url/loc"] == ["https://example.org/a/index.html", "https://example.org/a/b&c.html"])
        #expect(sitemap.robots.hasSuffix("Sitemap: https://example.org/a/sitemap.xml\n"))
    }

    @Test func largeSitemapsAreSplit() throws {
        let sitemap = Sitemap(baseURL: "https://example.org", paths: (0..<100_001).map { "\($0).html" })
        #expect(sitemap.files.map(\.name) == ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"])
        let index = try FeedTests.elements(sitemap.files[0].text)
        #expect(index["sitemapindex/sitemap/loc"]?.last == "https://example.org/sitemap-3.xml")
        #expect(try FeedTests.elements(sitemap.files[3].text)["urlset/url/loc"] == ["https://example.org/100000.html"])
    }
}
