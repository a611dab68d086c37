// A project in a folder of its own, for tests of what writers write: the embedded model, and runs without optimisation.

import Foundation

@testable import Runs
@testable import Site
@testable import Support
@testable import ViT

/// Files of a project by their paths, the project that they make, and records in its store.
struct WriterProject {
    let folder: TemporaryFolder

    static let configuration = """
        layers: [encoder_layer_5.mlp.3, heads.head]
        neurons: [0-5]
        seeds: 3
        compareSample: 4
        tokens: [auto, patches]
        control: false
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
    ///
    /// - Parameter outcome: how a run ended.
    func pages(
        drafts: Bool = false, missing: (Recipe) -> Bool = { _ in false },
        outcome: (Recipe) -> RunOutcome = { _ in .completed }
    ) throws -> ContentPages {
        let project = try project()
        let content = try Content(of: project, now: Self.now, drafts: drafts)
        let store = try Store(folder: "\(folder.path)/.atlas") { _ in }
        var plan = project.plan
        plan.append(content.recipes)
        for recipe in plan.recipes where !missing(recipe) {
            var record = RunRecord.drawn(recipe)
            record.header.outcome = outcome(recipe)
            try store.save(record)
        }
        return try ContentPages(
            content, library: RunLibrary(project: project, store: store, judge: nil),
            templates: Theme.templates(in: [URL(fileURLWithPath: Installation.folder("templates"))]))
    }

    /// The HTML of the page at a path.
    func html(_ path: String, in pages: ContentPages) throws -> String? {
        let templates = try Theme.templates(in: [URL(fileURLWithPath: Installation.folder("templates"))])
        return try pages.pages.first { $0.path == path }?.html(templates, in: SiteContext(title: "Site"))
    }
}
