// The digest that decides whether a layer is made again covers everything that its pages are made from.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Site
@testable import TestSupport
@testable import ViT

@Suite struct LayerInputsTests {
    private static func inputs() throws -> LayerInputs {
        let writer = try WriterProject(["content/neurons/heads.head/0.md": "Words."])
        let project = try writer.project()
        let library = try RunLibrary(
            project: project, store: Store(folder: project.path(".atlas"), onFinding: { _ in }), judge: nil)
        let content = try writer.content()
        let theme = try SampleSite.templates()
        let pages = try ContentPages(content, library: library, templates: theme)
        var inputs = try LayerInputs(
            project.layers[1], library: library, theme: theme, site: SampleSite.site(), content: content,
            contentPages: pages)
        // Everything that may be missing is there.
        inputs.commentary = "Words."
        inputs.photographs = "a"
        inputs.project.labels = ["a"]
        inputs.project.judge = "a"
        inputs.project.judgeName = "a"
        inputs.site.baseURL = "https://example.org/"
        inputs.site.feed = "feed.xml"
        return inputs
    }

    private static func keys(_ value: some Encodable) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any]
        return Set((object ?? [:]).keys)
    }

    private static func fields(_ value: Any) -> Set<String> {
        Set(Mirror(reflecting: value).children.compactMap(\.label))
    }

    /// A field that is added later is encoded too.
    @Test func everyFieldIsEncoded() throws {
        let inputs = try Self.inputs()
        #expect(try Self.keys(inputs) == Self.fields(inputs))
        #expect(try Self.keys(inputs.project) == Self.fields(inputs.project))
        #expect(try Self.keys(inputs.site) == Self.fields(inputs.site))
        #expect(try Self.keys(inputs.neurons[0]) == Self.fields(inputs.neurons[0]))
        #expect(try Self.keys(inputs.site.navigation[0]) == Self.fields(inputs.site.navigation[0]))
    }

    private static let changes: [(String, @Sendable (inout LayerInputs) throws -> Void)] = [
        ("program", { $0.program += "x" }),
        ("project.configuration", { $0.project.configuration += "x" }),
        ("project.model", { $0.project.model += "x" }),
        ("project.modelName", { $0.project.modelName += "x" }),
        ("project.labels", { $0.project.labels = ["b"] }),
        ("project.directions", { $0.project.directions = [["b", "one"]] }),
        ("project.judge", { $0.project.judge = nil }),
        ("project.judgeName", { $0.project.judgeName = "b" }),
        (
            "theme",
            { inputs in
                let text = try #require(SampleSite.texts()["caption"]).text + "\n"
                inputs.theme = try Templates(
                    texts: SampleSite.texts(replacing: "caption", with: text), roots: Theme.roots)
            }
        ),
        ("site.title", { $0.site.title += "x" }),
        ("site.summary", { $0.site.summary = nil }),
        ("site.author", { $0.site.author = "x" }),
        ("site.root", { $0.site.root += "x" }),
        ("site.baseURL", { $0.site.baseURL = nil }),
        ("site.navigation", { $0.site.navigation[0].title += "x" }),
        ("site.feed", { $0.site.feed = nil }),
        ("site.search", { $0.site.search = nil }),
        ("site.pending", { $0.site.pending = nil }),
        ("site.generator", { $0.site.generator = nil }),
        ("site.language", { $0.site.language = "fa" }),
        ("address", { $0.address += "x" }),
        ("commentary", { $0.commentary = nil }),
        ("photographs", { $0.photographs = "b" }),
        (
            "widths",
            { $0.widths.append(.init(model: .init(digest: "x"), variant: .init(tokens: .cls, method: .atlas))) }
        ),
        ("neurons.number", { $0.neurons[0].number = 40 }),
        ("neurons.commentary", { $0.neurons[0].commentary = nil }),
        ("neurons.rows", { $0.neurons[0].rows.removeLast() }),
        ("the order of the neurons", { $0.neurons.swapAt(1, 2) }),
    ]

    @Test func everyChangeChangesTheDigest() throws {
        let inputs = try Self.inputs()
        let digest = try inputs.digest
        #expect(try Self.inputs().digest == digest)
        var digests: Set = [digest]
        for (name, change) in Self.changes {
            var changed = inputs
            try change(&changed)
            #expect(digests.insert(try changed.digest).inserted, "\(name)")
        }
        // The list above has every field.
        var fields = Self.fields(inputs).subtracting(["project", "site", "neurons"])
        fields.formUnion(Self.fields(inputs.project).map { "project.\($0)" })
        fields.formUnion(Self.fields(inputs.site).map { "site.\($0)" })
        fields.formUnion(Self.fields(inputs.neurons[0]).map { "neurons.\($0)" })
        #expect(fields.subtracting(Self.changes.map(\.0)).isEmpty)
    }

    /// A run that is made, or made again, changes the row that shows it; so does another seed or another way.
    @Test func rowsAreTheirRunsAndWhatTheStoreHasOfThem() throws {
        let writer = try WriterProject()
        let project = try writer.project()
        let store = try Store(folder: project.path(".atlas")) { _ in }
        let library = RunLibrary(project: project, store: store, judge: nil)
        let grid = project.grid(of: project.layers[1])
        func row(_ condition: Condition, seeds: [UInt64] = [0], of neuron: Int = 0) throws -> Data {
            try JSONEncoder().encode(
                [NeuronRow(condition, seeds: seeds, of: .init(address: .head, number: neuron), in: library)])
        }
        var other = grid
        other.variant.direction = .negative
        var rows = try [
            row(grid), row(grid, seeds: [0, 1]), row(grid, seeds: [1]), row(other), row(grid, of: 1),
        ]
        try store.save(.drawn(grid.recipe(.head, 0, seed: 0)))
        rows.append(try row(grid))
        #expect(Set(rows).count == rows.count)
    }
}
