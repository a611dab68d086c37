// The columns of an export's runs.csv.

import Foundation
import Runs
import Support

/// One run of an export.
struct ExportedRun: Sendable {
    let header: RunHeader
    /// The name of the neuron's class, if it has one.
    let label: String?
    /// The index of its condition in the layer's list.
    let condition: Int
    /// The condition in words.
    let words: String
    /// The picture's path, relative to the export's folder.
    let picture: String

    /// Everything that its result depends on.
    var recipe: Recipe { header.recipe }
}

/// A column of runs.csv: what the manifest says of it, and its cell for a run.
struct RunColumn: Encodable, Sendable {
    let name: String
    /// `text`, `integer` or `number`.
    let type: String
    let unit: String
    let meaning: String
    let cell: @Sendable (ExportedRun) -> String

    private enum CodingKeys: String, CodingKey {
        case name, type, unit, meaning
    }

    private init(
        _ name: String, _ type: String, unit: String = "", _ meaning: String,
        _ cell: @escaping @Sendable (ExportedRun) -> String
    ) {
        self.name = name
        self.type = type
        self.unit = unit
        self.meaning = meaning
        self.cell = cell
    }

    /// The text of a runs.csv: a header line, then a line for each run.
    static func table(of runs: [ExportedRun]) -> String {
        let lines = [all.map(\.name)] + runs.map { run in all.map { $0.cell(run) } }
        return lines.map { $0.joined(separator: ",") + CSV.lineEnd }.joined()
    }

    /// All columns, in the file's order.
    static let all: [RunColumn] = [
        RunColumn("address", "text", "The layer, by torchvision's name.") { $0.recipe.address.description },
        RunColumn(
            "neuron", "integer", "The neuron's number: its channel, or its token if tokens is slice; counted from 0."
        ) { "\($0.recipe.target.number)" },
        RunColumn(
            "label", "text",
            "The name of its class, if the layer is a head with labels; an apostrophe stands before what a spreadsheet "
                + "would run as a formula, and scores.json has the name itself."
        ) { $0.label.map(CSV.cell) ?? "" },
        RunColumn("seed", "integer", "The seed of the run's random numbers.") { "\($0.recipe.seed)" },
        RunColumn(
            "condition", "integer",
            "How the run was made, as an index into the layer's conditions in the manifest; 0 is the grid's."
        ) { "\($0.condition)" },
        RunColumn(
            "control", "text", "How the weights of a control were made random; empty for the model's own weights."
        ) { $0.recipe.model.control?.word ?? "" },
        RunColumn("method", "text", "The method's name.") { CSV.cell($0.recipe.variant.method.name) },
        RunColumn("variant", "text", "The condition in words: method, tokens, attention, and what else is unusual.") {
            CSV.cell($0.words)
        },
        RunColumn(
            "tokens", "text", "The tokens that the neuron is read at: patches, cls, center, token:k, slice."
        ) { $0.recipe.variant.tokens.description },
        RunColumn("attention", "text", "The attention mode: live, detached, frozen.") {
            $0.recipe.variant.attention.word
        },
        RunColumn(
            "reference", "text",
            "SHA-256 of the pixels of the picture that a frozen pattern comes from; empty for the mean colour."
        ) { $0.recipe.variant.attention.reference ?? "" },
        // A fixed sign, which a spreadsheet cannot run.
        RunColumn("direction", "text", "+ for what excites the neuron, - for what inhibits it.") {
            $0.recipe.variant.direction.rawValue
        },
        RunColumn("steps", "integer", "Number of optimisation steps.") { "\($0.recipe.variant.method.steps)" },
        RunColumn(
            "outcome", "text",
            "completed; neverActivated: the picture activates the neuron no more than the starting noise did, or the "
                + "neuron stayed off; diverged: a number was not finite."
        ) { $0.header.outcome.word },
        RunColumn(
            "start_activation", "number", unit: "the layer's activation",
            "The activation before the first step, under live attention and without augmentation."
        ) { "\($0.header.startActivation)" },
        RunColumn(
            "final_activation", "number", unit: "the layer's activation",
            "The activation on the finished picture, decoded from its file, under live attention and without "
                + "augmentation."
        ) { "\($0.header.finalActivation)" },
        RunColumn(
            "pattern_start_activation", "number", unit: "the layer's activation",
            "The activation before the first step under the attention pattern that a frozen run replayed; empty for other "
                + "runs."
        ) { $0.header.underPattern.map { "\($0.start)" } ?? "" },
        RunColumn(
            "pattern_final_activation", "number", unit: "the layer's activation",
            "The same on the finished picture; these two decide a frozen run's outcome."
        ) { $0.header.underPattern.map { "\($0.final)" } ?? "" },
        RunColumn(
            "preactivation_steps", "integer",
            "Number of steps that followed the gradient of the neuron's pre-activation, because the neuron was off."
        ) { "\($0.header.stepsThroughPreactivation)" },
        RunColumn(
            "device", "text",
            "The kind of device that made the run; equal recipes give equal bytes only on one kind."
        ) { CSV.cell($0.header.kernel) },
        RunColumn("seconds", "number", unit: "core-seconds", "The time that the run took.") { "\($0.header.seconds)" },
        RunColumn("key", "text", "SHA-256 of the run's recipe, the name of its record in the store.") {
            $0.recipe.key.description
        },
        RunColumn("picture", "text", "Path of the picture, relative to the manifest.") { $0.picture },
    ]
}
