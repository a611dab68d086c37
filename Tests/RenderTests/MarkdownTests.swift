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

    /// HTML as a parser reads it, without what the extensions add and without white space between blocks.
    static func tree(_ html: String) -> String {
        let nodes = Gumbo.nodes(of: Array(html.utf8))
        func strip(_ node: HTMLNode) {
            if node.name?.wholeMatch(of: /h[1-6]/) != nil { node["id"] = nil }
            for name in ["loading", "aria-label"] { node[name] = nil }
            if ["ul", "li"].contains(node.name), node.classes.contains(where: { $0.hasPrefix("task-list") }) {
                node["class"] = nil
            }
            if let align = node["align"] {
                node["align"] = nil
                node["style"] = "text-align: \(align)"
            }
            node.attributes.sort { $0.name < $1.name }
            node.children.forEach(strip)
        }
        nodes.forEach(strip)
        return HTMLNode.html(of: nodes).replacing(/\s*(<[^>]*>)\s*/) { String($0.1) }
    }

    /// Examples that give another tree.
    static let otherTrees: Set<Int> = [
        // An element's end ends its HTML, and a line that begins with a span begins a paragraph: `HTMLBlocks`.
        148, 161, 162, 164, 165, 166, 167, 186,
        // In an element nothing is code because it is indented: `HTMLBlocks`.
        191,
        // A sub-item of a numbered item needs no more than two spaces: `ListIndentation`.
        297,
        // Addresses in HTML are percent-encoded as those of Markdown are.
        21, 31, 344, 630, 631, 642, 643,
    ]

    /// The extensions leave text alone that uses none of them.
    @Test func extensionsKeepTheSpecificationsTrees() throws {
        var markdown = Markdown()
        markdown.smartPunctuation = false
        markdown.rawHTML = true
        var others: Set<Int> = []
        for example in try MarkdownTests.examples("commonmark-0.30.json") {
            let html = try markdown.html(from: example.markdown).html
            if MarkdownTests.tree(html) != MarkdownTests.tree(example.html) { others.insert(example.example ?? 0) }
        }
        #expect(others == MarkdownTests.otherTrees)
    }

    /// GitHub's tables, struck text and task lists.
    @Test func gitHubsExamples() throws {
        var markdown = Markdown()
        markdown.smartPunctuation = false
        var others: Set<Int> = []
        for example in try MarkdownTests.examples("gfm-0.29.json") {
            let html = try markdown.html(from: example.markdown).html
            if MarkdownTests.tree(html) != MarkdownTests.tree(example.html) { others.insert(example.example ?? 0) }
        }
        // 202 to 204: rows without bars and with other numbers of cells are read as kramdown reads them. From 621 on:
        // addresses without marks are text, as in kramdown. 653: scripts and styles are left out, not shown.
        #expect(others == Set([202, 203, 204, 653]).union(621...631))
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
