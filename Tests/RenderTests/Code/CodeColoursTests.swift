// Code in colours: the parts that Prism finds in it, and how they stand in a page.

import Foundation
import TestTree
import Testing

@testable import Render

struct CodeColoursTests {
    private static let colours = CodeColours()

    private func block(_ language: String, _ text: String) -> CodeBlock {
        CodeBlock(language: language, text: text, line: 1)
    }

    /// What Prism finds when Node runs it: `scripts/make-prism` writes it.
    private struct Sample: Decodable {
        let language: String
        let code: String
        let lengths: [Int]
        let classes: [String]
    }

    private static let samples: [Sample] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/prism-1.29.json")
        return (try? JSONDecoder().decode([Sample].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test func everyLanguageHasThePartsThatPrismFinds() throws {
        #expect(Self.samples.count > 100)
        for sample in Self.samples {
            let code = block(sample.language, sample.code)
            let parts = try Self.colours.parts(of: code)
            #expect(
                parts == CodeColours.Parts(lengths: sample.lengths, classes: sample.classes), "\(sample.language)")
            guard let html = try Self.colours.html(of: code) else { continue }
            #expect(try XMLNode.parsed("<code>\(html)</code>").text == sample.code, "\(sample.language)")
        }
    }

    @Test func whatIsFoundDoesNotDependOnWhatCameBefore() throws {
        for sample in Self.samples.someBackwards {
            let parts = try CodeColours().parts(of: block(sample.language, sample.code))
            #expect(
                parts == CodeColours.Parts(lengths: sample.lengths, classes: sample.classes), "\(sample.language)")
        }
    }

    @Test(arguments: [
        ("PY", "x = 1", "x = <span class=\"m\">1</span>"),
        ("c++", "return a<b>;", "<span class=\"k\">return</span> a&lt;b&gt;;"),
        ("R", "# a", "<span class=\"c\"># a</span>"),
        ("shell", "echo 'é😀' \"$x\"", nil),
        ("text", "x = 1", ""), ("nothing", "x = 1", ""), ("__proto__", "1", ""), ("constructor", "1", ""),
        ("python", "", ""), ("python", String(repeating: "x", count: 301), ""),
        ("python", String(repeating: "x = 1\n", count: 4_000), ""),
    ])
    func languagesHaveManyNamesAndSomeCodeStaysPlain(language: String, code: String, expected: String?) throws {
        let html = try Self.colours.html(of: block(language, code))
        if let expected { #expect(html == (expected.isEmpty ? nil : expected)) }
        if let html { #expect(try XMLNode.parsed("<code>\(html)</code>").text == code) }
    }

    @Test func partsThatAreNotTheCodesLeaveItPlain() {
        func html(_ lengths: [Int], _ classes: [String], _ code: String = "a😀") -> String? {
            CodeColours.html(of: code, parts: .init(lengths: lengths, classes: classes))
        }
        #expect(html([1, 2], ["k", ""]) == "<span class=\"k\">a</span>😀")
        #expect(html([2, 1], ["k", "s"]) == nil)
        #expect(html([1], ["k"]) == nil)
        #expect(html([4], ["k"]) == nil)
        #expect(html([-1], ["k"]) == nil)
        #expect(html([1, 2], ["k"]) == nil)
    }

    /// Beginnings without an end: what other grammars take the square of a text's length for.
    @Test(arguments: ["javascript", "markup", "python", "cpp", "bash", "markdown", "latex", "css", "yaml"])
    func longCodeEnds(language: String) throws {
        for piece in ["a", "\"", "((", "\n", "<a ", "${", "`", "/*", "a.", "\\", "- a: "] {
            let line = String(repeating: piece, count: CodeColours.mostInLine / piece.utf8.count)
            _ = try Self.colours.html(of: block(language, line))
        }
    }

    // MARK: In texts

    private func html(_ text: String) throws -> String {
        var handlers = Markdown.Handlers()
        handlers.code = { try Self.colours.html(of: $0) }
        return try Markdown().html(from: text, handlers: handlers).html.trimmingCharacters(in: .newlines)
    }

    private static let coloured = "<span class=\"k\">if</span> a &lt; <span class=\"m\">1</span>: &amp;lt;b&gt;"

    @Test(arguments: [
        ("```python\nif a < 1: &lt;b>\n```", "<pre><code class=\"language-python\">\(coloured)\n</code></pre>"),
        (
            "```{.python hl_lines=\"1\"}\nif a < 1: &lt;b>\n```",
            "<pre><code class=\"language-python\">\(coloured)\n</code></pre>"
        ),
        (
            "    if a < 1: &lt;b>\n{: .language-python .x}",
            "<pre class=\"x\"><code class=\"language-python\">\(coloured)\n</code></pre>"
        ),
        (
            "- a\n\n  ~~~ py\n  if a < 1: &lt;b>\n  ~~~",
            "<ul>\n<li>\n<p>a</p>\n<pre><code class=\"language-py\">\(coloured)\n</code></pre>\n</li>\n</ul>"
        ),
        (
            "<pre><code class=\"language-python\">if a &lt; 1: &amp;lt;b></code></pre>",
            "<pre><code class=\"language-python\">\(coloured)</code></pre>"
        ),
        (
            "<pre><code class=\"language-python\"><b>if</b></code></pre>",
            "<pre><code class=\"language-python\"><b>if</b></code></pre>"
        ),
        ("    if a\n", "<pre><code>if a\n</code></pre>"),
        (
            "```nothing\n'if' \"a\" <b>\n```",
            "<pre><code class=\"language-nothing\">'if' &quot;a&quot; &lt;b&gt;\n</code></pre>"
        ),
    ])
    func blocksThatNameTheirLanguageAreColoured(text: String, expected: String) throws {
        #expect(try html(text) == expected)
    }

    @Test func liquidsBlocksAreColoured() throws {
        var markdown = Markdown()
        markdown.liquid = LiquidSite()
        let document = try markdown.document(
            from: "{% highlight python linenos %}\nif a\n{% endhighlight %}\n", firstLine: 4)
        #expect(document.gaps == [.code(CodeBlock(language: "python", text: "if a\n", line: 4))])
    }
}

extension Array {
    /// Every twentieth, from the end: an engine for each takes a while.
    fileprivate var someBackwards: [Element] { indices.filter { $0 % 20 == 3 }.reversed().map { self[$0] } }
}
