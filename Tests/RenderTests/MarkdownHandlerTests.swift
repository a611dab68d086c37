// Figures, values, links and raw HTML in Markdown: what the surroundings are asked, and what becomes of hostile text.

import Foundation
import Testing

@testable import Render

struct MarkdownHandlerTests {
    @Test func figuresTakeTheirParagraphsPlace() throws {
        var figures: [Markdown.Figure] = []
        let handlers = Markdown.Handlers(figure: {
            figures.append($0)
            // A template's last line ends; the block does so once.
            return "<figure>\(figures.count)</figure>" + (figures.count > 2 ? "\n" : "")
        })
        let html = try MarkdownTests.html(
            """
            Text.

            ![Two *runs* of `17`](neuron:encoder_layer_5.mlp.3/17?seeds=0,1 "Title")

            - ![In a list](layer:heads.head?sort=consistency&limit=12)

            ![A](neuron:a/1)
            ![B](neuron:b/2)
            """, handlers: handlers)
        #expect(
            figures.map(\.destination) == [
                "neuron:encoder_layer_5.mlp.3/17?seeds=0,1", "layer:heads.head?sort=consistency&limit=12", "neuron:a/1",
                "neuron:b/2",
            ])
        #expect(figures[0].captionHTML == "Two <em>runs</em> of <code>17</code>")
        #expect(figures.map(\.line) == [3, 5, 7, 8])
        #expect(
            html == """
                <p>Text.</p>
                <figure>1</figure>
                <ul>
                <li>
                <figure>2</figure>
                </li>
                </ul>
                <figure>3</figure>
                <figure>4</figure>

                """)
    }

    @Test func figuresInASentenceAreLinks() throws {
        var seen: [Markdown.Destination] = []
        let handlers = Markdown.Handlers(link: {
            seen.append($0)
            return "x/\(seen.count)"
        })
        let html = try MarkdownTests.html(
            "See ![neuron *17*](neuron:a/17) and ![i](p.png) or [l](q.md).", handlers: handlers)
        #expect(
            html == "<p>See <a href=\"x/1\">neuron <em>17</em></a> and <img src=\"x/2\" alt=\"i\" /> or "
                + "<a href=\"x/3\">l</a>.</p>\n")
        #expect(seen.map(\.text) == ["neuron:a/17", "p.png", "q.md"])
        #expect(seen.map(\.isImage) == [false, true, false])
    }

    @Test(arguments: [
        (
            "![alt[^1]](x.png) b", "<p><img src=\"x.png\" alt=\"alt\" />SUP b</p>",
            []
        ),
        ("[a[^1] *b[^1]*](x)", "<p><a href=\"x\">a <em>b</em></a>SUPSUP</p>", []),
        ("[![a[^1]](y.png)](x)", "<p><a href=\"x\"><img src=\"y.png\" alt=\"a\" /></a>SUP</p>", []),
        ("![a [b[^1]](x)](neuron:a/1)", "FIGURE(a <a href=\"x\">b</a>SUP)", []),
        ("![a](neuron:a/1 \"T\")", "FIGURE(a)", ["the title of a figure is not shown; write it in the caption"]),
        ("![a](neuron:a/1)[^1]", "<p><a href=\"neuron:a/1\">a</a>SUP</p>", []),
        (
            "[![c](neuron:a/1)](http://x)", "<p><a href=\"http://x\">c</a></p>",
            ["neuron:a/1 is inside a link, and is shown as its text"]
        ),
        (
            "See ![a [b](x)](neuron:a/1)", "<p>See <a href=\"neuron:a/1\">a b</a></p>",
            ["x is inside a link, and is shown as its text"]
        ),
        (
            "See ![](neuron:a.b/0?seeds=1), [](layer:a.b), [](x).",
            "<p>See <a href=\"neuron:a.b/0?seeds=1\">a.b/0</a>, <a href=\"layer:a.b\">a.b</a>, <a href=\"x\"></a>.</p>",
            []
        ),
        (
            "a\n![c](neuron:a/1)", "<p>a\n<a href=\"neuron:a/1\">c</a></p>",
            ["neuron:a/1 becomes a link; a figure needs its own paragraph, with blank lines around it"]
        ),
        (
            "|---\n| ![c](neuron:a/1) |",
            "<table><tbody><tr><td><a href=\"neuron:a/1\">c</a></td></tr></tbody></table>",
            ["neuron:a/1 becomes a link; a figure needs its own paragraph, with blank lines around it"]
        ),
        (
            "![a ![i](i.png) <b>](neuron:a/1)", "FIGURE(a <img src=\"i.png\" alt=\"i\" /> <b></b>)", []
        ),
    ])
    func linksImagesAndFiguresNestAsHTMLAllows(text: String, expected: String, warnings: [String]) throws {
        let note = text.contains("[^1]") ? "\n\n[^1]: note\n" : ""
        var seen: [String] = []
        let output = try Markdown().html(
            from: text + note,
            handlers: .init(
                link: {
                    seen.append($0.text)
                    return $0.text
                }, figure: { "FIGURE(\($0.captionHTML))" }))
        let html = output.html.replacing(/<div class="footnotes"(?s:.*)/, with: "")
            .replacing(/<sup id="fnref:1(?::\d)?">.*?<\/sup>/, with: "SUP")
            .replacing(/\s*(<\/?(?:table|tbody|tr|td)>)\s*/) { String($0.1) }
        #expect(html.trimmingCharacters(in: .newlines) == expected)
        #expect(output.warnings.map(\.message) == warnings)
        if text.contains("i.png") { #expect(seen == ["i.png"]) }
    }

    @Test func valuesAreTextOutsideCode() throws {
        var asked: [String] = []
        let handlers = Markdown.Handlers(value: { expression, _ in
            asked.append(expression)
            return "<0.93>"
        })
        let html = try MarkdownTests.html(
            """
            AUC {{layer:encoder_layer_5.mlp.3|auc}}, `{{code}}`, *{{ a_b }}*

            | v |
            |---|
            | {{layer:x|auc}} |

                {{block}}
            """, handlers: handlers)
        #expect(asked == ["layer:encoder_layer_5.mlp.3|auc", "a_b", "layer:x|auc"])
        #expect(html.contains("AUC &lt;0.93&gt;, <code>{{code}}</code>, <em>&lt;0.93&gt;</em>"))
        #expect(html.contains("<code>{{block}}\n</code>"))
        #expect(html.contains("<td>\n&lt;0.93&gt;\n</td>"))
    }

    @Test func valuesThatAreNoneStayAsTheyAre() throws {
        let output = try Markdown().html(
            from: "{{ site.url }} {{layer:a|auc} b\n{{layer:a|\nauc}}", firstLine: 7,
            handlers: .init(value: { expression, _ in
                #expect(expression == "site.url")
                return nil
            }))
        #expect(output.html == "<p>{{ site.url }} {{layer:a|auc} b\n{{layer:a|\nauc}}</p>\n")
        #expect(
            output.warnings
                == [7, 8].map { .init(line: $0, message: "{{ without }} after it on the same line is shown as text") })
    }

    /// One parsed text is good for any values: what they stand in follows them.
    @Test func documentsAreFilledAgainAndAgain() throws {
        let document = try Markdown().document(
            from: """
                # AUC {{a}}

                {{a}}

                Is [{{a}}](b "c") & ![{{a}}](d.png "e").[^1]

                ![*{{a}}* in [f](g)](neuron:h/1)

                [^1]: {{a}}
                """, firstLine: 4)
        #expect(
            document.gaps == [
                .value(expression: "a", line: 4), .value(expression: "a", line: 6), .value(expression: "a", line: 8),
                .value(expression: "a", line: 8), .value(expression: "a", line: 10),
                .link(.init(text: "b", isImage: false, line: 8)), .link(.init(text: "d.png", isImage: true, line: 8)),
                .link(.init(text: "g", isImage: false, line: 10)), .figure(destination: "neuron:h/1", line: 10),
                .value(expression: "a", line: 12),
            ])
        func filled(_ value: String) -> Markdown.Output {
            document.filled { _, gap, caption in
                switch gap {
                case .value: value
                case .link(let destination): "\(destination.text)?<\(value)"
                case .figure(_, let line): "<figure>\(line): \(caption)</figure>"
                case .formula, .code: nil
                }
            }
        }
        for value in ["0.5", "<i>", "0.5"] {
            let (text, id) = value == "<i>" ? ("&lt;i&gt;", "i") : ("0.5", "05")
            let link = value == "<i>" ? "?%3C%3Ci%3E" : "?%3C0.5"
            let output = filled(value)
            #expect(
                output.html.hasPrefix(
                    """
                    <h1 id="auc-\(id)">AUC \(text)</h1>
                    <p>\(text)</p>
                    <p>Is <a href="b\(link)" title="c">\(text)</a> &amp; <img src="d.png\(link)" alt="\(text)" title="e" />.\
                    <sup id="fnref:1"><a href="#fn:1" class="footnote" rel="footnote" role="doc-noteref">1</a></sup></p>
                    <figure>10: <em>\(text)</em> in <a href="g\(link)">f</a></figure>

                    """), "\(output.html)")
            #expect(output.html.contains("<p>\(text)\u{A0}<a href=\"#fnref:1\""))
            #expect(output.excerpt == value)
        }
        // An empty paragraph is no excerpt.
        #expect(filled("").excerpt == "Is  & .")
        // What nothing fills stays as it was written.
        #expect(document.filled { _, _, _ in nil }.html.contains("<a href=\"b\" title=\"c\">{{a}}</a>"))
    }

    @Test func handlersErrorsArePassedOn() {
        #expect(throws: RenderError("line 3: values cannot be used here: {{x}}")) {
            try MarkdownTests.html("a\n\n{{x}}")
        }
        #expect(throws: RenderError("line 8: figures cannot be used here: neuron:a/1")) {
            try Markdown().html(from: "a\n\n![x](neuron:a/1)", firstLine: 6)
        }
    }

    @Test func linesAreTheFilesBehindFootnotesAndTables() throws {
        var lines: [Int] = []
        let handlers = Markdown.Handlers(link: {
            lines.append($0.line)
            return $0.text
        })
        let text = """
            A[^1].

            [^1]: Note [in](note).

            | a | b |
            |---|---|
            | [c](cell) | d |

            [last](one)
            """
        _ = try Markdown().html(from: text, firstLine: 11, handlers: handlers)
        #expect(lines == [17, 19, 13])
    }

    @Test func scriptsAndHandlersAreLeftOutUnlessRawHTMLIsOn() throws {
        let text =
            "<script>alert(1)</script>\n\na <b onclick=x>b</b> <!-- gone -->\n\n<!-- gone\ntoo -->\n\n<b onclick=y>"
        let output = try Markdown().html(from: text)
        #expect(output.html.contains("<p>a <b>b</b> </p>") && !output.html.contains("gone"))
        #expect(!output.html.contains("alert") && !output.html.contains("onclick"))
        // One warning for each kind.
        #expect(output.warnings.map(\.line) == [1, 3])
        var raw = Markdown()
        raw.rawHTML = true
        let html = try raw.html(from: text).html
        #expect(html.hasPrefix("<script>alert(1)</script>") && html.contains("<b onclick=\"x\">b</b> <!-- gone -->"))
    }

    @Test(arguments: [
        "[x](javascript:alert(1))", "![x](javascript:alert(1))", "<javascript:alert(1)>", "[x](JaVaScRiPt:alert(1))",
        "[x]\n\n[x]: vbscript:msgbox", "[x](data:text/html,<script>)", "[x](file:///etc/passwd)",
    ])
    func linksThatRunScriptsAreEmptied(text: String) throws {
        let html = try MarkdownTests.html(text)
        #expect(html.contains("href=\"\"") || html.contains("src=\"\""))
    }

    @Test(arguments: [
        "# \"><script>\u{301}alert(1)</script>", "![\"\u{301} onerror=x](u \"\\\"\u{301} onload=y\")",
        "a[^1]\n\n[^1]: <img src=x onerror=y>", "| <script> | \" onclick=x |\n|---|---|\n| `<script>` | b |",
        "\u{1}0\u{2} \\[\u{1}x\u{2}\\] ###### \u{3}0\u{4}", "{{", "{{}", "[^", "[^]: x", "[^1]:", "|", "|\n|-|", "||||",
        "> [^1]: x\n\n[^1]", "- a\n\n      | b |\n      |---|", "\u{0}", "\u{202E}rtl", "",
        "[^1]\u{301} `[^1]\u{301}` [a](<[^1]\u{301}>)\n\n[^1]: x\u{301}\n", "{{a}}\u{301} {{\u{301}a}}",
        "| [^1]\u{301} |\u{301}\n|---|\n\n[^1]: x",
        "{{a}} # &#6;0&#7; ![&#6;0&#7;](x \"&#6;9&#7;\") &#8;0&#7;\n\n``` &#6;7&#7;\nb\n```\n",
    ])
    func hostileTextStaysText(text: String) throws {
        let html = try MarkdownTests.html(text, handlers: .init(value: { expression, _ in expression }))
        #expect(!html.contains("<script"))
        #expect(!html.contains("<img src=x"))
        #expect(html.unicodeScalars.allSatisfy { !MarkdownMark.isMark($0) })
    }

    @Test func longAndDeepTextsEnd() throws {
        let long = String(repeating: "a ", count: 500_000)
        #expect(try MarkdownTests.html(long).utf8.count > 900_000)
        #expect(try MarkdownTests.html(String(repeating: "> ", count: 5000) + "x").contains("x"))
        #expect(
            try MarkdownTests.html(String(repeating: "[^1] ", count: 10_000) + "\n\n[^1]: x").contains("fnref:1:9999"))
        #expect(try MarkdownTests.html(String(repeating: "|", count: 2000) + "\n|-|").contains("<th>"))
    }

    /// What does not end is not searched for to the end of the text again and again.
    @Test(arguments: [("{{", 1 << 19), ("{{a", 1 << 16), ("}}", 1 << 16), ("` `` ", 1 << 14), ("{{a}}", 1 << 14)])
    func unclosedMarksTakeBoundedWork(part: String, count: Int) throws {
        let long = "a " + String(repeating: part, count: count)
        let html = try MarkdownTests.html(
            long + "\n\n| " + long + " |\n|---|\n| b |\n", handlers: .init(value: { _, _ in nil }))
        #expect(html.contains("</td>"))
    }

    @Test func everyIDIsUnique() throws {
        let html = try MarkdownTests.html(
            "# Dup\n# Dup\n# Dup 1\n# Main\n# Neurons\n# main-1\n\n" + String(repeating: "# a\n", count: 20_000))
        let ids = html.matches(of: /id="([^"]*)"/).map { String($0.1) }
        #expect(ids.prefix(6) == ["dup", "dup-1", "dup-1-1", "main-1", "neurons-1", "main-1-1"])
        #expect(Set(ids).count == ids.count && ids.last == "a-19999")
    }

    @Test func excerptAndHeadings() throws {
        let output = try Markdown().html(from: "# One *two*\n\nA `b`[^1]\nc.\n\n## Three\n\n[^1]: n\n")
        #expect(output.excerpt == "A b c.")
        #expect(output.html.contains("<h1 id=\"one-two\">") && output.html.contains("<h2 id=\"three\">"))
    }

    @Test func warningsNameTheLine() throws {
        let output = try Markdown().html(from: "a[^x]\n\n[^1]: b\n[^1]: c\n", firstLine: 5)
        #expect(
            output.warnings == [
                .init(line: 8, message: "footnote [^1] is defined twice; the last definition counts"),
                .init(line: 5, message: "footnote [^x] is not defined"),
                .init(line: 8, message: "footnote [^1] is defined, but nothing refers to it; it is not shown"),
            ])
    }

    @Test func whatOnlyLooksLikeAFootnoteIsText() throws {
        let output = try Markdown().html(from: "a [^a:b] [^]\n\n> [^a:b]: word\n\n[^]: x\n", firstLine: 3)
        #expect(
            output.html
                == "<p>a [^a:b] [^]</p>\n<blockquote>\n<p>[^a:b]: word</p>\n</blockquote>\n<p>[^]: x</p>\n")
        #expect(output.warnings.map(\.line) == [5, 7])
        #expect(output.warnings.first?.message.hasPrefix("[^a:b] is not the name of a footnote") == true)
    }

    @Test func attributeListsBelongToWhatTheyFollow() throws {
        let output = try Markdown().html(
            from: """
                text
                {: .lead}

                ![i](x.png){: width="30"} *a*{:.b}{:.c} `x`{: .d}[^1]

                * toc
                {:toc}

                | a |
                |---|
                | b |
                {: .table}
                {: .wide}
                prose

                - x
                {: .x}
                - y

                > q
                > {: .q}
                > r

                {::comment}
                not for readers
                {:/comment}

                `{: .code}`

                    {: .code}

                [^1]: note
                {: .note}
                """, firstLine: 11)
        #expect(!output.html.contains("readers"))
        #expect(output.html.ranges(of: "{:").count == 2 && output.html.contains("<code>{: .code}</code>"))
        #expect(
            output.html.contains(
                "<p class=\"lead\">text</p>\n<p><img src=\"x.png\" width=\"30\" alt=\"i\" /> <em class=\"b c\">a</em> "
                    + "<code class=\"d\">x</code><sup"))
        #expect(output.html.contains("<table class=\"table wide\">"))
        #expect(
            output.html.contains("</table>\n<p>prose</p>\n<ul class=\"x\">\n<li>x</li>\n\n<li>y</li>\n</ul>"),
            "\(output.html)")
        #expect(output.html.contains("<p class=\"q\">q</p>\n<p>r</p>"))
        #expect(output.warnings.map(\.line) == [43])
        #expect(output.warnings.first?.message == "{: .note} is left out: a footnote takes no attributes")
    }

    @Test func listsBehindTextAreText() throws {
        let output = try Markdown().html(from: "a {: .b} c\n{:.x}{:.y}\n{: open")
        #expect(output.html == "<p>a {: .b} c\n{:.x}{:.y}\n{: open</p>\n")
        #expect(output.warnings.map(\.line) == [1, 2])
    }

    @Test func headingsKeepTheirGivenIDs() throws {
        let output = try Markdown().html(
            from: "# One\n\n## Two {#one}\n\nThree\n-----\n{: .c #drei--ß}\n\n# Four {: #main}\n\n# `{#x}`\n{:#x}")
        #expect(
            output.html.matches(of: /<h\d[^>]* id="([^"]*)">/).map(\.1) == ["one-1", "one", "drei--ß", "main-1", "x"])
        #expect(output.html.contains(">Two</h2>") || output.html.contains("Two\n</h2>"))
        #expect(
            output.warnings.map(\.message) == [
                "the id main is taken; the heading gets main-1"
            ])
    }

    @Test func frontMatterIsCutOff() throws {
        let matter = try FrontMatter(splitting: "\u{FEFF}--- \r\ntitle: x\r\n---\r\nBody\r\n", file: "p.md")
        #expect(matter.yaml == "title: x\n")
        #expect(matter.yamlLine == 2)
        #expect(matter.body == "Body\n")
        #expect(matter.bodyLine == 4)
        let none = try FrontMatter(splitting: "Body\n---\nx", file: "p.md")
        #expect(none.yaml == nil && none.body == "Body\n---\nx" && none.bodyLine == 1)
        #expect(try FrontMatter(splitting: "---\n---", file: "p.md").yaml == "")
        #expect(throws: RenderError.self) { try FrontMatter(splitting: "---\ntitle: x\n", file: "p.md") }
    }

    /// Texts put together from what the passes look for, in any order.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func anyTextEnds(seed: UInt64) throws {
        let parts = [
            "[^1]", "[^1]: ", "|", "\n", "\n\n", "    ", "> ", "- ", "1. ", "```", "`", "{{", "}}", "![",
            "](neuron:a/1)",
            "](u)", "---", "===", "<b>", "<!--", "-->", "<script>", "#", "*", "_", "\\", "\u{301}", "\u{1}", "\t", "\r",
            "a", "word ", ":", "é", "[x]: /u", "[x]", "\u{0}",
            "](neuron:a/1)", "[^1]: x\n\n", "{:.x}", "{: #a}", "{#a}", "# ", "{::comment}", "{:/}", "[", "](v)", "|-|",
        ]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let handlers = Markdown.Handlers(figure: { _ in "<figure></figure>" }, value: { expression, _ in expression })
        for _ in 0..<60 {
            let text = (0..<(5 + next(60))).map { _ in parts[next(parts.count)] }.joined()
            let html = try Markdown().html(from: text, handlers: handlers).html
            #expect(!html.contains("<script"), "\(text)")
            #expect(
                html.unicodeScalars.allSatisfy { !MarkdownMark.isMark($0) },
                "\(text.debugDescription) → \(html.debugDescription)")
            var depth = 0
            for tag in html.matches(of: /<a |<\/a>/.matchingSemantics(.unicodeScalar)) {
                depth += tag.0 == "</a>" ? -1 : 1
                #expect(0...1 ~= depth, "a link in a link: \(text.debugDescription) → \(html.debugDescription)")
            }
            let ids = html.matches(of: /\ id="([^"]*)"/.matchingSemantics(.unicodeScalar)).map(\.1)
            #expect(Set(ids).count == ids.count, "ids repeat: \(text.debugDescription) → \(html.debugDescription)")
            for link in html.matches(of: /href="#(fn[^"]*)"/) {
                #expect(ids.contains(link.1), "no \(link.1): \(text.debugDescription) → \(html.debugDescription)")
            }
        }
    }

    @Test func smartPunctuationKeepsFootnotesNames() throws {
        let html = try MarkdownTests.html("a--b[^x--y] `[^x--y]`\n\n``` [^x--y]\n```\n\n[^x--y]: n")
        #expect(html.contains("a–b<sup id=\"fnref:x--y\">") && html.contains("<code>[^x--y]</code>"))
        #expect(html.contains("class=\"language-[^x--y]\""))
    }
}
