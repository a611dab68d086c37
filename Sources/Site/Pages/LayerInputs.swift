// Everything that a layer's pages depend on, as one value. Its digest decides whether they are made again.

import Foundation
import Render
import Runs
import Support

/// Everything that a layer's files depend on.
///
/// The pages of a layer and of its neurons get the site, the theme, the texts and the recipes only from here, and the
/// digest covers every field, so that a new input is always in the digest. Scores and records depend on the recipes and
/// the judge alone. Everything else that pages ask the library for comes from the project, and ``ProjectVersion`` covers
/// all of that.
struct LayerInputs: Encodable, Sendable {
    /// Version of the program that makes the pages.
    var program: String
    /// The project.
    var project: ProjectVersion
    /// The templates.
    var theme: Templates
    /// The site around the pages.
    var site: SiteContext
    /// The full address.
    var address: String
    /// The writer's commentary on the layer, as HTML.
    var commentary: String?
    /// The conditions whose widths by the number of seeds a text shows, so that the data have them, too.
    var widths: [Condition]
    /// What the photographs are; nil if the project names none. See `PhotographLibrary.version`.
    var photographs: String?
    /// The neurons, in the grid's order.
    var neurons: [Neuron]

    /// A neuron of the layer.
    struct Neuron: Encodable, Sendable {
        /// Its number.
        var number: Int
        /// The writer's commentary, as HTML.
        var commentary: String?
        /// The runs on its page, the grid's first.
        var rows: [NeuronRow]
    }

    /// SHA-256 of all of it.
    var digest: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Digest.hexadecimal(try encoder.encode(self))
        }
    }
}

/// Identifies a project: the same version, runs and texts give the same pages.
struct ProjectVersion: Encodable, Sendable {
    /// Digest of the configuration's file.
    var configuration: String
    /// Digest of the model's weights and preprocessing.
    var model: String
    var modelName: String
    var labels: [String]?
    /// The digest of each set of directions, then its labels.
    var directions: [[String]]
    /// Digest of the model that judges how alike pictures are; nil for the visualised model itself.
    var judge: String?
    var judgeName: String?
}

/// The runs of one condition.
struct NeuronRow: Encodable, Sendable {
    /// How they are made.
    let condition: Condition
    /// One for each seed.
    let recipes: [Recipe]
    /// The version of each in the store; see `Store.version`.
    let versions: [String]

    /// The seeds.
    var seeds: [UInt64] { recipes.map(\.seed) }
    /// The version of their arithmetic.
    var numerics: String { recipes.first.map { "\($0.numerics)" } ?? "" }

    init(_ condition: Condition, seeds: [UInt64], of neuron: Content.Neuron, in library: RunLibrary) {
        self.condition = condition
        recipes = seeds.map { condition.recipe(neuron.address, neuron.number, seed: $0) }
        versions = recipes.map { library.store.version(of: $0.key) }
    }

    /// Encodes the recipes' keys, which determine the condition too, each with its version; as one text, because a layer
    /// can have tens of thousands of runs.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(zip(recipes, versions).map { "\($0.key) \($1)\n" }.joined())
    }
}

// MARK: - Gathering

extension LayerInputs {
    /// The inputs of a layer of the atlas, gathered without reading any run.
    init(
        _ layer: AtlasLayer, library: RunLibrary, theme: Templates, site: SiteContext, content: Content,
        contentPages: ContentPages
    ) throws {
        let conditions = library.project.conditions(of: layer)
        let sample = Set(layer.sample)
        self.init(
            program: try Installation.programVersion(), project: ProjectVersion(of: library), theme: theme, site: site,
            address: layer.address.description, commentary: contentPages.layers[layer.address],
            widths: content.widthConditions(of: layer),
            photographs: try library.photographs?.version(of: layer.address),
            neurons: layer.neurons.map { number in
                let neuron = Content.Neuron(address: layer.address, number: number)
                return Neuron(
                    number: number, commentary: contentPages.neurons[neuron],
                    rows: NeuronRow.rows(
                        of: neuron, made: sample.contains(number) ? conditions : [conditions[0]], content: content,
                        library: library))
            })
    }
}

extension ProjectVersion {
    init(of library: RunLibrary) {
        let project = library.project
        self.init(
            configuration: project.configuration.digest, model: project.model.digest, modelName: project.model.name,
            labels: project.model.checkpoint.labels,
            directions: project.model.directions.map { [$0.set.digest] + ($0.labels ?? []) },
            judge: library.judge?.digest, judgeName: library.judge?.name)
    }
}

extension NeuronRow {
    /// The runs of a neuron that the atlas makes under `conditions`, then those that only texts show.
    static func rows(
        of neuron: Content.Neuron, made conditions: [Condition], content: Content, library: RunLibrary
    ) -> [NeuronRow] {
        var rows = conditions.map { (condition: $0, seeds: library.seeds) }
        for (condition, seeds) in content.rows(of: neuron.address, neuron.number) {
            if let index = conditions.firstIndex(of: condition) {
                rows[index].seeds = Set(rows[index].seeds + seeds).sorted()
            } else {
                rows.append((condition, seeds))
            }
        }
        return rows.map { NeuronRow($0.condition, seeds: $0.seeds, of: neuron, in: library) }
    }
}
