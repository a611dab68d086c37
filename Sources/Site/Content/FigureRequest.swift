// What a figure, a value or a link in a text asks of the atlas, checked against the project.

import Runs
import ViT

/// Runs of one neuron: a row for each condition, a column for each seed.
struct RunsRequest: Hashable, Sendable {
    /// Where the neuron is.
    let address: Address
    /// Its number.
    let neuron: Int
    /// The rows.
    let conditions: [Condition]
    /// The columns.
    let seeds: [UInt64]
}

/// The measure that a score is taken by.
enum Measure: String, CaseIterable, Sendable {
    /// How alike the pictures look.
    case look
    /// How alike they are to the judge.
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

/// What an image with the scheme `neuron:` or `layer:` asks for.
enum FigureRequest: Sendable {
    /// Runs side by side, or a grid of them.
    case runs(RunsRequest)
    /// A contact sheet of a layer.
    case sheet(LayerRequest, sort: Sort, limit: Int)
    /// The distribution of a layer's similarities against the null.
    case distribution(LayerRequest)
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
        /// Whether the order is turned round: `sort=-consistency`.
        let isReversed: Bool
    }
}

/// What `{{…}}` asks for.
enum ValueRequest: Sendable {
    /// A number of a layer.
    case layer(LayerRequest, LayerField)
    /// A number of a neuron among its layer.
    case score(LayerRequest, neuron: Int, ScoreField)
    /// A number of a neuron's runs.
    case runs(RunsRequest, RunsField)

    /// A layer's numbers.
    enum LayerField: String, CaseIterable, Sendable {
        /// The probability that a pair of one neuron's runs is more alike than a pair of different neurons'.
        case auc
        /// The 95 % interval of `auc`.
        case interval
        /// The part of the runs whose nearest run from another seed is of the same neuron.
        case retrieval
        /// What `retrieval` is by chance.
        case chance
        /// Mean similarity within neurons less that between neurons.
        case gap
        /// The permutation test's p.
        case p
        /// The part of the pictures on which their own neuron stands out most.
        case identification
        /// How many neurons these numbers are about.
        case neurons
        /// How many runs these numbers are about.
        case runs
    }

    /// A neuron's numbers that need its layer.
    enum ScoreField: String, CaseIterable, Sendable {
        /// How many per cent of the pairs of different neurons are less alike than its runs.
        case percentile
        /// Mean similarity of its pairs of runs.
        case similarity
        /// The part of its pictures on which it stands out most.
        case identification
    }

    /// A neuron's numbers that need its runs alone.
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

/// Whatever a text asks of the atlas.
enum ContentRequest: Sendable {
    /// A figure.
    case figure(FigureRequest)
    /// A value.
    case value(ValueRequest)
    /// A link to a page.
    case page(PageRequest)

    /// The runs that must exist, beyond those of the project's plan.
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
