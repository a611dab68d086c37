// A project in a folder of its own, for tests of what writers write: the embedded model, and runs without optimisation.

import Foundation
import Render
import ViT

@testable import AtlasGen

/// Files of a project by their paths, the project that they make, and records in its store.
struct WriterProject {
    let folder: TemporaryFolder

    static let configuration = """
        layers: [encoder_layer_5.mlp.3, heads.head]
        neurons: [0-5]
        seeds: 3
        compareSample: 4
        tokens: [auto, patches]
        """

    init(_ files: [String: String] = [:], configuration: String = Self.configuration) throws {
        folder = try TemporaryFolder()
        try write(configuration, to: "atlas.yml")
        for (path, text) in files { try write(text, to: path) }
    }

    func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    func write(_ bytes: [UInt8], to path: String) throws {
        let parent = FileSystem.parent(of: "\(folder.path)/\(path)")
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        _ = try folder.write(bytes, to: path)
    }

    /// The project as a build reads it.
    func project() throws -> Project { try Project(file: "\(folder.path)/atlas.yml") }

    /// The moment at which the tests' posts are read.
    static let now = Date(timeIntervalSince1970: 1_767_225_600)  // 2026-01-01

    /// The texts; messages name files below the folder.
    func content(drafts: Bool = false) throws -> Content {
        try Content(of: project(), now: Self.now, drafts: drafts)
    }

    /// The message of the error that reading the texts gives, without the folder's path.
    func message() -> String {
        do {
            _ = try content()
            return "no error"
        } catch {
            return "\(error)".replacingOccurrences(of: "\(folder.path)/", with: "")
        }
    }

    /// The pages, from a store that has every run which the project and its texts want, but those of `missing`.
    func pages(drafts: Bool = false, missing: (Recipe) -> Bool = { _ in false }) throws -> ContentPages {
        let project = try project()
        let content = try Content(of: project, now: Self.now, drafts: drafts)
        let store = try Store(folder: "\(folder.path)/.atlas") { _ in }
        var plan = project.plan
        plan.append(content.recipes(for: project))
        for recipe in plan.recipes where !missing(recipe) { try store.save(.drawn(recipe)) }
        return try ContentPages(
            content, library: RunLibrary(project: project, store: store, judge: nil),
            templates: Templates(folders: [URL(fileURLWithPath: Installation.folder("templates"))]))
    }

    /// The HTML of the page at a path.
    func html(_ path: String, in pages: ContentPages) throws -> String? {
        let templates = try Templates(folders: [URL(fileURLWithPath: Installation.folder("templates"))])
        return pages.pages.first { $0.path == path }?.html(templates, in: SiteContext(title: "Site"))
    }
}

extension RunRecord {
    /// A record whose picture, activations and embedding are alike between seeds and differ between neurons.
    static func drawn(_ recipe: Recipe) -> RunRecord {
        let hue = recipe.neuron * 40 + (recipe.tokens == .patches ? 7 : 0)
        var pixels: [UInt8] = []
        for y in 0..<64 {
            for x in 0..<64 {
                let wave = (x * (recipe.neuron + 1) + y * 3 + Int(recipe.seed) * 5) % 32
                pixels += [UInt8(hue % 256), UInt8(wave * 8), UInt8((wave * 4 + hue) % 256)]
            }
        }
        let width = recipe.address == .head ? 50 : 128
        let final = 2 + Float(recipe.neuron) / 4 + Float(recipe.seed) / 8
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: .completed, startActivation: 0.25, finalActivation: final,
                stepsThroughPreactivation: 0, kernel: "none", seconds: 0),
            numbers: Numbers(
                curve: [0.25, 1, final],
                embedding: (0..<16).map { $0 == recipe.neuron % 16 ? 1 : 0.01 * Float(Int(recipe.seed) + $0) },
                layerActivations: (0..<width).map { $0 == recipe.neuron ? final : 0.1 * Float($0 % 7) }),
            // A picture of these values has no reason to fail; without one the scores would find no picture.
            png: (try? PNG.encode(Picture(width: 64, height: 64, pixels: pixels))).map { Array($0) } ?? [])
    }
}
