// What figures, values and links in texts request, checked against the project.

import Runs
import ViT

/// Runs of one neuron: a row for each condition, a column for each seed.
struct RunsRequest: Hashable, Sendable {
    /// The neuron's layer.
    let address: Address
    /// Its number.
    let neuron: Int
    /// The rows.
    let conditions: [Condition]
    /// The columns.
    let seeds: [UInt64]
}

/// How similarity is measured.
enum Measure: String, CaseIterable, Sendable {
    /// Similarity of the look descriptors.
    case look
    /// Similarity of the judge's embeddings.
    case meaning
}

/// A chosen layer's runs of one condition.
struct LayerRequest: Sendable {
    /// The layer.
    let layer: AtlasLayer
    /// How its runs were made: one of the project's conditions of the layer.
    let condition: Condition
    /// The measure of its scores.
    let measure: Measure
}

/// What an image with the scheme `neuron:`, `layer:` or `photographs:` requests.
enum FigureRequest: Sendable {
    /// Runs side by side, or a grid of them.
    case runs(RunsRequest)
    /// A contact sheet of a layer.
    case sheet(LayerRequest, sort: Sort, limit: Int)
    /// The distributions of a layer's similarities within and between neurons.
    case distribution(LayerRequest)
    /// The widths of a layer's intervals with each number of seeds.
    case widths(LayerRequest)
    /// The photographs that excite a neuron most.
    case photographs(AtlasLayer, Int, limit: Int)
    /// The table of a layer's methods, token selections and attention modes.
    case comparison(LayerRequest)

    /// The order of a contact sheet.
    struct Sort: Hashable, Sendable {
        /// What neurons are ordered by.
        enum Key: String, CaseIterable, Sendable {
            /// Ascending.
            case number
            /// The final activation of the first seed's run, highest first.
            case activation
            /// How alike the runs are, most alike first.
            case consistency
        }

        /// What neurons are ordered by.
        let key: Key
        /// Whether the order is reversed: `sort=-consistency`.
        let isReversed: Bool
    }
}

/// What `{{…}}` requests.
enum ValueRequest: Sendable {
    /// A number of a layer.
    case layer(LayerRequest, LayerField)
    /// A number of a neuron compared with its layer.
    case score(LayerRequest, neuron: Int, ScoreField)
    /// A number of a neuron's runs.
    case runs(RunsRequest, RunsField)

    /// A layer's numbers.
    enum LayerField: String, CaseIterable, Sendable {
        /// The probability that a pair of one neuron's runs is more alike than a pair of different neurons'.
        case auc
        /// The 95 % interval of `auc`.
        case interval
        /// Top-1 retrieval: the share of runs whose nearest neighbour from another seed is of the same neuron.
        case retrieval
        /// The value of `retrieval` by chance.
        case chance
        /// Mean similarity within neurons minus between neurons.
        case gap
        /// The permutation test's p.
        case p
        /// The share of pictures on which their own neuron has the layer's highest z-score.
        case identification
        /// The AUC minus the grid's over the same neurons, with its interval; see `ScoreDifferences`.
        case difference
        /// The same of `retrieval`.
        case retrievalDifference
        /// The accuracy of the forced choice, by the judge that comes first.
        case forcedChoice
        /// Number of neurons.
        case neurons
        /// Number of runs.
        case runs
    }

    /// A neuron's numbers that need its layer.
    enum ScoreField: String, CaseIterable, Sendable {
        /// Percentile of its runs' similarity among pairs of different neurons.
        case percentile
        /// Mean similarity of its pairs of runs.
        case similarity
        /// The share of its pictures on which it has the layer's highest z-score.
        case identification
        /// The accuracy of its forced choice, by the judge that comes first.
        case forcedChoice
    }

    /// A neuron's numbers that need only its runs.
    enum RunsField: String, CaseIterable, Sendable {
        /// The mean activation before the first step.
        case start
        /// The mean activation of the final pictures.
        case final
    }
}

/// The page that a link with the scheme `neuron:` or `layer:` leads to.
enum PageRequest: Sendable {
    /// A neuron's, with the runs that it shows.
    case neuron(RunsRequest)
    /// A layer's.
    case layer(AtlasLayer)

    /// Path of the page.
    var path: String {
        switch self {
        case .neuron(let request): SitePaths.neuron(request.address, request.neuron)
        case .layer(let layer): SitePaths.layer(layer.address)
        }
    }
}

/// A text's request to the atlas.
enum ContentRequest: Sendable {
    /// A figure.
    case figure(FigureRequest)
    /// A value.
    case value(ValueRequest)
    /// A link to a page.
    case page(PageRequest)

    /// The runs that the request needs; nil if they are in the project's plan anyway.
    var runs: RunsRequest? {
        switch self {
        case .figure(.runs(let request)), .value(.runs(let request, _)), .page(.neuron(let request)): request
        case .figure, .value, .page: nil
        }
    }
}

extension RunsRequest {
    /// The recipes, row by row.
    var recipes: [Recipe] {
        conditions.flatMap { condition in seeds.map { condition.recipe(address, neuron, seed: $0) } }
    }
}
