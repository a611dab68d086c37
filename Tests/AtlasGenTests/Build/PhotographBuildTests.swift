// Photographs through the built program: what is published, what is refused, and what is never read twice.

import Foundation
import Testing

@testable import Render
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct PhotographBuildTests {
    /// A project with eight photographs of two classes.
    private func project(_ photographs: String = "photographs: pictures", side: Int = 16) throws -> TinyProject {
        let project = try TinyProject(settings: TinyProject.settings + "\n" + photographs, side: side)
        for index in 0..<8 {
            let level = UInt8(30 * index)
            var pixels: [UInt8] = []
            for pixel in 0..<(40 * 30) { pixels += [level, UInt8(pixel % 251), UInt8(pixel / 7 % 256) &+ level] }
            let picture = Picture(width: 40, height: 30, pixels: pixels)
            let name = index % 2 == 0 ? "pictures/bear/\(index).png" : "pictures/red <b>fox/\(index).jpg"
            try FileSystem.createFolder(FileSystem.parent(of: project.path(name)))
            try FileSystem.writeFile(
                index % 2 == 0 ? Array(try PNG.encode(picture)) : try JPEG.encode(picture, quality: 90),
                to: project.path(name))
        }
        return project
    }

    private func data(_ project: TinyProject, _ neuron: String) throws -> NeuronData {
        try JSONDecoder().decode(
            NeuronData.self, from: Data(contentsOf: URL(filePath: project.path("site/layers/\(neuron)/neuron.json"))))
    }

    @Test func pagesShowWhatExcitesANeuron() async throws {
        let project = try project("photographs: {folder: pictures, show: 3}")
        try FileSystem.writeFile([], to: project.path("pictures/empty.jpg"))
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(
            outcome.output.hasSuffix(
                "8 photographs, 8 of them read now, 1 files skipped; the site shows 8 of them. Publish only what you "
                    + "may.\n"))
        #expect(
            outcome.messages.contains("warning: 1 file was no readable photograph:\n  empty.jpg: the file is empty\n"))
        let shown = try project.files().filter { $0.key.hasPrefix("layers/photographs/") }
        #expect(shown.count == 8 && shown.values.allSatisfy { $0.count <= 12_288 })
        for neuron in ["encoder_layer_1.mlp.3/1", "heads.head/2"] {
            let photographs = try #require(try data(project, neuron).photographs)
            let top = try #require(photographs.top)
            #expect(photographs.seen == 8 && top.count == 3 && photographs.least?.count == 3)
            #expect(photographs.quantiles.map(\.share) == [0.05, 0.25, 0.5, 0.75, 0.95])
            #expect(Set(top.compactMap(\.label)).isSubset(of: ["bear", "red <b>fox"]))
            // A photograph's path is the file's, and its picture is there.
            for example in top {
                #expect(FileSystem.exists(project.path("pictures/\(example.file)")))
                let picture = "layers/\(neuron)/\(example.image)".replacing("layers/\(neuron)/../../../", with: "")
                #expect(shown[picture] != nil)
            }
            #expect((photographs.peaks != nil) == neuron.hasPrefix("encoder"))
            let page = try project.text("site/layers/\(neuron)/index.html")
            #expect(
                page.contains("The optimised pictures reach ") && page.contains("the best of 8 photographs reaches"))
            #expect(!page.contains("<b>fox") && page.contains("data:image/png;base64,") == neuron.hasPrefix("encoder"))
        }
    }

    @Test func anExportHasEveryActivation() async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        #expect(try await project.run(["store", "list"]).output.contains("photographs: 16 shards, "))
        #expect(try await project.run(["export", "export"]).code == 0)
        for layer in ["encoder_layer_1.mlp.3", "heads.head"] {
            let list = try project.text("export/layers/\(layer)/photographs.csv").components(separatedBy: "\r\n")
            #expect(list.first == "sha256,file,label" && list.count == 8 + 2)
            let archive = try NPZArchive(
                Data(contentsOf: URL(filePath: project.path("export/layers/\(layer)/arrays.npz"))))
            let activations = try #require(archive.arrays["photograph_activations"])
            #expect(activations.shape == [3, 8])
            for neuron in 0..<3 {
                let photographs = try #require(try data(project, "\(layer)/\(neuron)").photographs)
                let row = activations.row(neuron)
                #expect(abs(row.reduce(0, +) / 8 - photographs.mean) < 1e-6)
                let best = try #require(photographs.top?.first)
                let place = try #require(row.firstIndex(of: Double(best.activation)))
                #expect(list[1 + place].contains(",\(best.file),"))
            }
        }
        // Without names, if none are published.
        try project.configure(
            "title: A tiny atlas\n\(TinyProject.settings)\nphotographs: {folder: pictures, publish: false}\n")
        #expect(try await project.run(["export", "export"]).code == 0)
        let list = try project.text("export/layers/heads.head/photographs.csv")
        #expect(!list.contains("bear") && list.components(separatedBy: ",,\r\n").count == 8 + 1)
    }

    @Test func aSecondBuildReadsNothingAndGivesTheSameBytes() async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        let site = try project.files()
        let second = try await project.build("--frozen")
        #expect(second.code == 0 && second.output.contains("8 photographs, 0 of them read now"), "\(second.messages)")
        #expect(try project.files() == site)
        // Layers that are made again instead of taken over.
        try FileManager.default.removeItem(atPath: project.path(".atlas/layers"))
        try FileManager.default.removeItem(atPath: project.path(".atlas/photographs/maps"))
        try FileManager.default.removeItem(atPath: project.path(".atlas/photographs/rankings"))
        #expect(try await project.build("--frozen").code == 0)
        #expect(try project.files() == site)
        // Another project that makes it in shares.
        let shares = try self.project()
        for share in ["1/2", "0/2"] {
            let work = try await shares.run(["work", "--shard", share])
            #expect(work.code == 0 && work.output.contains(" photographs read.\n"), "\(work.messages)")
        }
        let whole = try await shares.build("--frozen")
        #expect(whole.code == 0, "\(whole.messages)")
        #expect(try shares.files() == site)
    }

    @Test func whatIsMissingIsSaid() async throws {
        let project = try project()
        try project.configure("title: A\n" + TinyProject.settings + "\n")
        #expect(try await project.build().code == 0)
        try project.configure("title: A\n" + TinyProject.settings + "\nphotographs: pictures\n")
        let dry = try await project.build("--dry-run")
        #expect(dry.output.hasSuffix("8 photographs, 8 not read yet; each takes one forward pass.\n"), "\(dry.output)")
        let frozen = try await project.build("--frozen")
        #expect(
            frozen.code == 65 && frozen.messages.contains("8 photographs are not read yet, and --frozen reads none."))
        let partial = try await project.build("--partial")
        #expect(partial.code == 0, "\(partial.messages)")
        #expect(try project.text("site/index.html").contains("8 of 8 photographs are not read yet."))
        #expect(try data(project, "heads.head/0").photographs == nil)
        #expect(try await project.build().code == 0)
        #expect(try data(project, "heads.head/0").photographs?.seen == 8)
        #expect(try !project.text("site/index.html").contains("not read yet"))
    }

    /// Without publishing there is neither a picture nor a file's name on the site.
    @Test func privatePhotographsAreNotPublished() async throws {
        let project = try project("photographs: {folder: pictures, publish: false}")
        let outcome = try await project.build()
        #expect(outcome.code == 0 && outcome.output.hasSuffix("; the site shows none of them.\n"), "\(outcome.output)")
        let site = try project.files()
        #expect(site.keys.allSatisfy { !$0.hasPrefix("layers/photographs") })
        for (name, file) in site where name.hasSuffix(".html") || name.hasSuffix(".json") || name.hasSuffix(".js") {
            let text = String(decoding: file, as: UTF8.self)
            #expect(!text.contains("bear") && !text.contains("fox"), "\(name)")
        }
        let photographs = try #require(try data(project, "heads.head/0").photographs)
        #expect(photographs.seen == 8 && photographs.top == nil && photographs.quantiles[0].file == nil)
        #expect(try project.text("site/layers/heads.head/0/index.html").contains("the best of 8 photographs reaches"))
    }

    @Test func damageIsFoundAndMended() async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        let site = try project.files()
        let shards = try FileManager.default.subpathsOfDirectory(atPath: project.path(".atlas/photographs/shards"))
            .filter { $0.hasSuffix(".shard") }.sorted()
        let path = project.path(".atlas/photographs/shards/\(try #require(shards.first))")
        let bytes = try #require(try FileSystem.read(path))
        var damaged = bytes
        damaged[bytes.count - 1] ^= 1
        try FileSystem.writeFile(damaged, to: path)
        let verify = try await project.run(["store", "verify"])
        #expect(
            verify.code == 65
                && verify.output.contains("photographs: \(shards.count - 1) shards whole, 1 damaged"),
            "\(verify.output)")
        let build = try await project.build()
        #expect(build.code == 0, "\(build.messages)")
        #expect(try FileSystem.read(path) == bytes)
        #expect(try project.files() == site)
        // Found by the build itself, when it makes the pages again.
        try FileSystem.writeFile(damaged, to: path)
        try FileManager.default.removeItem(atPath: project.path(".atlas/photographs/rankings"))
        let again = try await project.build()
        #expect(again.code == 0 && again.messages.contains("is damaged: its checksum is wrong"), "\(again.messages)")
        #expect(try FileSystem.read(path) == bytes)
        #expect(try project.files() == site)
        #expect(try await project.run(["store", "verify"]).code == 0)
    }

    @Test(arguments: [
        ("photographs: nowhere", "nowhere: there is no such folder."),
        ("photographs: tiny.safetensors", "tiny.safetensors is a file, not a folder."),
        ("photographs: empty", "empty: holds no JPEG or PNG file."),
        ("photographs: site/pictures", "site/pictures (photographs), which is there"),
        ("photographs: .atlas/x", ".atlas/x lies in "),
        ("photographs: .", "site is a site that atlasgen made"),
        ("photographs: []", "photographs: expected a folder of photographs, or a mapping with one, found a list"),
        ("photographs: {show: 3}", "the photographs have no \"folder\""),
        ("photographs: {folder: pictures, show: 0}", "photographs.show: expected "),
        ("photographs: {folder: pictures, limit: none}", "photographs.limit: expected "),
        ("photographs: {folder: pictures, publish: maybe}", "photographs.publish: expected true or false"),
        ("photographs: {folder: pictures, shown: 3}", "unknown key \"shown\" in photographs"),
    ])
    func badSettingsAreNamedWithTheirPlace(setting: String, message: String) async throws {
        let project = try project()
        #expect(try await project.build().code == 0)
        for folder in ["empty", "site/pictures", ".atlas/x"] { try FileSystem.createFolder(project.path(folder)) }
        try project.configure("title: A\n" + TinyProject.settings + "\n\(setting)\n")
        let outcome = try await project.build()
        #expect(outcome.code == 65 || outcome.code == 73, "\(outcome.messages)")
        #expect(outcome.messages.contains(message), "\(outcome.messages)")
        #expect(outcome.code == 73 || outcome.messages.contains("atlas.yml:8:"), "\(outcome.messages)")
    }
}
