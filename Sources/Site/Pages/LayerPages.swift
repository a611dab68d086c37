// A layer's pages and data.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

/// Makes everything in a layer's folder.
struct LayerPages: Sendable {
    let library: RunLibrary
    let templates: Templates
    let site: SiteContext
    let files: SiteFiles
    let neuronPages: NeuronPages
    /// What the writer's texts show and say.
    let content: Content
    let contentPages: ContentPages
    /// Layers of the site before.
    let kept: KeptLayers

    /// A layer as the first page and `atlas.json` show it.
    struct Result: Codable, Sendable {
        let summary: LayerSummary
        let entry: AtlasFile.Layer
        let cards: [NeuronCard]
    }

    private static let comparisonCaption =
        "Methods, token selections and attention modes compared: one changed at a time, the first row is the grid’s."
    /// Neurons listed as most and as least consistent, at most.
    private static let extremes = 12
    /// Neurons of a layer that the first page shows.
    private static let samples = 12

    /// Writes the layer's and its neurons' pages, or takes them over from the site before.
    func write(_ layer: AtlasLayer) throws -> KeptLayers.Layer {
        let rows = rows(of: layer)
        let inputs = try inputs(of: layer, rows: rows)
        let folder = KeptLayers.Folder(
            address: layer.address, neurons: layer.neurons, excluded: Set(contentPages.assets.map(\.path)))
        if let result = try kept.takeOver(folder, inputs: inputs, into: files) {
            return KeptLayers.Layer(result: result, folder: folder, newInputs: nil)
        }
        return KeptLayers.Layer(result: try make(layer, rows: rows), folder: folder, newInputs: inputs)
    }

    private func make(_ layer: AtlasLayer, rows: [[NeuronPages.Row]]) throws -> Result {
        let address = layer.address
        let condition = library.project.grid(of: layer)
        let grid = condition.variant
        let scores = try library.scores(of: layer, condition)
        let figures = ScoreFigures(library: library, layer: layer)
        let compared = try figures.compared()
        let made = try neurons(of: layer, rows: rows, scores: scores)
        let cards = made.map(\.card)
        let folder = SitePaths.layerFolder(address)
        let file = LayerFile(
            address: address.description, tokens: grid.tokens.description, method: grid.method.name,
            attention: grid.attention.word, direction: grid.direction.rawValue, seeds: library.seeds,
            scores: scores.figures, variants: compared.count > 1 ? compared.map(LayerFile.Variant.init) : nil,
            neurons: made.map(\.file))
        try files.write(json: file, to: SitePaths.layerData(address))
        try files.write(file.csv, to: SitePaths.layerTable(address))
        let data = LayerData(neurons: cards.map { relative($0, to: folder) })
        try files.write(data.script, to: SitePaths.layerScript(address))
        try writePages(layer, grid: grid, cards: cards, scores: scores, figures, compared)
        return Result(
            summary: LayerSummary(
                address: address.description, shortAddress: address.shortName, path: SitePaths.layer(address),
                neuronCount: cards.count, explanation: Explanations.address(address),
                score: scores.look.value.map { look in
                    "A picture's nearest in look is of the same neuron in "
                        + "\(ScoreWords.percent(look.layer.retrieval)) of the cases "
                        + "(by chance \(ScoreWords.percent(look.layer.chance)))."
                },
                samples: AtlasConfiguration.spread(Array(cards.indices), count: Self.samples).map { cards[$0] }),
            entry: AtlasFile.Layer(
                address: address.description, page: SitePaths.layer(address), data: SitePaths.layerData(address),
                neurons: cards.count, scores: scores.figures),
            cards: cards)
    }

    /// Writes the neurons' folders on all cores; the order of the results is the layer's.
    private func neurons(
        of layer: AtlasLayer, rows: [[NeuronPages.Row]], scores: LayerScores
    ) throws -> [(card: NeuronCard, file: LayerFile.Neuron)] {
        let neurons = layer.neurons
        return try concurrently(neurons.count) { index in
            Swift.Result {
                try library.clock.measure(.render) {
                    try neuronPages.write(
                        NeuronPages.Subject(
                            address: layer.address, neuron: neurons[index], rows: rows[index],
                            previous: index > 0 ? neurons[index - 1] : nil,
                            next: index + 1 < neurons.count ? neurons[index + 1] : nil, scores: scores))
                }
            }
        }.map { try $0.get() }
    }

    /// The rows of each neuron's page.
    private func rows(of layer: AtlasLayer) -> [[NeuronPages.Row]] {
        let conditions = library.project.conditions(of: layer)
        let sample = Set(layer.sample)
        return layer.neurons.map { rows(layer.address, $0, sample.contains($0) ? conditions : [conditions[0]]) }
    }

    /// The runs of a neuron that the atlas makes, and those that only texts show.
    private func rows(_ address: Address, _ neuron: Int, _ conditions: [Condition]) -> [NeuronPages.Row] {
        var rows: [NeuronPages.Row] = conditions.map { ($0, library.seeds) }
        for (condition, seeds) in content.rows(of: address, neuron) {
            if let index = conditions.firstIndex(of: condition) {
                rows[index].seeds = Set(rows[index].seeds + seeds).sorted()
            } else {
                rows.append((condition, seeds))
            }
        }
        return rows
    }

    /// Digest of everything that the layer's files depend on.
    private func inputs(of layer: AtlasLayer, rows: [[NeuronPages.Row]]) throws -> String {
        let project = library.project
        var lines = [
            try Installation.programVersion(), project.configuration.digest, project.model.digest, project.model.name,
            library.judge?.digest ?? "", site.feed ?? "", site.pending ?? "", contentPages.archive ?? "",
            contentPages.layers[layer.address] ?? "",
        ]
        lines += project.model.checkpoint.labels ?? []
        for template in templates.texts.sorted(by: { $0.key < $1.key }) { lines += [template.key, template.value] }
        for (neuron, rows) in zip(layer.neurons, rows) {
            lines += ["\(neuron)", contentPages.neurons[Content.Neuron(address: layer.address, number: neuron)] ?? ""]
            for (condition, seeds) in rows {
                for seed in seeds {
                    let key = condition.recipe(layer.address, neuron, seed: seed).key
                    lines += [key.description, library.store.version(of: key)]
                }
            }
        }
        // Lengths keep one line's end from passing for the next one's beginning.
        return Digest.hexadecimal(Array(lines.map { "\($0.utf8.count) \($0)\n" }.joined().utf8))
    }

    private func relative(_ card: NeuronCard, to folder: String) -> NeuronCard {
        var card = card
        card.path = SitePaths.relative(card.path, to: folder)
        card.thumbnail = card.thumbnail.map { SitePaths.relative($0, to: folder) }
        return card
    }

    // MARK: - Pages

    private func writePages(
        _ layer: AtlasLayer, grid: Variant, cards: [NeuronCard], scores: LayerScores, _ figures: ScoreFigures,
        _ compared: [ScoreFigures.Compared]
    ) throws {
        let address = layer.address
        let folder = SitePaths.layerFolder(address)
        let (most, least) = extremes(cards)
        for page in LayerGrid.pages(of: cards, folder: folder) {
            var site = site
            site.root = SitePaths.root(from: page.path)
            let isFirst = page.path == SitePaths.layer(address)
            let context = LayerPage(
                site: site,
                page: PageContext(
                    title: isFirst ? address.shortName : "\(address.shortName), \(page.title)",
                    summary: "\(Format.count(cards.count)) neurons of \(address.shortName). "
                        + Explanations.address(address),
                    path: page.path, image: cards.first?.thumbnail),
                address: address.description, shortAddress: address.shortName,
                explanation: Explanations.address(address),
                tokensExplanation: Explanations.tokens(grid.tokens, at: address), neuronCount: cards.count,
                neurons: page.neurons, pages: page.pages, previous: page.previous, next: page.next,
                orders: page.orders, isFirst: isFirst, data: SitePaths.layerScript(address),
                json: SitePaths.layerData(address), csv: SitePaths.layerTable(address),
                distributions: isFirst ? figures.distributions(of: scores, compared) : [],
                comparison: isFirst && compared.count > 1
                    ? comparison(figures, compared, root: site.root) : nil,
                scores: isFirst ? ScoreContexts.layer(scores, judge: library.judge) : nil,
                caveats: !isFirst && page.neurons.contains(where: \.showsScore) ? ScoreWords.caveatText : nil,
                commentary: isFirst ? contentPages.layers[address] : nil,
                mostConsistent: isFirst ? most : [], leastConsistent: isFirst ? least : [])
            try files.write(templates.render(context), to: page.path)
        }
    }

    /// A table for each measure; the first one has what belongs to none.
    private func comparison(_ figures: ScoreFigures, _ compared: [ScoreFigures.Compared], root: String) -> String {
        Measure.allCases.enumerated().map { index, measure in
            templates.render(
                figures.comparison(
                    compared, by: measure, isWhole: index == 0, root: root,
                    caption: index == 0 ? Self.comparisonCaption : "The same runs by \(measure.rawValue).", link: nil))
        }.joined()
    }

    /// The most and the least consistent neurons in look, none of them both.
    private func extremes(_ cards: [NeuronCard]) -> (most: [NeuronCard], least: [NeuronCard]) {
        let scored = cards.filter { $0.look != nil }
        let count = min(Self.extremes, scored.count / 2)
        return (
            Array(scored.sorted { $0.look?.similarity }.prefix(count)),
            Array(scored.sorted(by: { $0.look?.similarity }, lowestFirst: true).prefix(count))
        )
    }
}
