// Which parts of a text are formulas, what TeX they hold, and what is left around them.

import Foundation
import TestTree
import Testing

@testable import Render

struct FormulaTests {
    /// The formulas of a text, and its HTML with `⟨TeX⟩` in their places, `⟪TeX⟫` for those with a line of their own.
    private func read(_ text: String) throws -> (html: String, formulas: [Formula]) {
        var formulas: [Formula] = []
        var handlers = Markdown.Handlers()
        handlers.formula = { formula in
            formulas.append(formula)
            return formula.isDisplay ? "⟪\(formula.tex)⟫" : "⟨\(formula.tex)⟩"
        }
        handlers.value = { _, _ in nil }
        return (try Markdown().html(from: text, handlers: handlers).html, formulas)
    }

    private func html(_ text: String) throws -> String {
        try read(text).html.trimmingCharacters(in: .newlines)
    }

    @Test(arguments: [
        // The delimiters.
        (
            #"The loss $$\mathbf{p}_0 + \int_{t_0} \{x\} -- y$$ is."#,
            #"<p>The loss ⟨\mathbf{p}_0 + \int_{t_0} \{x\} -- y⟩ is.</p>"#
        ),
        ("a\n\n$$\nx_1 * y_2 * z\n$$\n\nb", "<p>a</p>\n<p>⟪\nx_1 * y_2 * z\n⟫</p>\n<p>b</p>"),
        ("$$ x \\\\ y $$", "<p>⟪ x \\\\ y ⟫</p>"),
        ("$$\na\n\n    b\n$$\n", "<p>⟪\na\n\n    b\n⟫</p>"),
        (#"Also \\(q_i^2 + p_i^2\\) and $w_a \cdot w_b$."#, #"<p>Also ⟨q_i^2 + p_i^2⟩ and ⟨w_a \cdot w_b⟩.</p>"#),
        (#"\(a_1\) \[ b_2 \]"#, "<p>⟨a_1⟩ ⟪ b_2 ⟫</p>"),
        ("\\\\[ a_1 = b \\\\]", "<p>⟪ a_1 = b ⟫</p>"),
        ("\\begin{align}\na &= b\n\\end{align}", "<p>⟪\\begin{align}\na &= b\n\\end{align}⟫</p>"),
        (#"$$\begin{align} a \end{align}$$ b"#, #"<p>⟪\begin{align} a \end{align}⟫ b</p>"#),
        (#"- \$$x_1$$"#, "<ul>\n<li>⟨x_1⟩</li>\n</ul>"),
        // Money, code, links and what is escaped.
        ("for $5 and $6", "<p>for $5 and $6</p>"), ("$5-$6 or 5$6", "<p>$5-$6 or 5$6</p>"),
        (#"\$x\$ and \\$y"#, #"<p>$x$ and \$y</p>"#), ("`$x$` $x$", "<p><code>$x$</code> ⟨x⟩</p>"),
        ("`a\n$x$` $y$", "<p><code>a $x$</code> ⟨y⟩</p>"),
        ("```\n$x$ $$y$$\n```", "<pre><code>$x$ $$y$$\n</code></pre>"), ("    $x$", "<pre><code>$x$\n</code></pre>"),
        ("[a](http://x.y/?a=$b&c=$d) $z$", "<p><a href=\"http://x.y/?a=$b&amp;c=$d\">a</a> ⟨z⟩</p>"),
        ("[a]\n\n[a]: x$y$z\n", "<p><a href=\"x$y$z\">a</a></p>"),
        (#"see \[1\] and \[a](b)"#, #"<p>see [1] and [a](b)</p>"#),
        ("see \\[1\\] and \\[2\\] \\(a b\\)", "<p>see [1] and [2] (a b)</p>"), ("a $ b 1 $ c", "<p>a $ b 1 $ c</p>"),
        ("a $ \\alpha $ $x_i \\in x $ $ N $ 1$\\times$1", "<p>a ⟨ \\alpha ⟩ ⟨x_i \\in x ⟩ ⟨ N ⟩ 1⟨\\times⟩1</p>"),
        ("see \\eqref{eq:a_b} and \\ref{c}, \\ref{d e}", "<p>see ⟨\\eqref{eq:a_b}⟩ and ⟨\\ref{c}⟩, \\ref{d e}</p>"),
        ("$x\n\ny$", "<p>$x</p>\n<p>y$</p>"), ("$$x", "<p>$$x</p>"),
        ("$$ $$", "<p>$$ $$</p>"),
        // Around and in other syntax.
        ("**$a_b$** _$c$_", "<p><strong>⟨a_b⟩</strong> <em>⟨c⟩</em></p>"),
        ("> $$\n> x\n> $$", "<blockquote>\n<p>⟪\nx\n⟫</p>\n</blockquote>"),
        ("![the $x_1$](a.png)", "<p><img src=\"a.png\" alt=\"the $x_1$\" /></p>"),
        ("a {{x}} $y^{{z}}$", "<p>a {{x}} ⟨y^{{z}}⟩</p>"), ("$a[^1]$", "<p>⟨a[^1]⟩</p>"),
        // Markdown's escapes in formulas that kramdown would read as Markdown.
        (#"$w\_i$ $$w\_i$$"#, #"<p>⟨w_i⟩ ⟨w\_i⟩</p>"#), (#"\\( \\{x\\} \\\\ y \\)"#, #"<p>⟨ \{x\} \\ y ⟩</p>"#),
        ("$a &lt; b &amp; c$", "<p>⟨a < b & c⟩</p>"),
    ])
    func isRead(text: String, expected: String) throws {
        #expect(try html(text) == expected)
    }

    @Test(arguments: [
        "$", "$$", "\\(", "\\[ ", "`", "``` ", "<a", "<code>", "<!--", "\\begin{a}\n", "$a", "\\ref{", "$x$ ",
    ])
    func manyBeginningsTakeNoTime(piece: String) throws {
        _ = try read(String(repeating: piece + "a", count: 3_000))
    }

    @Test func standsInTablesAndFootnotes() throws {
        let html = try html("| a | b |\n|---|---|\n| $|x|_1$ | c |\n\nT[^1]\n\n[^1]: Of $y_1$.\n")
        #expect(html.contains("<td>\n⟨|x|_1⟩\n</td>"))
        #expect(html.contains("Of ⟨y_1⟩."))
    }

    @Test func keepsLines() throws {
        let text = "a\n\n$$\nx\n\ny\n$$\n\n$b$ [c](dead)\n"
        var lines: [Int] = []
        var handlers = Markdown.Handlers()
        handlers.link = {
            lines.append($0.line)
            return $0.text
        }
        handlers.formula = {
            lines.append($0.line)
            return ""
        }
        _ = try Markdown().html(from: text, firstLine: 10, handlers: handlers)
        #expect(lines.sorted() == [12, 18, 18])
    }

    @Test func headingsHaveTheSourceInTheirIDs() throws {
        let heading = try html("# The $$x_1$$ loss").replacing("\n", with: "")
        #expect(heading == "<h1 id=\"the-x_1-loss\">The ⟨x_1⟩ loss</h1>")
    }

    @Test func anUnsetFormulaIsShownAsCode() throws {
        let output = try Markdown().html(from: "a $\\x<y$ b")
        #expect(output.html == "<p>a <code class=\"tex\">$\\x&lt;y$</code> b</p>\n")
    }
}

/// Formulas as MathML.
struct FormulaSetterTests {
    private static let setter = FormulaSetter()

    private func set(_ texts: String...) throws -> [FormulaSetter.Result] {
        let formulas = texts.map {
            Formula(source: "$\($0)$", content: $0, delimiter: .dollars, isAlone: false, line: 1)
        }
        return try Self.setter.set(formulas)
    }

    @Test(arguments: [
        #"\mathbb{E}_{x\sim p}[\log p_\theta(x)]"#, #"\mathcal{L}(\boldsymbol{\theta})"#, #"\text{if } x"#,
        #"\operatorname{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)"#, #"\begin{cases} a & b \\ c & d\end{cases}"#,
        #"\begin{align} a &= b \\ &= c \label{eq:1}\end{align}"#, #"\begin{pmatrix} a & b \\ c & d \end{pmatrix}"#,
        #"\underbrace{a+b}_{c} \overset{!}{=} \hat{y}"#, #"\begin{eqnarray} a &=& b \end{eqnarray}"#, #"a \tag{1}"#,
        #"\eqref{eq:1} \bm{x} \mathds{1} \pmb{\mu} \color{red}{x} \textcolor{blue}{y} \bb R"#,
        #"\newcommand{\p}[2][q]{#1(#2)} \p{x}"#, #"\begin{array}{@{}c c@{}} 1 & 2 \end{array}"#,
        #"\DeclareMathOperator*{\argmx}{arg\,max} \argmx_x"#, #"\displaylines{a \\ b}"#,
        #"\{x \mid y\} \xrightarrow{d} \varnothing"#,
    ])
    func areSet(tex: String) throws {
        let result = try set(tex)[0]
        #expect(result.problem == nil)
        let html = try #require(result.html)
        let tree = try XMLNode.parsed(html)
        #expect(tree.name == "math")
        #expect(tree.attributes["alttext"] == tex)
        // No TeX is left in the text, and no letter depends on a variant that browsers do not know.
        #expect(!tree.text.contains("\\"))
        #expect(!tree.all.contains { ($0.attributes["mathvariant"] ?? "normal") != "normal" })
    }

    @Test func lettersOfOtherAlphabetsAreUnicodes() throws {
        let text = try set(#"\mathbb{R}\mathcal{L}\mathbf{x}\boldsymbol{\theta}\mathfrak{g}"#)[0].html.map {
            try XMLNode.parsed($0).text
        }
        #expect(text == "ℝℒ𝐱𝜽𝔤")
    }

    @Test func columnsOfEquationsMeet() throws {
        let tree = try XMLNode.parsed(try #require(set(#"\begin{align*} a &= b \\ c &= d \end{align*}"#)[0].html))
        let styles = tree.all.filter { $0.name == "mtd" && !$0.text.isEmpty }.map { $0.attributes["style"] ?? "" }
        #expect(
            styles == ["text-align: right; padding-inline: 0", "text-align: left; padding-inline: 0"] + styles[..<2])
    }

    @Test func commandsOfEarlierFormulasAreKnownInTheirTextOnly() throws {
        let results = try set(#"\newcommand{\E}{\mathbb{E}} \def\R#1{r_{#1}}"#, #"\E \R1"#)
        #expect(results.allSatisfy { $0.problem == nil })
        #expect(try set(#"\E"#)[0].problem?.contains(#"\E"#) == true)
    }

    @Test func labelsAreNumbersThatReferencesShow() throws {
        let texts = [
            #"\begin{equation} a \label{one} \end{equation}"#, #"b \label{two} \tag{*}"#,
            #"\begin{align} c &= d \label{three} \\ e &= f \label{four}\end{align}"#,
            #"\eqref{two} \ref{four} \eqref{five}"#,
            #"\begin{aligned} a \label{six} \end{aligned}"#,
        ]
        let formulas = texts.map {
            Formula(source: $0, content: $0, delimiter: .square(isDoubled: false), isAlone: true, line: 1)
        }
        let set = try Self.setter.set(formulas).map { try XMLNode.parsed(try #require($0.html)).text }
        #expect(set[0].contains("(1)") && set[1].contains("(*)") && set[2].contains("(2)") && set[2].contains("(3)"))
        #expect(set[3].contains("(*)") && set[3].contains("3") && set[3].contains("(five)"))
    }

    @Test(arguments: [#"\nosuchthing"#, #"\frac{a"#, #"a & b"#, #"\def\a{\a\a}\a"#])
    func aFormulaThatCannotBeSetSaysWhy(tex: String) throws {
        let result = try set(tex)[0]
        #expect(result.html == nil)
        #expect(result.problem?.isEmpty == false && result.problem?.contains("\u{332}") == false)
    }

    @Test func nothingInAFormulaRuns() throws {
        for tex in [
            #"\href{javascript:alert(1)}{x}"#, #"\htmlData{a=b}{x}"#, #"\includegraphics{x}"#, #"\text{<script>}"#,
        ] {
            guard let html = try set(tex)[0].html else { continue }
            let names = try XMLNode.parsed(html).all.flatMap { [$0.name] + $0.attributes.keys }
            #expect(!names.contains { ["script", "a", "href", "img", "src"].contains($0) || $0.hasPrefix("data") })
        }
    }

    @Test func deepFormulasDoNotTrap() throws {
        let result = try set(String(repeating: "{", count: 20_000))[0]
        #expect(result.problem != nil)
    }
}
