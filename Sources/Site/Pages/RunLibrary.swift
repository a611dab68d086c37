// The runs as pages show them: headers, curves, pictures and scores, all from the store.

import Runs
import Scores
import Support
import Synchronization
import ViT

/// The runs of a project, for its pages.
package final class RunLibrary: Sendable {
    /// The project.
    let project: Project
    /// The store that holds its runs.
    let store: Store
    /// The model that judges how alike pictures are; nil for the visualised model itself.
    let judge: Judge?
    /// Measures what the pages' time is spent on.
    let clock: PhaseClock
    /// What photographs excite the layers; nil if the project names none.
    package let photographs: PhotographLibrary?
    /// The forced choice among the photographs; nil if the project names none.
    private let choices: ForcedChoices?
    /// What scores are measured against.
    let references: ScoreReferences
    private let cache: ScoreCache
    private let withoutFilm = Mutex(0)

    /// - Parameter device: reads the pictures of which the store lacks a score, a reference or a map.
    package init(
        project: Project, store: Store, judge: Judge?, scan: PhotographScan? = nil, clock: PhaseClock = PhaseClock(),
        on device: SharedDevice = .cpu
    ) {
        photographs = PhotographLibrary(project, scan, on: device)
        choices = scan.map { ForcedChoices($0, store: store, judge: judge, on: device) }
        self.project = project
        self.store = store
        self.judge = judge
        self.clock = clock
        references = ScoreReferences(
            store: store, judge: judge,
            models: RecipeModels(model: project.model.model, references: project.references), on: device)
        cache = ScoreCache(
            store: store, judge: judge, reference: references.reference, onRead: { clock.advance() })
    }

    /// The seeds that the project's own runs have.
    var seeds: [UInt64] { project.configuration.seeds }

    /// Number of runs that pages were made of and that lack the film that the project asks for.
    package var runsWithoutFilm: Int { withoutFilm.withLock { $0 } }

    func countRunWithoutFilm() { withoutFilm.withLock { $0 += 1 } }

    /// A run's header and numbers; nil if it was not made.
    func run(_ recipe: Recipe) throws -> (header: RunHeader, numbers: RunRecord.Numbers)? {
        try store.numbers(recipe.key)
    }

    /// The neurons of a layer that have runs of a condition: all of them for the grid's, a sample for others.
    func neurons(of layer: AtlasLayer, _ condition: Condition) -> [Int] {
        condition == project.grid(of: layer) ? layer.neurons : layer.sample
    }

    /// The scores of a layer's runs of one condition, over `neurons`, or over all that have such runs.
    func scores(of layer: AtlasLayer, _ condition: Condition, neurons: [Int]? = nil) throws -> LayerScores {
        let recipes = recipes(of: layer, condition, neurons: neurons)
        return try scoring("scores", layer, reading: recipes.count) { try cache.scores(of: recipes) }
    }

    /// Which neurons of a layer have pictures like each other's, by their runs of one condition.
    func neighbours(of layer: AtlasLayer, _ condition: Condition) throws -> NeuronNeighbours {
        try scoring("neighbours", layer) { try cache.neighbours(of: recipes(of: layer, condition)) }
    }

    /// The map of a layer's neurons by their runs of one condition.
    func map(of layer: AtlasLayer, _ condition: Condition) throws -> NeuronMap {
        try scoring("map", layer) { try cache.map(of: recipes(of: layer, condition)) }
    }

    /// How wide the intervals of a layer's runs of one condition are with fewer seeds, over all neurons that have such
    /// runs.
    func widths(of layer: AtlasLayer, _ condition: Condition) throws -> SeedWidths {
        try scoring("intervals by seeds", layer) { try cache.widths(of: recipes(of: layer, condition)) }
    }

    /// The forced choice of a layer's runs of one condition by each judge; empty without photographs, and for runs that
    /// read other tokens than the photographs are read at.
    func forcedChoice(of layer: AtlasLayer, _ condition: Condition) throws -> [JudgedChoice] {
        guard let choices, condition.variant.tokens == layer.tokens[0], condition.model.control == nil else {
            return []
        }
        let place = ReadingPlace(address: layer.address, tokens: layer.tokens[0])
        return try scoring("forced choice", layer) { try choices.choices(of: recipes(of: layer, condition), at: place) }
    }

    /// Measures and tells the computation of `what` about a layer, for which so many runs are read.
    private func scoring<Result>(
        _ what: String, _ layer: AtlasLayer, reading count: Int = 0, _ body: () throws -> Result
    ) rethrows -> Result {
        try clock.measure(.score, "\(what) of \(layer.address.shortName)", count, "runs", body)
    }

    private func recipes(of layer: AtlasLayer, _ condition: Condition, neurons: [Int]? = nil) -> [Recipe] {
        (neurons ?? self.neurons(of: layer, condition)).flatMap { neuron in
            seeds.map { condition.recipe(layer.address, neuron, seed: $0) }
        }
    }
}
