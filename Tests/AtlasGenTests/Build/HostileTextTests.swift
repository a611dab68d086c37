// Text that would do harm: it reaches the pages as text or stops the build with a message, and never leaves the site.

import Foundation
import Testing

@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct HostileTextTests {
    static let texts = [
        "<script>alert(1)</script>", "</title><img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)",
        "' autofocus onfocus='alert(1)", "]]></svg><svg onload=alert(1)>", "{{{site.title}}}{{>layout}}",
        "&lt;b&gt; &amp;amp;",
        "\u{202E}gnp.exe\u{202C} \u{200F}\u{2067}", "../../../../etc/passwd", "a\\..\\b",
        "javascript:alert(1)", "=cmd|' /C calc'!A0", "\u{0}nul\u{7}bell",
        "\u{2028}line\u{2029}paragraph",
        "e\u{301}\u{FEFF}",
    ]

    /// The text as HTML has it, in content and in quoted attributes.
    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// A YAML scalar in double quotes.
    private func quoted(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(text), as: UTF8.self)
    }

    /// What a browser would take for something other than text: the tags and their attributes' names, in order.
    private func structure(_ page: String) -> [String] {
        let bytes = Array(page.utf8)
        let ends = Set("/>".utf8)
        let spaces = Set(" \t\n\r\u{C}".utf8)
        var parts: [String] = []
        var place = 0
        /// Moves behind the bytes from here on that satisfy a condition, and returns them as text.
        func taken(while condition: (UInt8) -> Bool) -> String {
            let start = place
            while place < bytes.count, condition(bytes[place]) { place += 1 }
            return String(decoding: bytes[start..<place], as: UTF8.self)
        }
        func isNext(_ character: Unicode.Scalar) -> Bool {
            place < bytes.count && bytes[place] == UInt8(ascii: character)
        }
        func skip() { place = min(place + 1, bytes.count) }
        while place < bytes.count {
            _ = taken { $0 != UInt8(ascii: "<") }
            skip()
            let slash = isNext("/") ? "/" : ""
            place += slash.utf8.count
            let name = taken { !spaces.contains($0) && !ends.contains($0) }
            guard let first = name.unicodeScalars.first, first == "!" || first.properties.isAlphabetic else { continue }
            parts.append(slash + name)
            while place < bytes.count, !isNext(">") {
                let attribute = taken { $0 != UInt8(ascii: "=") && !spaces.contains($0) && !ends.contains($0) }
                if !attribute.isEmpty { parts.append(attribute) }
                _ = taken(while: spaces.contains)
                if isNext("=") {
                    skip()
                    _ = taken(while: spaces.contains)
                    if isNext("\"") || isNext("'") {
                        let quote = bytes[place]
                        skip()
                        _ = taken { $0 != quote }
                        skip()
                    } else {
                        _ = taken { $0 != UInt8(ascii: ">") && !spaces.contains($0) }
                    }
                } else if isNext("/") {
                    skip()
                }
            }
        }
        return parts
    }

    @Test(arguments: texts.indices)
    func inTitlesAndLabelsItStaysText(_ index: Int) async throws {
        let text = Self.texts[index]
        func settings(_ text: String) throws -> String {
            TinyProject.settings + "\ndescription: \(try quoted(text))\nauthor: \(try quoted(text))"
        }
        let plain = try TinyProject(
            title: "title", settings: settings("text"), labels: Array(repeating: "label", count: 12))
        // What no text file has, a label cannot have: lines end at line separators.
        let label = text.filter { !$0.isNewline }
        let hostile = try TinyProject(
            title: quoted(text), settings: settings(text), labels: Array(repeating: label, count: 12))
        #expect(try await plain.build().code == 0)
        let outcome = try await hostile.build()
        if text.unicodeScalars.contains(where: { $0.value < 32 }), outcome.code != 0 {
            #expect(outcome.code == 65 && outcome.messages.contains("atlas.yml"), "\(outcome.messages)")
            return
        }
        #expect(outcome.code == 0, "\(outcome.messages)")
        let (expected, site) = (try plain.files(), try hostile.files())
        // The search index has pieces that are named by how words begin.
        let pieces = site.keys.filter { $0.hasPrefix("search/") }
        #expect(
            site.keys.filter { !pieces.contains($0) }.sorted()
                == expected.keys.filter { !$0.hasPrefix("search/") }.sorted())
        #expect(
            pieces.allSatisfy { $0.firstMatch(of: /^search\/(index|entries|[a-z0-9]|u[0-9a-f]+)\.js$/) != nil },
            "\(pieces)")
        for (name, bytes) in site {
            guard !name.hasSuffix(".png"), !name.hasSuffix(".jpg") else { continue }
            let page = try #require(String(validating: bytes, as: UTF8.self), "\(name) is no UTF-8")
            #expect(!page.unicodeScalars.contains("\u{0}"), "\(name)")
            // A script that holds texts ends where it should.
            if pieces.contains(name) { #expect(!page.contains("<"), "\(name)") }
            guard name.hasSuffix(".html") else { continue }
            let other = String(decoding: expected[name] ?? Data(), as: UTF8.self)
            #expect(structure(page) == structure(other), "\(name)")
        }
        let index = try hostile.text("site/index.html")
        if !text.contains(where: { "\"'\u{0}\u{FEFF}".contains($0) }), !text.hasPrefix("\u{0}") {
            #expect(index.contains(escaped(text)))
        }
        // Whoever reads the data gets the text itself.
        let atlas = try JSONDecoder().decode(
            AtlasFile.self, from: Data(contentsOf: URL(filePath: hostile.path("site/atlas.json"))))
        #expect(atlas.title == text)
        let neuron = try JSONDecoder().decode(
            NeuronData.self, from: Data(contentsOf: URL(filePath: hostile.path("site/layers/heads.head/1/neuron.json")))
        )
        #expect(neuron.label == label)
        let script = try hostile.text("site/layers/heads.head/neurons.js")
        #expect(!script.contains("<") && script.hasSuffix("]});\n"))
        let beside = try FileManager.default.contentsOfDirectory(atPath: hostile.folder.path).sorted()
        #expect(beside == [".atlas", "atlas.yml", "site", "tiny.labels.txt", "tiny.safetensors"])
    }

    @Test(arguments: ["<img src=x onerror=alert(1)>", "..", "\"quoted' & co", "\u{202E}gnp"])
    func inTheNamesOfFilesItStaysText(_ name: String) async throws {
        let project = try TinyProject(
            settings: TinyProject.settings.replacing("tiny.safetensors", with: try quoted("\(name).safetensors")))
        try FileSystem.move(project.path("tiny.safetensors"), to: project.path("\(name).safetensors"))
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        for (path, bytes) in try project.files() where path.hasSuffix(".html") {
            let page = String(decoding: bytes, as: UTF8.self)
            #expect(!page.contains("<img src=x") && !structure(page).contains("onerror"), "\(path)")
        }
        let beside = try FileManager.default.contentsOfDirectory(atPath: project.folder.path)
        #expect(Set(beside) == [".atlas", "atlas.yml", "site", "\(name).safetensors"])
    }

    @Test(arguments: texts.indices)
    func inPostsItStaysText(_ index: Int) async throws {
        let text = Self.texts[index]
        func post(_ text: String, _ body: String) throws -> String {
            """
            ---
            title: \(try quoted(text))
            date: 2024-05-06
            description: \(try quoted(text))
            tags: [\(try quoted(text))]
            ---
            \(body)

            ![\(body)](neuron:heads.head/1)
            """
        }
        let inert = "word"
        let markdown = text.filter { !$0.isNewline && !"[]{}\u{0}".contains($0) }
        let (plain, hostile) = (try TinyProject(), try TinyProject())
        try plain.write(post(inert, inert), to: "content/posts/2024-05-06-post.md")
        try hostile.write(post(text, markdown), to: "content/posts/2024-05-06-post.md")
        #expect(try await plain.build().code == 0)
        let outcome = try await hostile.build()
        if text.unicodeScalars.contains(where: { $0.value < 32 }), outcome.code != 0 {
            #expect(outcome.code == 65 && outcome.messages.contains("2024-05-06-post.md"), "\(outcome.messages)")
            return
        }
        #expect(outcome.code == 0, "\(outcome.messages)")
        let (expected, site) = (try plain.files(), try hostile.files())
        #expect(site.count == expected.count || site.keys.contains { $0.hasPrefix("search/") })
        for (name, bytes) in site where name.hasSuffix(".html") {
            let page = try #require(String(validating: bytes, as: UTF8.self), "\(name) is no UTF-8")
            // The tag's own page has its name in its path.
            let same = name.hasPrefix("tags/") ? "tags/word/index.html" : name
            let other = String(decoding: try #require(expected[same], "\(name)"), as: UTF8.self)
            // Markdown's own marks may make paragraphs into other elements, but nothing that acts.
            let acting = structure(page).filter { Self.acting.contains($0.lowercased()) || $0.hasPrefix("on") }
            let before = structure(other).filter { Self.acting.contains($0.lowercased()) || $0.hasPrefix("on") }
            #expect(acting == before, "\(name)")
            #expect(!page.contains("href=\"javascript:"), "\(name)")
        }
        let beside = try FileManager.default.contentsOfDirectory(atPath: hostile.folder.path).sorted()
        #expect(beside == [".atlas", "atlas.yml", "content", "site", "tiny.safetensors"])
    }

    /// Elements and attributes that act by themselves.
    private static let acting: Set<String> = [
        "script", "iframe", "object", "embed", "form", "input", "style", "link", "meta", "base", "svg", "autofocus",
        "srcdoc",
    ]

    @Test(arguments: [
        "permalink: /../../escape.html", "permalink: \"/a/../../escape.html\"", "permalink: \"\\\\..\\\\escape.html\"",
        "permalink: /layers/heads.head/index.html", "permalink: /atlasgen/atlas.js", "permalink: /index.html",
        "categories: [\"..\", \"..\"]", "categories: [\"../../escape\"]",
        "permalink: /\(String(repeating: "x", count: 300))",
        "slug: ../../escape", "permalink: /.git/x", "permalink: /layers/heads.head/by-look.html", "permalink: /CNAME/",
    ])
    func aPostStaysInItsPlace(_ line: String) async throws {
        let project = try TinyProject()
        #expect(try await project.build().code == 0)
        try project.write("ref: main", to: "site/.git/HEAD")
        let before = try project.files(in: ".")
        let name = "content/posts/2024-05-06-post.md"
        try project.write("---\ntitle: Post\n\(line)\n---\nText.\n", to: name)
        let outcome = try await project.build()
        let after = try project.files(in: ".")
        #expect([0, 65].contains(outcome.code), "\(outcome.messages)")
        let outside = after.keys.filter { before[$0] == nil && $0 != name }
        if outcome.code == 65 {
            #expect(outcome.messages.contains(name) && outside == [])
        } else {
            #expect(outside.allSatisfy { $0.hasPrefix("site/") }, "\(outside)")
            // Nothing of the atlas was replaced by the post.
            for path in ["site/atlasgen/atlas.js", "site/layers/heads.head/neurons.json", "site/.git/HEAD"] {
                #expect(after[path] == before[path])
            }
        }
        #expect(!FileSystem.exists("\(project.folder.path)/../escape.html"))
    }

    @Test(arguments: [
        "../tiny.safetensors", "../../atlas.yml", "/etc/passwd", "..%2f..%2fatlas.yml", "%2e%2e/%2e%2e/atlas.yml",
    ])
    func aPostCopiesNoFileFromOutsideTheContent(_ link: String) async throws {
        let project = try TinyProject()
        try project.write("[A](\(link)) ![B](\(link))\n", to: "content/posts/2024-05-06-post.md")
        let outcome = try await project.build()
        #expect([0, 65].contains(outcome.code), "\(outcome.messages)")
        guard outcome.code == 0 else { return }
        let names = try project.files().keys.filter {
            $0.hasSuffix("yml") || $0.hasSuffix("safetensors") || $0.hasSuffix("passwd")
        }
        #expect(names == [])
        let beside = try FileManager.default.contentsOfDirectory(atPath: project.folder.path).sorted()
        #expect(beside == [".atlas", "atlas.yml", "content", "site", "tiny.safetensors"])
    }

    @Test func aMegabyteOfAPostsTitleIsRefused() async throws {
        let project = try TinyProject()
        try project.write(
            "---\ntitle: \(String(repeating: "long ", count: 200_000))\n---\nText.\n",
            to: "content/posts/2024-05-06-post.md")
        let outcome = try await project.build()
        #expect(
            outcome.code == 65 && outcome.messages.contains("2024-05-06-post.md"), "\(outcome.messages.prefix(500))")
        #expect(outcome.messages.utf8.count < 2000 && !FileSystem.exists(project.path("site")))
    }

    @Test func bytesThatAreNoTextAreRefusedInPosts() async throws {
        let project = try TinyProject()
        try project.write("", to: "content/posts/2024-05-06-post.md")
        _ = try project.folder.write(Array("ok\n".utf8) + [0xff, 0xc0, 0x0a], to: "content/posts/2024-05-06-post.md")
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains("2024-05-06-post.md"), "\(outcome.messages)")
        #expect(!FileSystem.exists(project.path("site")))
    }

    @Test func aMegabyteOfTitleIsRefused() async throws {
        let project = try TinyProject(title: String(repeating: "long ", count: 200_000))
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains("atlas.yml:1"), "\(outcome.messages.prefix(500))")
        #expect(outcome.messages.utf8.count < 2000 && !FileSystem.exists(project.path("site")))
    }

    @Test func aMegabyteOfLabelIsRefused() async throws {
        let labels = Array(repeating: "label", count: 11) + [String(repeating: "x", count: 1_000_000)]
        let project = try TinyProject(labels: labels)
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains("tiny.labels.txt"), "\(outcome.messages.prefix(500))")
        #expect(outcome.messages.utf8.count < 2000 && !FileSystem.exists(project.path("site")))
    }

    @Test func bytesThatAreNoTextAreRefusedInTheConfiguration() async throws {
        let project = try TinyProject()
        let text = Array("title: \"".utf8) + [0xff, 0xfe, 0xc0] + Array("\"\n\(TinyProject.settings)\n".utf8)
        _ = try project.folder.write(text, to: "atlas.yml")
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains("atlas.yml:1") && outcome.messages.contains("UTF-8"))
        #expect(!FileSystem.exists(project.path("site")))
    }

    @Test func bytesThatAreNoTextInLabelsDoNotReachTheSite() async throws {
        let project = try TinyProject(labels: Array(repeating: "label", count: 12))
        _ = try project.folder.write(
            Array(String(repeating: "label\n", count: 11).utf8) + [0xff, 0xfe, 0xc0, 0x0a], to: "tiny.labels.txt")
        let outcome = try await project.build()
        if outcome.code == 65 {
            #expect(outcome.messages.contains("tiny.labels.txt"))
        } else {
            #expect(outcome.code == 0, "\(outcome.messages)")
            for (name, bytes) in try project.files() where !name.hasSuffix(".png") && !name.hasSuffix(".jpg") {
                #expect(String(validating: bytes, as: UTF8.self) != nil, "\(name)")
            }
        }
    }

    @Test func aliasesThatMultiplyAreRefused() async throws {
        var lines = ["title: &a [lol, lol]"]
        for level in 1...30 {
            let (before, name) = (level == 1 ? "a" : "a\(level - 1)", "a\(level)")
            lines.append("k\(level): &\(name) [\((0..<9).map { _ in "*\(before)" }.joined(separator: ", "))]")
        }
        let project = try TinyProject()
        try project.configure(lines.joined(separator: "\n") + "\n\(TinyProject.settings)\n")
        let outcome = try await project.build()
        #expect(outcome.code == 65 && outcome.messages.contains("aliases"), "\(outcome.messages.prefix(500))")
        #expect(!FileSystem.exists(project.path("site")))
    }
}
