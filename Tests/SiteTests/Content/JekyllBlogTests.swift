// A blogger's posts as they are: small blogs as Jekyll has them, and the trees of the pages that come out.

import Foundation
import Render
import TestTree
import Testing

@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct JekyllBlogTests {
    private static let configuration = WriterProject.configuration + "\nbaseURL: https://example.org/atlas/"

    private func blog(_ files: [String: String], settings: String = "") throws -> WriterProject {
        try WriterProject(files, configuration: Self.configuration + settings)
    }

    private static func post(_ body: String, _ frontMatter: String = "title: T") -> String {
        "---\n\(frontMatter)\n---\n\(body)\n"
    }

    /// The text of a post as a tree.
    private func prose(_ path: String, in writer: WriterProject, _ pages: ContentPages) throws -> XMLNode {
        let html = try #require(try writer.html(path, in: pages))
        let start = try #require(html.range(of: "<div class=\"prose\">"))
        let end = try #require(html.range(of: "</div>\n", options: .backwards, range: start.lowerBound..<html.endIndex))
        return try XMLNode.parsed(String(html[start.lowerBound..<end.upperBound]))
    }

    private static let a = "_posts/2024-03-01-a.md"
    private static let aPage = "2024/03/01/a.html"

    @Test func mathematicsIsMathML() throws {
        let text = """
            The loss $$\\mathbf{p}_0 + \\{x\\} -- y$$ is a number.

            $$
            L(\\theta) = \\begin{pmatrix} a_1 & b_1 \\\\ a_2 & b_2 \\end{pmatrix} * w_i * x_i
            $$

            Also \\\\(q_i^2\\\\) and $w_a \\cdot w_b$, for $5 and $6. $\\nosuch$
            """
        let writer = try blog([Self.a: Self.post(text)])
        let pages = try writer.pages()
        let tree = try prose(Self.aPage, in: writer, pages)
        let formulas = tree.all.filter { $0.name == "math" }
        #expect(formulas.map { $0.attributes["display"] } == [nil, "block", nil, nil])
        #expect(tree.all.filter { ["em", "strong"].contains($0.name) }.isEmpty)
        #expect(tree.all.filter { $0.name == "code" }.map(\.text) == ["$\\nosuch$"])
        #expect(tree.text.contains("for $5 and $6."))
        #expect(pages.warnings.count == 1 && pages.warnings[0].contains("a.md:10: the formula \\nosuch cannot be set"))
        // A second build reads them from the store.
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(writer.folder.path)/.atlas/formulas").count == 1)
        #expect(try prose(Self.aPage, in: writer, try writer.pages()).text == tree.text)
    }

    @Test func codeIsColoured() throws {
        let text =
            "```python\nreturn 1.5 # <b>\n```\n\n{% highlight c++ %}\nint x;\n{% endhighlight %}\n\n```\nreturn\n```"
        let writer = try blog([Self.a: Self.post(text)])
        let pages = try writer.pages()
        let tree = try prose(Self.aPage, in: writer, pages)
        let blocks = tree.all.filter { $0.name == "code" }
        #expect(blocks.map(\.text) == ["return 1.5 # <b>\n", "int x;\n", "return\n"])
        let parts = tree.all.filter { $0.name == "span" }
        #expect(parts.map(\.text) == ["return ", "1.5 ", "# <b>\n", "int"])
        #expect(parts.map { $0.attributes["class"] } == ["k", "m", "c", "k"])
        #expect(pages.warnings == [])
        // Each class has a colour, and those colours have two values: for light and for dark pages.
        let style = try String(contentsOfFile: "\(Installation.folder("templates"))/assets/atlas.css", encoding: .utf8)
        for name in ["c", "k", "s", "m", "nf", "nt", "nv", "gd", "gi"] {
            let rule = try #require(
                style.split(separator: "\n").first { $0.contains("pre .\(name) ") || $0.contains("pre .\(name),") })
            let colour = try #require(rule.firstMatch(of: /color: var\((--[a-z0-9-]+)\)/)).1
            #expect(style.components(separatedBy: "    \(colour): #").count == 2 && style.contains("\n  \(colour): #"))
        }
    }

    @Test func theStoreKeepsWhatTheTextsHave() throws {
        let writer = try blog([Self.a: Self.post("$$x$$\n\n```c\nint\n```")])
        func files() throws -> [String] {
            try ["formulas", "code"].flatMap {
                try FileManager.default.contentsOfDirectory(atPath: "\(writer.folder.path)/.atlas/\($0)")
            }
        }
        try writer.pages().removeUnusedResults()
        let first = try files()
        #expect(first.count == 2)
        try Self.post("$$x$$\n\n```c\nlong\n```").write(
            toFile: "\(writer.folder.path)/\(Self.a)", atomically: true, encoding: .utf8)
        let pages = try writer.pages()
        #expect(try files().count == 3)
        try pages.removeUnusedResults()
        #expect(try files().count == 2 && files()[0] == first[0] && files()[1] != first[1])
    }

    @Test func liquidIsRead() throws {
        let text = """
            ![A square]({{ site.baseurl }}/pics/pic.png) ![The same]({{ "/pics/pic.png" | relative_url }})

            See [the other]({% post_url 2024-03-02-b %}) and [it]({% link _posts/2024-03-02-b.md %}) of {{ page.title }}.

            {% raw %}Write `{{ x }}` for a value.{% endraw %}

            {% comment %}not for readers{% endcomment %}

            {% highlight python linenos %}
            a = 1
            {% endhighlight %}

            {% for x in y %}
            """
        let writer = try blog([
            Self.a: Self.post(text), "_posts/2024-03-02-b.md": Self.post("B"), "content/pics/pic.png": "x",
        ])
        let pages = try writer.pages()
        let tree = try prose(Self.aPage, in: writer, pages)
        #expect(
            tree.all.filter { $0.name == "img" }.map { $0.attributes["src"] } == [
                "../../../pics/pic.png", "../../../pics/pic.png",
            ])
        #expect(
            tree.all.filter { $0.name == "a" }.map { $0.attributes["href"] } == [
                "../../../2024/03/02/b.html", "../../../2024/03/02/b.html",
            ])
        #expect(tree.all.filter { $0.name == "code" }.map(\.text) == ["{{ x }}", "a = 1\n"])
        #expect(tree.text.contains("of T.") && !tree.text.contains("not for readers"))
        #expect(pages.losses == [])
        #expect(pages.warnings.count == 1 && pages.warnings[0].contains("a.md:16: the Liquid tag {% for x in y %}"))
    }

    @Test func picturesOfTheProjectsFoldersAppear() throws {
        let text = """
            ![a](/assets/img/pic.png) ![b](/images/plot.png) ![c](img/c.png) ![d](https://example.org/atlas/images/d.png)
            ![e](../../../images/plot.png) ![f](/_data/x.png) ![g](/atlas.yml) ![h](/.git/x)
            """
        let writer = try blog([
            Self.a: Self.post(text), "content/assets/img/pic.png": "x", "images/plot.png": "x", "img/c.png": "x",
            "images/d.png": "x", "_data/x.png": "x", ".git/x": "x",
        ])
        let pages = try writer.pages()
        #expect(pages.assets.map(\.path) == ["assets/img/pic.png", "images/d.png", "images/plot.png", "img/c.png"])
        #expect(pages.losses.count == 3)
        let sources = try prose(Self.aPage, in: writer, pages).all.filter { $0.name == "img" }.map {
            $0.attributes["src"] ?? ""
        }
        #expect(sources.prefix(5).allSatisfy { $0.hasPrefix("../../../") })
    }

    @Test(arguments: [
        ("description: D\nexcerpt: E", "D"), ("excerpt: \"<b>E</b> *e*\"", "E e"), ("title: T", "Some text."),
        ("excerpt_separator: \"[cut]\"", "Some text. And more. [cut] Not this."),
    ]) func excerpts(frontMatter: String, expected: String) throws {
        let text =
            "<style> .wide { color: red } </style>\n\n{% for %}\n\nSome *text*.\n\nAnd more.\n[cut]\nNot this.\n\nNor this."
        let writer = try blog([Self.a: Self.post(text, frontMatter)])
        #expect(try writer.pages().posts[0].excerpt == expected)
    }

    @Test func anExcerptEndsAtItsSeparatorOrAfterASentence() throws {
        let sentence = "This sentence has some forty letters in it. "
        let writer = try blog([
            Self.a: Self.post("One.\n\nTwo.\n\n<!--more-->\n\nThree."),
            "_posts/2024-03-02-b.md": Self.post(String(repeating: sentence, count: 20)),
        ])
        let posts = try writer.pages().posts
        #expect(posts[1].excerpt == "One. Two.")
        #expect(posts[0].excerpt == String(repeating: sentence, count: 5).trimmingCharacters(in: .whitespaces))
    }

    @Test func whatIsLeftOutIsNamed() throws {
        let files = [
            "_posts/_2024-03-01-not-yet.md": Self.post("x"), "_posts/_old/2024-03-01-old.md": Self.post("x"),
            "content/posts/2099-01-01-future.md": Self.post("x"),
            "content/posts/2024-01-01-off.md": Self.post("x", "published: false"),
            Self.a: Self.post("[x](_2024-03-01-not-yet.md)"),
        ]
        let writer = try blog(files)
        let content = try writer.content()
        #expect(content.posts.map(\.post.path) == [Self.aPage])
        let skipped = content.skipped.map { "\(($0.file as NSString).lastPathComponent): \($0.reason)" }.sorted()
        #expect(
            skipped == [
                "2024-01-01-off.md: published: false", "2024-03-01-old.md: its name begins with an underscore",
                "2099-01-01-future.md: dated 2099-01-01", "_2024-03-01-not-yet.md: its name begins with an underscore",
            ])
        #expect(try writer.content(drafts: true).posts.count == 3)
        let pages = try writer.pages()
        #expect(pages.losses.count == 1 && pages.losses[0].contains("is a draft"))
        #expect(pages.warnings == [])
    }

    @Test func addressesAreThoseThatWereWritten() throws {
        let writer = try blog([
            Self.a: Self.post("x", "permalink: /about-neurons/"),
            "_posts/2024-03-02-b.md": Self.post("x", "permalink: /old/page.htm"),
            "_posts/2024-03-03-c.md": Self.post("x", "permalink: /gpt-2.5\nredirect_from: [/c/, /old/c.html]"),
            "_posts/2024-03-04-d.md": Self.post("x", "date: 2024-03-04 23:30:00 -0800"),
        ])
        let pages = try writer.pages()
        let paths = pages.pages.map(\.path)
        #expect(
            Set(paths).isSuperset(of: [
                "about-neurons/index.html", "old/page.htm", "gpt-2.5.html", "2024/03/05/d.html", "c/index.html",
                "old/c.html",
            ]))
        let feed = Dictionary(uniqueKeysWithValues: pages.feed.map { ($0.path, $0) })
        #expect(feed["about-neurons/"] != nil && feed["old/page.htm"] != nil)
        let redirect = try #require(try writer.html("c/index.html", in: pages))
        #expect(redirect.contains("<meta http-equiv=\"refresh\" content=\"0; url=../gpt-2.5.html\">"))
        let taken = try blog([
            Self.a: Self.post("x"), "_posts/2024-03-02-b.md": Self.post("x", "redirect_from: /2024/03/01/a.html"),
        ])
        #expect(
            taken.message().contains("b.md: redirect_from names 2024/03/01/a.html, but 2024/03/01/a.html belongs to"))
    }

    @Test func theSitesZoneDecidesTheDay() throws {
        let files = [Self.a: Self.post("x", "date: 2024-03-04 23:30:00 +0900")]
        #expect(try blog(files).content().posts[0].post.path == "2024/03/04/a.html")
        #expect(
            try blog(files, settings: "\ntimezone: Asia/Tokyo").content().posts[0].post.date.display == "4 March 2024")
        #expect(
            try blog(files, settings: "\ntimezone: Pacific/Auckland").content().posts[0].post.path
                == "2024/03/05/a.html")
        #expect(
            try blog(files, settings: "\ntimezone: Mars").message().contains("timezone: expected a time zone such as"))
    }

    @Test func boldMeetsChinesePunctuation() throws {
        let text = "**纹理：**而不是**形状：**纹理。他说**“好”**吗？*「a」*b `**：**而` **a**b"
        let writer = try blog([Self.a: Self.post(text)])
        let tree = try prose(Self.aPage, in: writer, try writer.pages())
        #expect(tree.all.filter { $0.name == "strong" }.map(\.text) == ["纹理：", "形状：", "“好”", "a"])
        #expect(tree.all.filter { $0.name == "em" }.map(\.text) == ["「a」"])
        #expect(tree.all.filter { $0.name == "code" }.map(\.text) == ["**：**而"])
        #expect(tree.text.trimmingCharacters(in: .newlines) == "纹理：而不是形状：纹理。他说“好”吗？「a」b **：**而 ab")
    }

    @Test(arguments: [
        ("title: T\nlang: ar", "", "ar", "rtl"), ("title: T", "\nlang: fa", "fa", "rtl"), ("title: T", "", "en", "ltr"),
        ("title: T\nlang: pt_BR\ndir: auto", "", "pt-BR", "auto"), ("title: T\nlang: az-Arab", "", "az-Arab", "rtl"),
    ]) func languages(frontMatter: String, settings: String, language: String, direction: String) throws {
        let writer = try blog([Self.a: Self.post("x", frontMatter)], settings: settings)
        let site = SiteContext(title: "S", language: try writer.project().configuration.language?.value ?? "en")
        let templates = try Theme.templates(in: [URL(fileURLWithPath: Installation.folder("templates"))])
        let page = try #require(try writer.pages().pages.first { $0.path == Self.aPage })
        let html = try page.html(templates, in: site)
        #expect(html.contains("<html lang=\"\(language)\" "))
        #expect(html.contains("<article class=\"post\" dir=\"\(direction)\">"))
    }

    @Test func warningsOfOneKindAreOneLineAndLossesAreApart() throws {
        let lines = (0..<40).map { _ in "{% for x in y %}\n" }.joined(separator: "\n")
        let writer = try blog([Self.a: Self.post(lines + "\n[a](dead.md) ![b](lost.png)")])
        let pages = try writer.pages()
        #expect(pages.warnings.count == 1)
        #expect(pages.warnings[0].contains("a.md:4: "))
        #expect(pages.warnings[0].contains("(40 times, lines 4, 6, 8"))
        #expect(pages.losses.map { $0.contains("dead.md") || $0.contains("lost.png") } == [true, true])
    }

    @Test(arguments: [
        (
            "title: Neurons: a tour",
            "a.md:2:15: a text with a colon in it needs quotes; write: title: \"Neurons: a tour\""
        ),
        ("title: @home", "a.md:2:8: a text with the sign @ in it needs quotes; write: title: \"@home\""),
        ("title: [draft] x", "write: title: \"[draft] x\""), ("title: \"A\": b", "not YAML"),
        ("title: The \"A\": b", "write: title: 'The \"A\": b'"),
    ]) func slipsInFrontMatterSayWhatToWrite(frontMatter: String, message: String) throws {
        #expect(try blog([Self.a: Self.post("x", frontMatter)]).message().contains(message))
    }

    @Test func aRepeatedKeyCountsAsItsLastValue() throws {
        let writer = try blog([
            Self.a: Self.post("x", "toc: true\ntitle: A\nauthors:\n  - a\ntitle: B\nauthors:\n  - b\n")
        ])
        let pages = try writer.pages()
        #expect(pages.posts.map(\.title) == ["B"])
        #expect(pages.warnings.count == 2)
        #expect(pages.warnings[0].contains("a.md:3: the key \"title\" is also on line 6, whose value counts"))
    }

    @Test func theFeedsAddressesAreAbsolute() throws {
        let text = "![p](pic.png) [b](2024-03-02-b.md) [#](#x)\n\n![Two runs](neuron:heads.head/1?seeds=0,1)"
        let writer = try blog([
            Self.a: Self.post(text, "title: T\npermalink: /x/"), "_posts/2024-03-02-b.md": Self.post("B"),
            "_posts/pic.png": "x",
        ])
        let pages = try writer.pages()
        let feed = Feed(title: "S", baseURL: "https://example.org/atlas/", entries: pages.feed)
        let xml = try XMLNode.parsed(try #require(feed.xml))
        let entry = try #require(xml.children.last { $0.name == "entry" })
        let content = try #require(entry.children.first { $0.name == "content" })
        let tree = try XMLNode.parsed("<div>\(content.text.replacing(/(<img [^>]*[^\/])>/) { "\($0.1)/>" })</div>")
        let addresses = tree.all.compactMap { $0.attributes["src"] ?? $0.attributes["href"] }
        #expect(addresses.allSatisfy { $0.hasPrefix("https://example.org/atlas/") })
        #expect(addresses.contains("https://example.org/atlas/x/pic.png"))
        #expect(addresses.contains("https://example.org/atlas/2024/03/02/b.html"))
        #expect(addresses.contains("https://example.org/atlas/x/#x"))
        // Runs are pictures with a caption.
        let figure = try #require(tree.all.first { $0.name == "figure" })
        #expect(figure.all.count { $0.name == "img" } == 2 && !tree.all.contains { $0.name == "li" })
        #expect(figure.children.last?.name == "figcaption" && figure.children.last?.text.hasPrefix("Two runs") == true)
    }

    @Test func staticFilesAreCopiedAsTheyAre() throws {
        let writer = try blog([
            "static/favicon.ico": "x", "content/static/.well-known/a": "x", "static/proof.html": "x",
            Self.a: Self.post("[icon](/favicon.ico)"),
        ])
        #expect(try writer.content().staticFiles.map(\.path) == [".well-known/a", "favicon.ico", "proof.html"])
        let pages = try writer.pages()
        #expect(pages.losses == [] && pages.assets == [])
        for (file, reason) in [
            ("static/index.html", "belongs to the site itself"),
            ("static/layers/x", "the folder layers belongs to the site itself"),
            ("static/.git/x", ".git belongs to the folder's owner"),
        ] {
            #expect(try blog([file: "x"]).message().contains(reason), "\(file)")
        }
    }
}
