// The data beside the pages: neuron.json, neurons.json, neurons.csv and atlas.json (docs/data.md documents them).

import Foundation
import Runs
import Scores
import ViT

/// `neuron.json`: one neuron's runs and scores.
struct NeuronData: Codable, Equatable {
    /// One run: its recipe and its result, as keys of one object.
    struct Run: Equatable {
        var variant: Variant
        var result: Result
    }

    /// Activations under the pattern that a frozen run replayed; null if not finite.
    struct PatternActivations: Codable, Equatable {
        var start: Float?
        var final: Float?
    }

    /// What a run's picture looked like on the way.
    struct Film: Codable, Equatable {
        /// The name beside this file of the picture with all frames side by side.
        var image: String
        /// Number of steps before each frame.
        var steps: [Int]
    }

    /// The result of a run.
    struct Result: Codable, Equatable {
        /// The control's word; nil for the trained weights.
        var control: String?
        var seed: UInt64
        /// The picture's name beside this file.
        var image: String
        /// `completed`, `neverActivated` or `diverged`.
        var outcome: String
        /// Null if not finite, because JSON cannot represent that.
        var startActivation: Float?
        var finalActivation: Float?
        /// Nil unless attention was frozen.
        var underPattern: PatternActivations?
        var stepsThroughPreactivation: Int
        /// The activation of the augmented picture at each step; null if not finite.
        var curve: [Float?]
        /// Nil if it has no film, or the page does not show it.
        var film: Film?
        /// The recipe's digest, the name of its record in the store.
        var key: String
    }

    var address: String
    var neuron: Int
    var label: String?
    var weights: String
    /// Nil for a channel of the model's own.
    var direction: DirectionData?
    var runs: [Run]
    var scores: NeuronScores?
    /// Nil if the project names no photographs.
    var photographs: PhotographData?
    /// Nil without photographs, or with too few.
    var forcedChoice: ForcedChoiceData?
}

/// `neurons.json`: a layer's neurons in one file.
struct LayerFile: Codable, Equatable {
    /// One neuron.
    struct Neuron: Codable, Equatable {
        var neuron: Int
        var label: String?
        /// Paths relative to this file.
        var page: String
        var data: String
        var thumbnail: String?
        /// Of the first seed's run of the grid.
        var startActivation: Float?
        var finalActivation: Float?
        var outcome: String?
        var scores: NeuronScores?
        /// Nil if it has no picture.
        var map: Place?
    }

    /// A cell of the map, counted from 0 at the top left.
    struct Place: Codable, Equatable {
        var column: Int
        var row: Int
    }

    /// The map of the neurons.
    struct Map: Codable, Equatable {
        /// The picture's name beside this file.
        var picture: String
        var columns: Int
        var rows: Int
        /// In the picture, in pixels.
        var tileWidth: Int
        var tileHeight: Int
        /// Nil for fewer than three neurons.
        var trustworthiness: Double?
        /// Number of neurons without a picture.
        var leftOut: Int
    }

    /// The widths of intervals with each number of seeds; a measure without them is absent.
    struct Widths: Codable, Equatable {
        var look: [SeedWidth]?
        var meaning: [SeedWidth]?
    }

    /// One condition of the runs, compared over a sample of the neurons.
    struct Variant: Codable, Equatable {
        /// The method's name in the project.
        var name: String
        /// The preset's name.
        var method: String
        var tokens: String
        var attention: String
        var reference: String?
        var direction: String
        /// The control's word; nil for the trained weights.
        var control: String?
        /// Every parameter of the method, as text.
        var parameters: [String: String]
        var neurons: [Int]
        var scores: LayerFigures
        /// Each of these neurons' scores among them.
        var neuronScores: [NeuronScores]
        /// What differs from the first variant, paired by neuron; nil for the first.
        var differences: ScoreDifferences?
        /// Nil unless a text shows them; of the first variant, over all neurons, they are the layer's.
        var seedWidths: Widths?
    }

    var address: String
    var tokens: String
    var method: String
    var attention: String
    var direction: String
    var seeds: [UInt64]
    var scores: LayerFigures
    /// Of the grid's runs; nil without photographs, or with too few.
    var forcedChoice: ForcedChoiceData?
    /// Of the grid's runs; nil unless a text shows them.
    var seedWidths: Widths?
    /// The comparison, the grid's runs first; nil if there are no others.
    var variants: [Variant]?
    /// Nil if no neuron has a picture.
    var map: Map?
    var neurons: [Neuron]
}

/// `atlas.json`: the model and its layers.
struct AtlasFile: Codable, Equatable {
    /// The model.
    struct Model: Codable, Equatable {
        var name: String
        var weights: String
        var parameters: Int
        var configuration: ViTConfiguration
    }

    /// A layer.
    struct Layer: Codable, Equatable {
        var address: String
        /// Paths relative to this file.
        var page: String
        var data: String
        var neurons: Int
        var scores: LayerFigures
        /// Nil without photographs, or with too few.
        var forcedChoice: ForcedChoiceData?
    }

    /// The model that judges how alike pictures are.
    struct Judge: Codable, Equatable {
        var name: String
        var weights: String
    }

    var title: String
    var generator: String
    var model: Model
    /// Nil if the model itself is the judge.
    var judge: Judge?
    var layers: [Layer]
}

extension NeuronData.Run: Codable {
    init(_ header: RunHeader, curve: [Float], _ ending: SitePaths.PictureEnding) {
        let recipe = header.recipe
        variant = recipe.variant
        result = NeuronData.Result(
            control: recipe.model.control?.word, seed: recipe.seed, image: SitePaths.pictureName(recipe, ending),
            outcome: header.outcome.word, startActivation: header.startActivation.finite,
            finalActivation: header.finalActivation.finite,
            underPattern: header.underPattern.map { .init(start: $0.start.finite, final: $0.final.finite) },
            stepsThroughPreactivation: header.stepsThroughPreactivation, curve: curve.map(\.finite),
            key: recipe.key.description)
    }

    init(from decoder: any Decoder) throws {
        variant = try Variant(from: decoder)
        result = try NeuronData.Result(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        try variant.encode(to: encoder)
        try result.encode(to: encoder)
    }
}

extension LayerFile.Variant {
    init(_ compared: ScoreFigures.Compared, widths: LayerFile.Widths?, in project: Project) {
        let (model, variant) = (compared.condition.model, compared.condition.variant)
        name = project.name(of: variant.method)
        method = variant.method.name
        tokens = variant.tokens.description
        attention = variant.attention.word
        reference = variant.attention.reference
        direction = variant.direction.rawValue
        control = model.control?.word
        parameters = variant.method.texts
        parameters["steps"] = "\(variant.method.steps)"
        neurons = compared.neurons
        neuronScores = compared.neurons.map { compared.scores.scores(of: $0) }
        differences = compared.difference
        seedWidths = widths
        scores = compared.scores.figures
    }
}

extension LayerFile.Widths {
    /// Nil if neither measure has widths.
    init?(_ widths: SeedWidths) {
        look = widths.look.value
        meaning = widths.meaning.value
        if look == nil && meaning == nil { return nil }
    }
}

extension RunOutcome {
    /// The outcome as data files name it.
    package var word: String {
        switch self {
        case .completed: "completed"
        case .neverActivated: "neverActivated"
        case .diverged: "diverged"
        }
    }
}

extension Float {
    /// The value, or nil if JSON cannot represent it.
    var finite: Float? { isFinite ? self : nil }
}

extension LayerFile {
    /// The neurons as CSV (RFC 4180), one per line; a missing value is an empty cell.
    var csv: String {
        let columns = [
            "neuron", "label", "outcome", "start_activation", "final_activation", "look_similarity",
            "look_percentile", "look_pairs", "meaning_similarity", "meaning_percentile", "meaning_pairs",
            "identification_top1", "identification_reciprocal_rank", "seed_spread",
        ]
        func text(_ value: some LosslessStringConvertible) -> String { String(value) }
        let rows = neurons.map { neuron -> String in
            let scores = neuron.scores
            let cells: [String?] = [
                text(neuron.neuron), neuron.label.map(CSV.cell), neuron.outcome.map(CSV.cell),
                neuron.startActivation.map(text), neuron.finalActivation.map(text),
                (scores?.look?.similarity).map(text), (scores?.look?.percentile).map(text),
                (scores?.look?.pairs).map(text), (scores?.meaning?.similarity).map(text),
                (scores?.meaning?.percentile).map(text), (scores?.meaning?.pairs).map(text),
                (scores?.identification?.top1).map(text), (scores?.identification?.reciprocalRank).map(text),
                (scores?.seedSpread).map(text),
            ]
            return cells.map { $0 ?? "" }.joined(separator: ",")
        }
        return ([columns.joined(separator: ",")] + rows).joined(separator: "\r\n") + "\r\n"
    }
}
