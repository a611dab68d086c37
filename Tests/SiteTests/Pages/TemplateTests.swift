// Templates: errors with file and line, overriding, and escaping of hostile text on every page.

import Foundation
import Testing

@testable import Render
@testable import Site

struct TemplateTests {
    private static let assets = [
        "atlas.css", "atlas.js", "embed.js", "film.js", "icon.svg", "layer.js", "map.js", "pins.js", "search.js",
    ]

    @Test func theBuiltInThemeIsSound() throws {
        let templates = try SampleSite.templates()
        #expect(templates.texts.keys.contains("layout"))
        #expect(templates.assets.map(\.name) == Self.assets)
    }

    @Test(arguments: [
        ("{{titel}}", "404.mustache:2: no context here has the key titel"),
        ("{{site.titel}}", "404.mustache:2: no context here has the key site.titel: site has no titel"),
        ("{{#site}}{{titel}}{{/site}}", "did you mean \"title\"?"),
        ("{{#site}}{{navigation}}{{/site}}", "404.mustache:2: navigation is not text"),
        ("{{{root}}}", "404.mustache:2: root is text, which is always escaped: write {{root}}"),
        ("{{&root}}", "404.mustache:2: root is text"),
        ("{{#site}}", "404.mustache:2: the section site does not end with {{/site}}"),
        ("{{#site}}{{/page}}", "404.mustache:2: found {{/page}}, expected {{/site}} to end the section of line 2"),
        ("{{/site}}", "404.mustache:2: {{/site}} ends a section that was not started"),
        ("{{root", "404.mustache:2: the tag that starts here does not end with }}"),
        ("{{{root}}", "404.mustache:2: the tag that starts here does not end with }}}"),
        ("{{}}", "404.mustache:2: {{}} is not a template tag"),
        ("{{>}}", "404.mustache:2: {{>}} is not a template tag"),
        ("{{uppercased(root)}}", "404.mustache:2: {{uppercased(root)}} is not a template tag"),
        ("{{=<% %>=}}", "404.mustache:2: {{=<% %>=}} is not a template tag"),
        ("{{.}}", "404.mustache:2: no context here has the key ."),
        ("{{>layuot}}", "404.mustache:2: there is no template layuot.mustache; did you mean \"layout\"?"),
        ("{{>404}}", "404.mustache:2: 404.mustache includes itself (404 → 404)"),
        ("{{<layout}}{{root}}{{/layout}}", "404.mustache:2: only {{$block}} is allowed directly inside a layout"),
        ("{{<layout}}{{$content}}{{nope}}{{/content}}{{/layout}}", "404.mustache:2: no context here has the key nope"),
        (
            "{{<layout}}\n{{$contnet}}x{{/contnet}}{{/layout}}",
            "404.mustache:3: layout.mustache has no block contnet; did you mean \"content\"? (its blocks: content, head, title)"
        ),
        ("{{<layout}}{{$content}}{{<layout}}{{$main}}{{/main}}{{/layout}}{{/content}}{{/layout}}", "has no block main"),
        ("{{! a\ncomment }}\n{{nope}}", "404.mustache:4: no context here has the key nope"),
    ])
    func brokenTemplatesNameFileAndLine(text: String, message: String) throws {
        let texts = try SampleSite.texts(replacing: "404", with: "first line\n" + text)
        let error = #expect(throws: RenderError.self) { try Templates(texts: texts, roots: Theme.roots) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    /// Headings of texts get other ids than those that templates have.
    @Test func everyIDOfTheThemeIsKnown() throws {
        for (name, template) in try SampleSite.texts() {
            for id in template.text.matches(of: /\sid="([^"{]*)"/) {
                #expect(HeadingIDs.templateIDs.contains(String(id.1)), "\(id.1) in \(name).mustache")
            }
        }
    }

    @Test func errorsInPartialsNameThePartial() throws {
        let texts = try SampleSite.texts(replacing: "card", with: "\n\n{{path}} {{excerpt}}")
        let error = #expect(throws: RenderError.self) { try Templates(texts: texts, roots: Theme.roots) }
        #expect(error?.description.hasPrefix("card.mustache:3: no context here has the key excerpt") == true)
    }

    @Test func htmlMustBeWrittenRaw() throws {
        let texts = try SampleSite.texts(replacing: "post", with: "{{content}}")
        #expect(throws: RenderError("post.mustache:1: content is HTML: write {{{content}}}")) {
            try Templates(texts: texts, roots: Theme.roots)
        }
    }

    @Test func missingTemplatesAndFoldersAreNamed() throws {
        var texts = try SampleSite.texts()
        texts["layer"] = nil
        #expect(throws: RenderError("there is no template layer.mustache, which makes the page of one layer")) {
            try Templates(texts: texts, roots: Theme.roots)
        }
        #expect(throws: RenderError("/nonexistent: the template folder does not exist")) {
            try Theme.templates(in: [URL(fileURLWithPath: "/nonexistent")])
        }
    }

    @Test func aUsersFilesTakeTheBuiltInOnesPlaces() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "assets"), withIntermediateDirectories: true)
        try Data("{{root}}: gone".utf8).write(to: folder.appending(path: "404.mustache"))
        try Data("body {}".utf8).write(to: folder.appending(path: "assets/atlas.css"))
        let templates = try Theme.templates(in: [SampleSite.folder, folder])
        let page = NotFoundPage(site: SampleSite.site(root: "../"), page: SampleSite.page("x"))
        #expect(try templates.render(page) == "../: gone")
        #expect(templates.assets.map(\.name) == Self.assets)
        #expect(templates.assets[0].url.path.hasPrefix(folder.path))
        try Data([0xFF, 0xFE, 0x00]).write(to: folder.appending(path: "404.mustache"))
        let error = #expect(throws: RenderError.self) { try Theme.templates(in: [SampleSite.folder, folder]) }
        #expect(error?.description.contains("404.mustache: cannot be read as UTF-8") == true)
    }

    @Test func templatesWithoutUseAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "parts"), withIntermediateDirectories: true)
        // Without its partials the figure leaves a built-in template without use, which is no mistake.
        try Data("{{>own}}".utf8).write(to: folder.appending(path: "figure-runs.mustache"))
        try Data("{{<layout}}{{$content}}{{>own}}{{/content}}{{/layout}}".utf8)
            .write(to: folder.appending(path: "neuron.mustache"))
        try Data("{{root}}".utf8).write(to: folder.appending(path: "own.mustache"))
        _ = try Theme.templates(in: [SampleSite.folder, folder])
        for (name, suggestion) in [("psot", "; did you mean \"post\"?"), ("parts/own", "")] {
            let file = folder.appending(path: "\(name).mustache")
            try Data("x".utf8).write(to: file)
            let message = "\(file.path): no page and no other template uses it; rename or remove it\(suggestion)"
            #expect(throws: RenderError(message)) { try Theme.templates(in: [SampleSite.folder, folder]) }
            try FileManager.default.removeItem(at: file)
        }
    }

    @Test func contextsThatHaveNoValueDoNotLookAround() throws {
        // A row has a title key and no title: the site's and the page's must not stand in.
        var texts = try SampleSite.texts(
            replacing: "figure-runs", with: "{{#rows}}[{{title}}]{{#runs}}({{note}}){{/runs}}{{/rows}}")
        texts["rows"] = ("", "rows.mustache")
        let run = RunContext(title: "r", image: nil, width: 1, height: 1, alternative: "")
        let figure = RunsFigure(
            root: "", rows: [RunRowContext(runs: [run])], caption: .init(html: "c", note: "caption's note"))
        #expect(try Templates(texts: texts, roots: Theme.roots).render(figure) == "[]()")
    }

    /// Escaping works on scalars: a combining mark does not hide the character before it.
    @Test(arguments: [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onmouseover='alert(1)",
        "\"\u{301} onmouseover=alert(1) x=\"\u{301}", "<\u{301}script>", "{{root}} {{{root}}}", "&lt;script&gt;",
        "\u{202E}gnp.<script>", "]]><script>", "</title></style></svg><script>",
    ])
    func hostileTextIsEscapedEverywhere(text: String) throws {
        let templates = try SampleSite.templates()
        // The scripts, handlers and quotation marks that the theme itself has.
        let harmless = Dictionary(
            uniqueKeysWithValues: try SampleSite.everything("harmless", templates: templates).map { ($0.name, $0.html) }
        )
        for (name, html) in try SampleSite.everything(text, templates: templates) {
            for mark in ["<script", "\"", "<", ">", "'"] {
                let expected = harmless[name].map { HTMLCount.count(mark, in: $0) }
                #expect(HTMLCount.count(mark, in: html) == expected, "\(mark) on the page \(name)")
            }
            #expect(html.contains(HTML.escaped(text)), "the text itself on the page \(name)")
        }
    }

    /// A title that turns the direction of writing does not turn what follows it.
    @Test func titlesInRunningTextAreIsolated() throws {
        let title = "\u{202E}eltit"
        for (name, html) in try SampleSite.everything(title, templates: try SampleSite.templates())
        where ["neuron", "post", "posts", "index"].contains(name) {
            #expect(html.contains("<bdi>\(title)</bdi></a>"), "on the page \(name)")
        }
    }

    @Test func everyTemplateAndKeyIsDocumented() throws {
        let documentation = Theme.documentation(builtInFolder: "/a/b")
        for name in try SampleSite.texts().keys { #expect(documentation.contains("- `\(name).mustache`")) }
        #expect(documentation.contains("The built-in files are in `/a/b`."))
        for key in NeuronPage.schema.keys { #expect(documentation.contains("- `\(key.name)` (")) }
        #expect(documentation.contains("## RunContext"))
    }

    @Test func escaping() {
        #expect(HTML.escaped("a<b>&\"'é") == "a&lt;b&gt;&amp;&quot;&#39;é")
        #expect(HTML.escaped("plain") == "plain")
    }
}

/// Counts bytes, because Swift's characters may hide them.
enum HTMLCount {
    static func count(_ mark: String, in html: String) -> Int {
        let mark = Array(mark.utf8)
        let bytes = Array(html.utf8)
        guard bytes.count >= mark.count else { return 0 }
        return (0...(bytes.count - mark.count)).count { start in
            mark.indices.allSatisfy { bytes[start + $0] == mark[$0] }
        }
    }
}
