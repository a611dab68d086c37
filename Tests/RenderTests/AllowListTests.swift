// The allow-list of HTML: what passes, what does not, and hostile texts by the thousand.

import Foundation
import Testing

@testable import Render

struct AllowListTests {
    private func output(_ text: String) throws -> Markdown.Output { try Markdown().html(from: text) }

    @Test(arguments: [
        "<figure><img src=\"p.png\" width=\"3\" height=\"4\" alt=\"q\" /><figcaption>c</figcaption></figure>",
        "<p><sub>a</sub><sup>b</sup><kbd>c</kbd><mark>d</mark><abbr title=\"e\">f</abbr><cite>g</cite><q>h</q><br /></p>",
        "<details open=\"\"><summary>a</summary>b</details>", "<p align=\"center\">a</p>", "<center>a</center>",
        "<p><video src=\"v.mp4\" controls=\"\" poster=\"p.png\"></video></p>",
        "<p><audio controls=\"\"><source src=\"a.mp3\" type=\"audio/mpeg\" /></audio></p>",
        "<p><picture><source srcset=\"a.webp 1x, b.webp 2x\" /><img src=\"a.png\" alt=\"\" /></picture></p>",
        "<table><thead><tr><th colspan=\"2\">a</th></tr></thead><tbody><tr><td>b</td><td>c</td></tr></tbody></table>",
        "<div class=\"x y\" id=\"z\" style=\"color: red; width: 50%\">a</div>",
        "<iframe src=\"https://www.youtube.com/embed/x\" width=\"560\" height=\"315\" allowfullscreen=\"\"></iframe>",
        "<div style=\"position: relative\"><iframe style=\"position: absolute; top: 0\" src=\"https://a.b/\"></iframe></div>",
    ])
    func harmlessHTMLPasses(html: String) throws {
        let output = try output(html)
        #expect(output.html.trimmingCharacters(in: .newlines) == html)
        #expect(output.warnings == [])
    }

    @Test(arguments: [
        ("<iframe src=\"http://a.b/\"></iframe>", "", "the address http://a.b/"),
        ("<iframe src=\"//a.b/\"></iframe>", "<iframe src=\"https://a.b/\"></iframe>", nil),
        ("<div style=\"position: fixed\">a</div>", "<div>a</div>", "the style position"),
        ("<div style=\"position: absolute\">a</div>", "<div>a</div>", "the style position"),
        (
            "<div style=\"background: url(x); color: red\">a</div>", "<div style=\"color: red\">a</div>",
            "the style background"
        ),
        ("<div style=\"margin-top: -9em\">a</div>", "<div>a</div>", "the style margin-top"),
        ("<div onclick=\"x\">a</div>", "<div>a</div>", "the attribute onclick"),
        ("<form action=\"x\">a <input> b</form>", "a  b", "the tag <form>"),
        ("<a href=\" java&#9;script:x\">a</a>", "<p><a>a</a></p>", "the address java script:x"),
        ("<div data-grid=\"x\">a</div>", "<div>a</div>", nil),
        ("<svg><path d=\"x\"/></svg>", "<p></p>", "the element <svg>"),
        ("<style>p { color: red }</style>", "", "the element <style>"),
        ("<object data=\"x\">a</object>", "<p></p>", "the element <object>"),
        ("<base href=\"//x\">", "", "the element <base>"),
        ("<img srcset=\"javascript:x 1x\" src=\"data:image/svg+xml,x\">", "<p></p>", "an address in srcset"),
        ("<div>a</div></div></div></article>\n\nb", "<div>a</div>\n<p>b</p>", nil),
        ("<div id=\"main\">a</div>", "<div id=\"main-1\">a</div>", nil),
        ("a <b>b\n\nc", "<p>a <b>b</b></p><b>\n<p>c</p>\n</b>", nil),
    ])
    func theRestDoesNot(html: String, expected: String, leftOut: String?) throws {
        let output = try output("\n\n" + html)
        #expect(output.html.trimmingCharacters(in: .whitespacesAndNewlines) == expected)
        if let leftOut {
            #expect(
                output.warnings.contains { $0.line == 3 && $0.message.hasPrefix(leftOut + " is left out;") },
                "\(output.warnings)")
        }
    }

    @Test func warningsNameTheLineInsideHTMLAndEachKindOnce() throws {
        let output = try Markdown().html(
            from:
                "text\n\n<div>\n<p>a</p>\n<script>x</script>\n</div>\n\nb <b onclick=x>\n\n<script>y</script> <b onclick=y>",
            firstLine: 11)
        #expect(output.warnings.map(\.line) == [15, 18])
    }

    @Test func deepHTMLEnds() throws {
        let deep = String(repeating: "<div>", count: 3000) + "x"
        #expect(try output(deep).html.contains("x"))
        #expect(try output(String(repeating: "<b>", count: 3000) + "x\n\ny").html.contains("y"))
        #expect(try output("<p>" + String(repeating: "<a href=x><table><td>", count: 300) + "x").html.contains("x"))
    }

    /// What is written parses to what was checked, whatever was read; `scripts/check-html` compares with Chromium.
    @Test(arguments: 0..<20) func hostileHTMLSettles(batch: Int) throws {
        var results: [[String: String]] = []
        let size = HTMLSamples.count / 20
        for seed in (batch * size)..<((batch + 1) * size) {
            let text = HTMLSamples.text(UInt64(seed))
            let html = try output(text).html
            let nodes = Gumbo.nodes(of: Array(html.utf8))
            #expect(HTMLNode.html(of: nodes) == html, "seed \(seed): \(text.debugDescription)")
            let filtered = AllowList.filtered(nodes)
            #expect(
                filtered.leftOut == [] && HTMLNode.html(of: filtered.nodes) == html, "seed \(seed): \(filtered.leftOut)"
            )
            #expect(html.unicodeScalars.allSatisfy { !MarkdownMark.isMark($0) }, "seed \(seed)")
            let ids = html.matches(of: /<[^>]* id="([^"]*)"/).map(\.1)
            #expect(Set(ids).count == ids.count && !ids.contains("main"), "seed \(seed): \(html.debugDescription)")
            results.append(["seed": String(seed), "text": text, "html": html, "tree": nodes.map(\.outline).joined()])
        }
        // The check in a browser reads them.
        if let folder = ProcessInfo.processInfo.environment["ATLASGEN_HTML_SAMPLES"] {
            try JSONEncoder().encode(results).write(to: URL(fileURLWithPath: "\(folder)/\(batch).json"))
        }
    }
}

extension HTMLNode {
    /// The tree in one line, as `scripts/check-html` writes Chromium's.
    fileprivate var outline: String {
        switch kind {
        case .text(let text): "[\(text)]"
        case .comment(let text): "!\(text)!"
        case .element(let name):
            "(\(name)" + attributes.sorted { $0.name < $1.name }.map { " \($0.name)={\($0.value)}" }.joined()
                + children.map(\.outline).joined() + ")"
        }
    }
}
