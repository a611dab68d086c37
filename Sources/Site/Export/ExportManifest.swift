// What manifest.json and scores.json of an export hold (docs/data.md documents them).

import Runs
import Scores
import ViT

/// `manifest.json`: what an export is of, and what every file, column and array means.
struct ExportManifest: Encodable {
    /// A layer.
    struct Layer: Encodable, Sendable {
        let address: String
        /// Paths relative to the manifest.
        let runs: String
        let scores: String
        /// The list of the photographs that were read; nil if there are none.
        let photographs: String?
        let neurons: Int
        let conditions: [Condition]
        let arrays: [ArrayDescription]
    }

    /// One way in which runs of a layer were made.
    struct Condition: Encodable, Sendable {
        /// Its index in the list: the number in the column `condition` and at the end of its arrays' names.
        let condition: Int
        let words: String
        let control: String?
        let variant: Variant
        /// The neurons that have such runs, if all are made.
        let neurons: [Int]
        /// Number of runs in the export, and of those that are not made yet.
        let runs: Int
        let missing: Int

        private enum CodingKeys: String, CodingKey {
            case condition, words, control, neurons, runs, missing
        }

        func encode(to encoder: any Encoder) throws {
            try variant.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(condition, forKey: .condition)
            try container.encode(words, forKey: .words)
            try container.encodeIfPresent(control, forKey: .control)
            try container.encode(neurons, forKey: .neurons)
            try container.encode(runs, forKey: .runs)
            try container.encode(missing, forKey: .missing)
        }
    }

    /// The version of this form, raised whenever a reader of an older one would misread a newer one.
    var format = 1
    let generator: String
    let title: String
    let model: AtlasFile.Model
    /// Nil if the model itself is the judge.
    let judge: AtlasFile.Judge?
    let seeds: [UInt64]
    /// Number of pictures that the means and scales among the arrays come from.
    var referencePictures = ReferencePictures.count
    let layers: [Layer]
    /// The columns of every runs.csv.
    var columns = RunColumn.all
    /// All other files of the export.
    let files: [ExportFiles.File]
}

/// `scores.json`: a layer's published statistics.
struct ExportScores: Encodable {
    /// A neuron.
    struct Neuron: Encodable {
        let neuron: Int
        let label: String?
        let scores: NeuronScores
        let forcedChoice: ForcedChoiceData?
    }

    /// A condition, over the neurons that all conditions have.
    struct Compared: Encodable {
        let condition: Int
        let neurons: [Int]
        let scores: LayerFigures
        /// Each of these neurons' scores among them.
        let neuronScores: [NeuronScores]
        /// What differs from the first condition, paired by neuron; nil for the first.
        let differences: ScoreDifferences?
    }

    let address: String
    /// The grid's, over all neurons.
    let scores: LayerFigures
    /// The grid's; nil without photographs.
    let forcedChoice: ForcedChoiceData?
    /// The comparison, the grid's runs first; nil if there are no others.
    let variants: [Compared]?
    let neurons: [Neuron]
}
