// The site as a folder: exactly these files, the same bytes whatever the way to them, and nothing beside it.

import Foundation
import Testing

@testable import TestSupport

@Suite struct OutputTreeTests {
    /// The names of pictures end in their recipe's digest, which is left out here.
    private func names(_ files: [String: Data]) -> [String] {
        files.keys.map { $0.replacing(/-[0-9a-f]{8}\.(png|jpg)$/) { ".\($0.output.1)" } }.sorted()
    }

    private func expected(thumbnails: Bool, _ ending: String = "png") -> [String] {
        var files = [".atlasgen", ".nojekyll", "404.html", "atlas.json", "index.html"]
        files += [
            "atlas.css", "atlas.js", "embed.js", "film.js", "icon.svg", "layer.js", "map.js", "pins.js", "search.js",
        ].map {
            "atlasgen/\($0)"
        }
        files.append("search/index.js")
        for layer in ["layers/encoder_layer_1.mlp.3", "layers/heads.head"] {
            files += ["index.html", "map.jpg", "neurons.csv", "neurons.js", "neurons.json"].map { "\(layer)/\($0)" }
            files += ["activation", "identification", "look", "meaning"].map { "\(layer)/by-\($0).html" }
            for neuron in 0...2 {
                files += ["index.html", "neuron.json", "seed-0.\(ending)", "seed-1.\(ending)"].map {
                    "\(layer)/\(neuron)/\($0)"
                }
                if thumbnails { files.append("\(layer)/\(neuron)/thumbnail.\(ending)") }
            }
        }
        return files.sorted()
    }

    @Test(arguments: [16, 112])
    func theSiteHasTheseFilesAndNoOthers(side: Int) async throws {
        let project = try TinyProject(side: side)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(outcome.output.contains("12 runs made, 0 reused"))
        // Pictures that are wide get a small one for the grids, and are JPEG.
        #expect(names(try project.files()) == expected(thumbnails: side > 96, side > 96 ? "jpg" : "png"))
        let beside = try FileManager.default.contentsOfDirectory(atPath: project.folder.path).sorted()
        #expect(beside == [".atlas", "atlas.yml", "site", "tiny.safetensors"])
    }

    @Test func widePicturesArePublishedAsAskedFor() async throws {
        var sizes: [Int] = []
        for setting in ["format: png", "quality: 20", "quality: 95"] {
            let project = try TinyProject(settings: TinyProject.settings + "\npictures: {\(setting)}", side: 112)
            #expect(try await project.build().code == 0)
            let ending = setting == "format: png" ? "png" : "jpg"
            let files = try project.files()
            #expect(names(files) == expected(thumbnails: true, ending))
            let pictures = files.filter { $0.key.contains("seed-0") && $0.key.hasSuffix(ending) }
            sizes.append(pictures.reduce(0) { $0 + $1.value.count })
            // The exact pictures stay in the store, and an export has them.
            #expect(try await project.run(["export", "export"]).code == 0)
            let exported = try project.files(in: "export").keys.filter { $0.hasPrefix("pictures/") }
            #expect(exported.count == 12 && exported.allSatisfy { $0.hasSuffix(".png") })
        }
        #expect(sizes[1] < sizes[2] && sizes[2] < sizes[0])
        for (setting, message) in [
            ("{format: gif}", "pictures.format: expected jpeg or png, found \"gif\""),
            ("{quality: 0}", "pictures.quality: expected "), ("jpeg", "pictures: expected a mapping"),
        ] {
            let project = try TinyProject(settings: TinyProject.settings + "\npictures: \(setting)")
            let outcome = try await project.build()
            #expect(outcome.code == 65 && outcome.messages.contains(message), "\(outcome.messages)")
        }
    }

    @Test func phasesAreListed() async throws {
        let outcome = try await TinyProject().build("--timings")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let rows = outcome.messages.split(separator: "\n").suffix(7).map { $0.split(separator: " ").first ?? "" }
        #expect(rows == ["phase", "plan", "make", "score", "render", "write", "all"], "\(outcome.messages)")
    }

    @Test func whatAWriterAddsHasItsPlace() async throws {
        let project = try TinyProject(settings: TinyProject.settings + "\nbaseURL: https://example.org/atlas")
        try project.write("Welcome.\n", to: "content/index.md")
        try project.write("The classes.\n", to: "content/layers/heads.head.md")
        try project.write("The first class.\n", to: "content/neurons/heads.head/0.md")
        try project.write("Not linked.\n", to: "content/posts/other.txt")
        try project.write("lines\n", to: "content/posts/res/table.txt")
        try project.write(
            """
            ---
            title: A look
            date: 2024-05-06 07:08:09 +0200
            categories: [notes]
            tags: [first look]
            ---
            A [table](res/table.txt) and a figure outside the layers:

            ![Two runs](neuron:encoder_layer_0.mlp.3/4?seeds=0,1)
            """, to: "content/posts/2024-05-06-a-look.md")
        try project.write("---\npublished: false\n---\nNot yet.\n", to: "content/posts/2024-05-07-draft.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0 && outcome.output.contains("14 runs made"), "\(outcome.messages)")
        let folder = "notes/2024/05/06"
        let neuron = "layers/encoder_layer_0.mlp.3/4"
        let added = [
            "feed.xml", "sitemap.xml", "robots.txt", "posts/index.html", "categories/notes/index.html",
            "tags/first-look/index.html", "\(folder)/a-look.html", "\(folder)/res/table.txt",
            "search/entries.js", "search/text-0.js",
            "\(neuron)/index.html", "\(neuron)/neuron.json", "\(neuron)/seed-0.png", "\(neuron)/seed-1.png",
            // The cards of the first page and the post.
            "atlasgen/cards/0eb547304658805a.jpg", "atlasgen/cards/a866b258239fea32.jpg",
            "layers/encoder_layer_1.mlp.3/card.jpg", "layers/heads.head/card.jpg",
        ]
        // The pieces of the search index are named by how words begin.
        let isPiece = /search\/[a-z0-9]\.js/
        let found = Set(names(try project.files()).filter { $0.wholeMatch(of: isPiece) == nil })
        let wanted = Set(expected(thumbnails: false) + added)
        #expect(try project.text("site/search/l.js").contains("\"look\":[0]"))
        // A neuron that only a text shows is found, and can be pinned.
        let index = try project.text("site/search/index.js")
        #expect(
            index.contains(
                /\["encoder_layer_0\.mlp\.3","[^"]+","layers\/encoder_layer_0\.mlp\.3\/",\[\[4,4\]\],"seed-0-/))
        #expect(found.subtracting(wanted).sorted() == [])
        #expect(wanted.subtracting(found).sorted() == [])
        #expect(try project.text("site/index.html").contains("Welcome."))
        #expect(try project.text("site/layers/heads.head/index.html").contains("The classes."))
        #expect(try project.text("site/layers/heads.head/0/index.html").contains("The first class."))
        // The newest post's date, and no other, is the feed's.
        let feed = try project.text("site/feed.xml")
        let dates = Set(feed.matches(of: /\d{4}-\d\d-\d\dT[^<]*/).map { String($0.0) })
        #expect(
            dates == ["2024-05-06T05:08:09Z"] && feed.contains("https://example.org/atlas/\(folder)/a-look.html"))
        let site = try project.files()
        #expect(try await project.build().code == 0)
        #expect(try project.files() == site)
    }

    @Test func aSecondBuildMakesNothingAndGivesTheSameBytes() async throws {
        let project = try TinyProject()
        let first = try await project.build()
        #expect(first.code == 0, "\(first.messages)")
        let site = try project.files()
        let second = try await project.build()
        #expect(second.code == 0 && second.output.contains("0 runs made, 12 reused"))
        #expect(try project.files() == site)
        // The scores too can be made anew from the records.
        try FileManager.default.removeItem(atPath: project.path(".atlas/scores"))
        #expect(try await project.build().code == 0)
        #expect(try project.files() == site)
    }

    @Test func theNumberOfWorkersAndThePlaceChangeNoByte() async throws {
        var sites: [[String: Data]] = []
        for workers in ["1", "2", "3"] {
            let project = try TinyProject()
            #expect(try await project.build("--workers", workers, "--output", "deep/in/\(workers)").code == 0)
            sites.append(try project.files(in: "deep/in/\(workers)"))
        }
        #expect(sites[0].count == expected(thumbnails: false).count && sites[0] == sites[1] && sites[1] == sites[2])
    }

    @Test func whatIsNoLongerChosenIsGone() async throws {
        let project = try TinyProject()
        #expect(try await project.build().code == 0)
        try project.configure(
            "title: A tiny atlas\n"
                + TinyProject.settings.replacing("[encoder_layer_1.mlp.3, heads.head]", with: "[heads.head]"))
        let outcome = try await project.build()
        #expect(outcome.code == 0 && outcome.output.contains("0 runs made, 6 reused"))
        #expect(names(try project.files()) == expected(thumbnails: false).filter { !$0.contains("encoder") })
    }

    @Test func whatBelongsToTheOwnerStays() async throws {
        let project = try TinyProject()
        try project.write("ref: refs/heads/pages\n", to: "site/.git/HEAD")
        try project.write("atlas.example\n", to: "site/CNAME")
        for _ in 0..<2 {
            #expect(try await project.build().code == 0)
            #expect(try project.text("site/.git/HEAD") == "ref: refs/heads/pages\n")
            #expect(try project.text("site/CNAME") == "atlas.example\n")
            #expect(try project.text("site/index.html").contains("A tiny atlas"))
        }
    }
}
