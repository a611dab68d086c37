// Contexts with every kind of key, for the tests of templates.

@testable import Render

/// A page with a list of entries.
struct SamplePage: TemplateRoot {
    static let template = "page"
    static let summary = "makes the sample"
    static let keys: [TemplateKey<SamplePage>] = [
        .text("title", "the title") { _ in "T" },
        .html("html", "some HTML") { _ in "<b>x</b>" },
        .flag("yes", "yes") { _ in true },
        .flag("no", "no") { _ in false },
        .object("entry", "one entry") { _ in SampleEntry(name: "one") },
        .list("entries", "the entries") { page in (0..<page.count).map { SampleEntry(name: "\($0)") } },
    ]
    var count = 2
}

struct SampleEntry: TemplateContext {
    static let keys: [TemplateKey<SampleEntry>] = [.text("name", "the name", \.name)]
    let name: String
}

enum SampleTemplates {
    /// Templates by name; the file of each is named after it.
    static func load(_ texts: [String: String]) throws(RenderError) -> Templates {
        var files: [String: (text: String, file: String)] = [:]
        for (name, text) in texts { files[name] = (text, "\(name).mustache") }
        return try Templates(texts: files, roots: [SamplePage.self])
    }
}
