// Markdown against the CommonMark specification and kramdown; figures, values, links, hostile text.

import Foundation
import Testing

@testable import Render

struct MarkdownTests {
    struct Example: Decodable {
        let example: Int?
        let name: String?
        let markdown: String
        let html: String
    }

    static func examples(_ file: String) throws -> [Example] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return try JSONDecoder().decode([Example].self, from: Data(contentsOf: folder.appending(path: file)))
    }

    static func html(_ text: String, handlers: Markdown.Handlers = .init()) throws -> String {
        try Markdown().html(from: text, handlers: handlers).html
    }

    @Test func specificationExamples() throws {
        var markdown = Markdown()
        markdown.extensions = false
        markdown.smartPunctuation = false
        markdown.rawHTML = true
        let examples = try MarkdownTests.examples("commonmark-0.30.json")
        #expect(examples.count == 652)
        for example in examples {
            #expect(try markdown.html(from: example.markdown).html == example.html, "example \(example.example ?? 0)")
        }
    }

    /// The extensions leave text alone that uses none of them.
    @Test func extensionsKeepTheSpecificationsHTML() throws {
        var markdown = Markdown()
        markdown.smartPunctuation = false
        markdown.rawHTML = true
        let heading = /<h([1-6]) id="[^"]*">\n?((?:[^\n]|\n(?!<\/h))*?)\n?<\/h[1-6]>/
        for example in try MarkdownTests.examples("commonmark-0.30.json") {
            let html = try markdown.html(from: example.markdown).html
                .replacing(heading) { "<h\($0.1)>\($0.2)</h\($0.1)>" }
            #expect(html == example.html, "example \(example.example ?? 0)")
        }
    }

    @Test func footnotesTablesAndHeadingsAreKramdowns() throws {
        func normalized(_ html: String) -> String {
            html.replacing(/\ role="[^"]*"/, with: "")
                .replacing(/\s*(<\/?(?:h\d|p|li|ol|ul|div|table|thead|tbody|tfoot|tr|th|td|blockquote|pre)\b[^>]*>)\s*/)
            {
                String($0.1)
            }
                .replacingOccurrences(of: "&#8617;", with: "↩")
                .replacingOccurrences(of: "&quot;", with: "\"")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        for example in try MarkdownTests.examples("kramdown-2.4.json") {
            let html = try MarkdownTests.html(example.markdown)
            #expect(normalized(html) == normalized(example.html), "\(example.name ?? "")")
        }
    }
}
