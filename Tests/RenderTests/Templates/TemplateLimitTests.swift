// Templates that would nest without end, or make pages without bound: each is refused with file and line, or is rendered.

import Testing

@testable import Render

struct TemplateLimitTests {
    /// Templates p1, p2, …, each made from the name of the next one; `page` is made from the first, the last is empty.
    private static func chain(_ levels: Int, _ text: (String) -> String) -> [String: String] {
        var texts = ["p\(levels)": ""]
        for level in 1..<levels { texts["p\(level)"] = text("p\(level + 1)") }
        texts["page"] = text("p1")
        return texts
    }

    private static let doublings: [String: @Sendable (String) -> String] = [
        "partials": { "{{>\($0)}}{{>\($0)}}" },
        "layouts": { "{{<\($0)}}{{/\($0)}}{{<\($0)}}{{/\($0)}}" },
        "in sections of two contexts": { "{{#entry}}{{>\($0)}}{{/entry}}{{#entries}}{{>\($0)}}{{/entries}}" },
        "in a section and outside": { "{{#entry}}{{>\($0)}}{{/entry}}{{>\($0)}}" },
        "in sections and their inverses": { "{{#no}}{{>\($0)}}{{/no}}{{^no}}{{>\($0)}}{{/no}}" },
        "in blocks": { "{{$b}}{{>\($0)}}{{/b}}{{$b}}{{>\($0)}}{{/b}}" },
    ]

    @Test(arguments: doublings.keys.sorted(), [22, 45])
    func includesThatDoubleAreRefused(name: String, levels: Int) throws {
        let text = try #require(Self.doublings[name])
        let error = #expect(throws: RenderError.self) { try SampleTemplates.load(Self.chain(levels, text)) }
        let message = error?.description ?? ""
        #expect(message.contains("page.mustache and what it includes have 1,"), "\(message)")
        #expect(message.contains(/^p\d+\.mustache:1: up to \{\{/), "\(message)")
    }

    @Test(arguments: doublings.keys.sorted())
    func longChainsOfIncludesAreRefused(name: String) throws {
        let text = try #require(Self.doublings[name])
        let error = #expect(throws: RenderError.self) { try SampleTemplates.load(Self.chain(1000, text)) }
        #expect(error?.description.contains("is too deep") == true, "\(error?.description ?? "")")
    }

    /// What fills a block is walked with what fills the blocks around it.
    @Test func blocksThatDoubleAreRefused() throws {
        var texts = ["page": "{{<p1}}{{$b0}}x{{/b0}}{{/p1}}"]
        for level in 1...30 {
            texts["p\(level)"] =
                "{{<p\(level + 1)}}{{$b\(level)}}{{$b\(level - 1)}}{{/b\(level - 1)}}{{$b\(level - 1)}}{{/b\(level - 1)}}"
                + "{{/b\(level)}}{{/p\(level + 1)}}"
        }
        texts["p31"] = "{{$b30}}{{/b30}}"
        let error = #expect(throws: RenderError.self) { try SampleTemplates.load(texts) }
        #expect(
            error?.description.contains("page.mustache and what it includes have 1,0") == true,
            "\(error?.description ?? "")")
    }

    @Test func textThatDoublesIsRefused() throws {
        var texts = Self.chain(12) { "{{>\($0)}}{{>\($0)}}" }
        texts["p12"] = String(repeating: "x", count: 20_000)
        let error = #expect(throws: RenderError.self) { try SampleTemplates.load(texts) }
        #expect(error?.description.contains("81.9 MB of text; at most") == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("{{#yes}}", "{{/yes}}"), ("{{^no}}", "{{/no}}"), ("{{#entries}}", "{{/entries}}"), ("{{$b}}", "{{/b}}"),
        ("{{<part}}{{$b}}", "{{/b}}{{/part}}"),
    ])
    func sectionsNestToABoundedDepth(start: String, end: String) throws {
        func load(_ depth: Int) throws -> Templates {
            let text = String(repeating: start + "\n", count: depth) + String(repeating: end, count: depth)
            return try SampleTemplates.load(["page": text, "part": ""])
        }
        for depth in [101, 2000, 100_000] {
            let error = #expect(throws: RenderError.self) { try load(depth) }
            let message = error?.description ?? ""
            let line = start.hasPrefix("{{<") ? 51 : 101
            #expect(message.hasPrefix("page.mustache:\(line): {{"), "\(message)")
            #expect(message.contains("is too deep: sections, blocks and included templates may nest 100 deep"))
        }
    }

    @Test func templatesWithinTheDepthAreRendered() throws {
        let text = String(repeating: "{{#yes}}", count: 49) + "x" + String(repeating: "{{/yes}}", count: 49)
        let part = String(repeating: "{{^no}}", count: 49) + "{{title}}" + String(repeating: "{{/no}}", count: 49)
        let templates = try SampleTemplates.load([
            "page": text.replacing("x", with: "{{>part}}"), "part": part,
        ])
        #expect(try templates.render(SamplePage()) == "T")
        let error = #expect(throws: RenderError.self) {
            try SampleTemplates.load(["page": text.replacing("x", with: "{{#yes}}{{>part}}{{/yes}}"), "part": part])
        }
        #expect(error?.description.hasPrefix("part.mustache:1: {{^no}} is too deep") == true)
    }

    /// The text of a block that is inside itself would never end.
    @Test(arguments: [
        "{{<layout}}{{$b}}{{$b}}{{/b}}{{/b}}{{/layout}}",
        "{{<layout}}{{$b}}{{<layout}}{{$b}}{{/b}}{{/layout}}{{/b}}{{/layout}}",
        "{{<layout}}{{$b}}{{>part}}{{/b}}{{/layout}}",
    ])
    func blocksInsideThemselvesAreRefused(text: String) throws {
        let error = #expect(throws: RenderError.self) {
            try SampleTemplates.load(["page": text, "layout": "{{$b}}{{/b}}", "part": "{{$b}}{{/b}}"])
        }
        #expect(error?.description.contains(" includes itself (page → layout → {{$b}} → ") == true)
    }

    @Test(arguments: [
        ["page": "{{>a}}", "a": "{{<b}}{{$x}}{{/x}}{{/b}}", "b": "{{$x}}{{>a}}{{/x}}"],
        ["page": "{{<a}}{{$x}}{{>a}}{{/x}}{{/a}}", "a": "{{$x}}{{/x}}"],
        ["page": "{{>a}}", "a": "{{#yes}}{{>b}}{{/yes}}", "b": "{{^no}}{{<a}}{{/a}}{{/no}}"],
    ])
    func templatesInsideThemselvesAreRefused(texts: [String: String]) throws {
        let error = #expect(throws: RenderError.self) { try SampleTemplates.load(texts) }
        #expect(error?.description.contains(" includes itself (page → ") == true, "\(error?.description ?? "")")
    }

    @Test func pagesOfListsInsideListsAreBounded() throws {
        let lists = String(repeating: "{{#entries}}", count: 6) + "?" + String(repeating: "{{/entries}}", count: 6)
        for (inside, message) in [("", "has 10,000,001 tags"), (String(repeating: "x", count: 10_000), "64.0 MB")] {
            let templates = try SampleTemplates.load(["page": "\n" + lists.replacing("?", with: inside)])
            #expect(try templates.render(SamplePage(count: 1)) == "\n" + inside)
            let error = #expect(throws: RenderError.self) { try templates.render(SamplePage(count: 1000)) }
            #expect(error?.description.hasPrefix("page.mustache:2: up to {{#entries}}, the page of page") == true)
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test func longTemplatesAreRead() throws {
        let line = "{{title}} {{#yes}}{{{html}}}{{/yes}}\(String(repeating: "x", count: 100))"
        let count = 50_000
        for end in ["\n", ""] {
            let text = String(repeating: line + end, count: count)
            let page = try SampleTemplates.load(["page": "{{>part}}", "part": text]).render(SamplePage())
            #expect(page.utf8.count == (10 + 100 + end.utf8.count) * count)
        }
    }

    @Test func oneTemplateIsIncludedOften() throws {
        var texts = ["page": ""]
        for index in 0..<2000 {
            texts["page", default: ""] += "{{>p\(index)}}"
            texts["p\(index)"] = "{{<layout}}{{$b}}{{title}}{{/b}}{{/layout}}"
        }
        texts["layout"] = "{{#entries}}{{$b}}{{/b}}{{/entries}}"
        #expect(try SampleTemplates.load(texts).render(SamplePage()) == String(repeating: "TT", count: 2000))
    }

    /// A block is checked in the contexts of its layout, and where an outer template takes its place.
    @Test func whatFillsBlocksIsChecked() throws {
        #expect(
            try SampleTemplates.load([
                "page": "{{<layout}}{{$b}}{{title}}{{/b}}{{/layout}}", "layout": "{{#entry}}{{$b}}{{/b}}{{/entry}}",
            ]).render(SamplePage()) == "T")
        let error = #expect(throws: RenderError.self) {
            try SampleTemplates.load([
                "page": "{{<inner}}{{$b}}x{{/b}}{{/inner}}",
                "inner": "{{<layout}}\n{{$b}}{{nope}}{{/b}}{{/layout}}", "layout": "{{$b}}{{/b}}",
            ])
        }
        #expect(error?.description.hasPrefix("inner.mustache:2: no context here has the key nope") == true)
    }
}
