// What kramdown and GitHub add to CommonMark: attribute lists, contents, definitions, tasks, HTML with Markdown in it.

import Foundation
import Testing

@testable import Render

struct MarkdownDialectTests {
    private func html(_ text: String) throws -> String {
        try Markdown().html(from: text).html.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(arguments: [
        (
            "~~gone *too*~~ ~~ not ~~ `~~x~~` ~~~no~~~",
            "<p><del>gone <em>too</em></del> ~~ not ~~ <code>~~x~~</code> ~~~no~~~</p>"
        ),
        ("[l](u){:target=\"_blank\" .a}{:.b}", "<p><a href=\"u\" target=\"_blank\" class=\"a b\">l</a></p>"),
        (
            "*a*{: .b title='c \"d\"'} **x** {: #y}",
            "<p><em class=\"b\" title=\"c &quot;d&quot;\">a</em> <strong id=\"y\">x</strong></p>"
        ),
        (
            "![a](p.png){: width=\"50%\" .center}",
            "<p><img src=\"p.png\" width=\"50%\" alt=\"a\" class=\"center\" /></p>"
        ),
        (
            "![a](p.png)\n{: .center height=\"5\"}",
            "<p class=\"center\"><img src=\"p.png\" height=\"5\" alt=\"a\" /></p>"
        ),
        ("{: .lead}\ntext", "<p class=\"lead\">text</p>"),
        (
            "{:c: style=\"text-align: center\" .d}\ntext\n{: c .e}",
            "<p style=\"text-align: center\" class=\"d e\">text</p>"
        ),
        ("> q\n{: .n}", "<blockquote class=\"n\">\n<p>q</p>\n</blockquote>"),
        ("- a\n- b\n{: .n}", "<ul class=\"n\">\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("- a\n  {: .n}\n- b", "<ul>\n<li class=\"n\">a\n\n</li>\n<li>b</li>\n</ul>"),
        ("| a |\n|---|\n| b |\n{: .n}", "<table class=\"n\">"),
        ("{::options toc_levels=\"1..3\" /}\ntext", "<p>text</p>"),
        ("{::nomarkdown}\n<b>*x*</b>\n{:/}", "<p><b><em>x</em></b></p>"),
        ("- a\n^\n- b", "<ul>\n<li>a</li>\n</ul>\n\n<ul>\n<li>b</li>\n</ul>"),
        (
            "1. one\n  - under\n    more\n  - also\n2. two",
            "<ol>\n<li>one\n<ul>\n<li>under\nmore</li>\n<li>also</li>\n</ul>\n</li>\n<li>two</li>\n</ol>"
        ),
        (
            "term\n: a *b*\n: c\n\nother\nthird\n: d\n\n    e\n\nend",
            "<dl>\n<dt>term</dt>\n<dd>a <em>b</em></dd>\n<dd>c</dd>\n<dt>other</dt>\n<dt>third</dt>\n<dd>\n<p>d</p>\n<p>e</p>\n</dd>\n</dl>\n<p>end</p>"
        ),
        (
            "*[HTML]: Hyper \"Text\"\nHTML, XHTML, `HTML`",
            "<p><abbr title=\"Hyper &quot;Text&quot;\">HTML</abbr>, XHTML, <code>HTML</code></p>"
        ),
        (
            "- [x] a\n- [ ] b\n- [y] c",
            "<ul class=\"task-list\">\n<li class=\"task-list-item\"><input checked=\"\" disabled=\"\" type=\"checkbox\" aria-label=\"done\" /> a</li>\n<li class=\"task-list-item\"><input disabled=\"\" type=\"checkbox\" aria-label=\"to do\" /> b</li>\n<li>[y] c</li>\n</ul>"
        ),
    ])
    func textsAreReadAsTheirWritersMeanThem(text: String, expected: String) throws {
        let html = try html(text)
        #expect(expected.hasSuffix(">") && expected.hasPrefix("<table") ? html.hasPrefix(expected) : html == expected)
    }

    @Test(arguments: [
        ("<div markdown=\"1\">\n*a*\n\n- b\n</div>", "<div>\n<p><em>a</em></p>\n<ul>\n<li>b</li>\n</ul>\n</div>"),
        ("<div markdown='block' class=x>*a*</div>", "<div class=\"x\">\n<p><em>a</em></p>\n</div>"),
        ("<p markdown=\"1\" class=\"x\">*a*</p>", "<p class=\"x\"><em>a</em></p>"),
        ("<div>\n*a*\n</div>", "<div>\n*a*\n</div>"),
        ("<div markdown=\"0\">\n\n*a*\n\n</div>", "<div>\n\n*a*\n\n</div>"),
        (
            "<details>\n<summary>s</summary>\n\n*a*\n\n</details>",
            "<details>\n<summary>s</summary>\n<p><em>a</em></p>\n</details>"
        ),
        ("<div>\n\n    <p>a</p>\n\n    b\n</div>", "<div>\n<p>a</p>\n<p>b</p>\n</div>"),
        ("<div>\n\n```\n    <p>\n```\n\n</div>", "<div>\n<pre><code>    &lt;p&gt;\n</code></pre>\n</div>"),
        ("<div>\n<pre>\na\n\n  *b*\n</pre>\n</div>", "<div>\n<pre>a\n\n  *b*\n</pre>\n</div>"),
        (
            "<details><summary>s</summary>\n```c\n<x>\n\n    y\n```\n</details>",
            "<details><summary>s</summary>\n<pre><code class=\"language-c\">&lt;x&gt;\n\n    y\n</code></pre>\n</details>"
        ),
        ("<center>a</center>\n*b*", "<center>a</center>\n<p><em>b</em></p>"),
        ("<img src=\"p.png\">\n*b*", "<p><img src=\"p.png\" />\n<em>b</em></p>"),
        ("<div>a</div>\n{: .b}\nc", "<div class=\"b\">a</div>\n<p>c</p>"),
        ("<hr>\n{::options x=\"y\" /}\n<center>a</center>", "<hr />\n<center>a</center>"),
        ("    <p>code</p>", "<pre><code>&lt;p&gt;code&lt;/p&gt;\n</code></pre>"),
        ("{::options parse_block_html=\"true\" /}\n<div>\n*a*\n</div>", "<div>\n<p><em>a</em></p>\n</div>"),
        ("<div>\n<div>\n\na\n</div>\n</div>\n*b*", "<div>\n<div>\n<p>a</p>\n</div>\n</div>\n<p><em>b</em></p>"),
        (
            "<table>\n  <tr>\n\n    <td>a</td>\n  </tr>\n</table>",
            "<table>\n  <tbody><tr>\n<td>a</td>\n  </tr>\n</tbody></table>"
        ),
    ])
    func htmlEndsWhereItsElementDoes(text: String, expected: String) throws {
        #expect(try html(text) == expected)
    }

    @Test func contentsAreMadeOfTheHeadings() throws {
        let html = try html(
            "* TOC\n{:toc .x}\n\n# One\n\n## Two {#zwei}\n\n### Three\n\n## No\n{:.no_toc}\n\n<h2>Four & *</h2>\n\n# Five"
        )
        #expect(
            html.hasPrefix(
                "<ul class=\"x\" id=\"markdown-toc\"><li><a href=\"#one\">One</a><ul><li><a href=\"#zwei\">Two</a><ul><li>"
                    + "<a href=\"#three\">Three</a></li></ul></li><li><a href=\"#four--\">Four &amp; *</a></li></ul></li>"
                    + "<li><a href=\"#five\">Five</a></li></ul>"), "\(html)")
        for match in html.matches(of: /href="#([^"]*)"/) { #expect(html.contains("id=\"\(match.1)\"")) }
    }

    @Test(arguments: [
        ("python", "python"), ("{python}", "python"), ("{.python .numberLines}", "python"),
        ("python {linenos=table}", "python"),
        ("python{1,3}", "python"), ("python hl_lines=\"1\"", "python"), ("{r, echo=FALSE}", "r"), ("c++", "c++"),
        ("{: .language-ruby}", "ruby"), ("{linenos=table}", ""), (";", ";"), ("js:app.js", "js"), ("", ""),
    ])
    func languagesAreNamedAlike(info: String, expected: String) throws {
        #expect(CodeLanguage.name(in: info) == expected)
        let html = try html("``` \(info)\nx\n```")
        #expect(html == "<pre><code\(expected.isEmpty ? "" : " class=\"language-\(expected)\"")>x\n</code></pre>")
    }

    @Test func aListBehindCodeNamesItsLanguage() throws {
        #expect(
            try html("~~~\nx\n~~~\n{: .language-ruby .y}")
                == "<pre class=\"y\"><code class=\"language-ruby\">x\n</code></pre>")
    }

    @Test func whatListsCannotGiveIsNamed() throws {
        let output = try Markdown().html(
            from: "a\n{: .b onclick=\"x\" unknown}\n\n{: .c}\n\n\n> x\n\nb\n{:toc}", firstLine: 5)
        #expect(output.warnings.map(\.line) == [6, 6, 14])
        #expect(output.html.contains("<p class=\"b\">a</p>") && output.html.contains("<blockquote class=\"c\">"))
    }

    @Test func controlCharactersAreLeftOutWithTheirLines() throws {
        let output = try Markdown().html(
            from: "One\u{B}two\n\n&#16;three &#1;\u{7F} <b title=\"&#2;\">x</b>", firstLine: 3)
        #expect(output.html == "<p>Onetwo</p>\n<p>three  <b title=\"\">x</b></p>\n")
        #expect(output.warnings.map(\.line) == [3])
    }

    /// The first picture loads at once, and all have the size of their file or the writer's.
    @Test func picturesHaveTheirSizes() throws {
        let document = try Markdown().document(
            from:
                "![a](a.png) <img src=\"b.png\" width=\"100\"> <img src=\"c.png\" style=\"width: 50%\" loading=\"eager\"> ![d](http://x/d.png)"
        )
        let output = document.filled(by: { _, _, _ in nil }, size: { $0 == 1 ? nil : (400, 200) })
        #expect(
            output.html == "<p><img src=\"a.png\" width=\"400\" height=\"200\" alt=\"a\" /> "
                + "<img src=\"b.png\" width=\"100\" height=\"50\" loading=\"lazy\" /> "
                + "<img src=\"c.png\" width=\"400\" height=\"200\" style=\"width: 50%\" loading=\"eager\" /> "
                + "<img src=\"http://x/d.png\" loading=\"lazy\" alt=\"d\" /></p>\n", "\(output.html)")
    }

    @Test func sizesAreThoseOfTheDecodedPictures() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/Pictures")
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !file.hasSuffix("json") {
            let path = folder.appending(path: file).path
            let picture = try PictureFile.read(path, upright: file.hasSuffix("jpg"))
            let size = try #require(try PictureFile.size(of: path), "\(file)")
            #expect(size == (picture.width, picture.height), "\(file)")
            count += 1
        }
        #expect(count > 30)
        let gif = Array("GIF89a".utf8) + [44, 1, 200, 0]
        #expect(PictureFile.size(start: gif).map { [$0.width, $0.height] } == [300, 200])
        let webp = Array("RIFF____WEBPVP8X____".utf8) + [0, 0, 0, 0, 43, 1, 0, 199, 0, 0]
        #expect(PictureFile.size(start: webp).map { [$0.width, $0.height] } == [300, 200])
        #expect(
            PictureFile.size(start: Array("<svg>".utf8)) == nil && PictureFile.size(start: [0xFF, 0xD8, 0xFF]) == nil)
    }
}
