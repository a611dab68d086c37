// A layer's pages and data.

import Foundation
import Render
import Runs
import Scores
import Support

/// Writes one layer's folder.
struct LayerPages: Sendable {
    let library: RunLibrary
    let layer: AtlasLayer
    /// Everything else that the pages show.
    let inputs: LayerInputs
    let files: SiteFiles

    /// A layer as the first page and `atlas.json` show it.
    struct Result: Codable, Sendable {
        let summary: LayerSummary
        let entry: AtlasFile.Layer
        let cards: [NeuronCard]
        let map: MapContext?
    }

    /// The most neurons listed as most consistent, and as least consistent.
    private static let extremes = 12
    /// Neurons of a layer that the first page shows.
    private static let samples = 12

    /// Writes the layer's and its neurons' pages, or takes them over from the previous site.
    ///
    /// - Parameters:
    ///   - kept: layers of the previous site.
    ///   - assets: paths of the files beside texts.
    func write(unless kept: KeptLayers, assets: Set<String>) throws -> KeptLayers.Layer {
        let digest = try inputs.digest
        let folder = KeptLayers.Folder(address: layer.address, neurons: layer.neurons, excluded: assets)
        if let result = try kept.takeOver(folder, inputs: digest, into: files) {
            return KeptLayers.Layer(result: result, folder: folder, newInputs: nil)
        }
        return KeptLayers.Layer(result: try make(), folder: folder, newInputs: digest)
    }

    private func make() throws -> Result {
        let address = layer.address
        let condition = library.project.grid(of: layer)
        let grid = condition.variant
        let scores = try library.scores(of: layer, condition)
        // At once after the scores, from the same runs, which need not be read again then.
        let neighbours = try library.neighbours(of: layer, condition)
        _ = try library.map(of: layer, condition)
        let figures = ScoreFigures(library: library, layer: layer)
        let compared = try figures.compared()
        let choices = try library.forcedChoice(of: layer, condition)
        let choice = ForcedChoiceData(choices)
        let made = try neurons(scores, compared, choices, neighbours)
        let cards = made.map(\.card)
        let folder = SitePaths.layerFolder(address)
        // After the neurons' pages, which find damaged runs.
        let map = try LayerMap.write(of: layer, condition, neurons: cards, from: library, to: files)
        let file = LayerFile(
            address: address.description, tokens: grid.tokens.description, method: grid.method.name,
            attention: grid.attention.word, direction: grid.direction.rawValue, seeds: library.seeds,
            scores: scores.figures, forcedChoice: choice, seedWidths: try widths(condition),
            variants: compared.count > 1
                ? try compared.map { row in
                    .init(
                        row, widths: row.condition == condition ? nil : try widths(row.condition), in: library.project)
                } : nil, map: map?.file,
            neurons: made.map { neuron in
                var file = neuron.file
                file.map = map?.places[file.neuron]
                return file
            })
        try files.write(json: file, to: SitePaths.layerData(address))
        try files.write(file.csv, to: SitePaths.layerTable(address))
        let data = LayerData(neurons: cards.map { relative($0, to: folder) })
        try files.write(data.script, to: SitePaths.layerScript(address))
        let title = Explanations.title(of: address, in: library.project.model.model.configuration)
        let summary = LayerVerdict.summary(scores, compared)
        let card = try writeCard(title: title, finding: PageCard.firstSentence(summary))
        try writePages(grid: grid, cards: cards, card, map: map?.context, scores: scores, choice, figures, compared)
        return Result(
            summary: LayerSummary(
                address: address.description, shortAddress: address.shortName,
                title: title,
                path: SitePaths.layer(address),
                neuronCount: cards.count,
                explanation: Explanations.address(address, in: library.project.model.model.configuration),
                score: summary,
                samples: AtlasConfiguration.spread(Array(cards.indices), count: Self.samples).map { cards[$0] }),
            entry: AtlasFile.Layer(
                address: address.description, page: SitePaths.layer(address), data: SitePaths.layerData(address),
                neurons: cards.count, scores: scores.figures, forcedChoice: choice),
            cards: cards, map: map?.context)
    }

    /// Writes the layer's social card; nil if the project wants none.
    private func writeCard(title: String, finding: String?) throws -> CardContext? {
        let configuration = library.project.configuration
        guard configuration.hasCards else { return nil }
        let card = PageCard(
            path: SitePaths.card(layer.address), title: title,
            subtitle: "\(layer.address.shortName) · \(configuration.title)", finding: finding,
            pictures: try library.cardPictures(of: layer))
        try CardFiles(library: library, files: files).write(card)
        return card.context
    }

    /// The widths by the number of seeds, if a text shows them; no other build pays for them.
    private func widths(_ condition: Condition) throws -> LayerFile.Widths? {
        inputs.widths.contains(condition) ? .init(try library.widths(of: layer, condition)) : nil
    }

    /// Writes the neurons' folders on all cores and returns the results in the layer's order.
    private func neurons(
        _ scores: LayerScores, _ compared: [ScoreFigures.Compared], _ choices: [JudgedChoice],
        _ neighbours: NeuronNeighbours
    ) throws -> [(card: NeuronCard, file: LayerFile.Neuron)] {
        let pages = NeuronPages(library: library, templates: inputs.theme, site: inputs.site, files: files)
        let neurons = inputs.neurons
        let thumbnails = try thumbnails()
        @Sendable func cards(_ numbers: [Int]?) -> [NeuronCard] {
            (numbers ?? []).map { library.card(layer.address, $0, thumbnail: thumbnails[$0]) }
        }
        let results = library.clock.measure(.render, "pages of \(layer.address.shortName)", neurons.count, "neurons") {
            concurrently(neurons.count) { index in
                Swift.Result {
                    defer { library.clock.advance() }
                    return try library.clock.measure(.render) {
                        try pages.write(
                            NeuronPages.Subject(
                                address: layer.address, neuron: neurons[index].number, rows: neurons[index].rows,
                                commentary: neurons[index].commentary,
                                previous: index > 0 ? neurons[index - 1].number : nil,
                                next: index + 1 < neurons.count ? neurons[index + 1].number : nil, scores: scores,
                                choices: choices,
                                alike: cards(neighbours.look[neurons[index].number]),
                                related: cards(neighbours.meaning[neurons[index].number]), compared: compared))
                    }
                }
            }
        }
        return try results.map { try $0.get() }
    }

    /// Paths of the neurons' small pictures.
    private func thumbnails() throws -> [Int: String] {
        let (model, ending) = (library.project.model.model.configuration, SitePaths.pictureEnding(in: library.project))
        var paths: [Int: String] = [:]
        for neuron in inputs.neurons {
            let made = try neuron.rows.first?.recipes.first { try library.store.contains($0.key) }
            paths[neuron.number] = made.map { SitePaths.thumbnail(of: $0, in: model, ending) }
        }
        return paths
    }

    private func relative(_ card: NeuronCard, to folder: String) -> NeuronCard {
        var card = card
        card.path = SitePaths.relative(card.path, to: folder)
        card.thumbnail = card.thumbnail.map { SitePaths.relative($0, to: folder) }
        return card
    }

    // MARK: - Pages

    private func writePages(
        grid: Variant, cards: [NeuronCard], _ card: CardContext?, map: MapContext?, scores: LayerScores,
        _ choice: ForcedChoiceData?,
        _ figures: ScoreFigures, _ compared: [ScoreFigures.Compared]
    ) throws {
        let address = layer.address
        let folder = SitePaths.layerFolder(address)
        let (most, least) = extremes(cards)
        for page in LayerGrid.pages(of: cards, folder: folder) {
            var site = inputs.site
            site.root = SitePaths.root(from: page.path)
            let isFirst = page.path == SitePaths.layer(address)
            let context = try LayerPage(
                site: site,
                page: PageContext(
                    title: isFirst ? address.shortName : "\(address.shortName), \(page.title)",
                    summary: "\(Format.count(cards.count)) \(Explanations.unit(at: address))s of \(address.shortName). "
                        + Explanations.address(address, in: library.project.model.model.configuration),
                    path: page.path, image: cards.first?.thumbnail, card: card),
                address: address.description, shortAddress: address.shortName,
                layerTitle: Explanations.title(of: address, in: library.project.model.model.configuration),
                explanation: Explanations.address(address, in: library.project.model.model.configuration),
                tokensExplanation: Explanations.tokens(
                    grid.tokens, at: address, in: library.project.model.model.configuration),
                directions: isFirst ? directions(cards) : [], unit: Explanations.unit(at: address),
                neuronCount: cards.count,
                neurons: page.neurons, pages: page.pages, previous: page.previous, next: page.next,
                orders: page.orders, layerPath: SitePaths.layer(address), map: isFirst ? map : nil, hasMap: map != nil,
                isFirst: isFirst, data: SitePaths.layerScript(address),
                json: SitePaths.layerData(address), csv: SitePaths.layerTable(address),
                agreement: isFirst ? LayerVerdict.agreement(scores, compared) : nil,
                distributions: isFirst ? figures.distributions(of: scores, compared) : [],
                comparison: isFirst && compared.count > 1
                    ? inputs.theme.render(figures.overview(compared, root: site.root)) : nil,
                comparisons: isFirst && compared.count > 1 ? comparisons(figures, compared, root: site.root) : [],
                scores: isFirst ? ScoreContexts.layer(scores, compared, judge: library.judge) : nil,
                choice: isFirst ? ForcedChoiceContext(choice, cards: cards, folder: folder) : nil,
                hasPhotographs: cards.contains { $0.positiveShare != nil },
                caveats: !isFirst && page.neurons.contains(where: \.showsScore) ? ScoreWords.caveatText : nil,
                commentary: isFirst ? inputs.commentary : nil,
                mostConsistent: isFirst ? most : [], leastConsistent: isFirst ? least : [])
            try files.write(inputs.theme.render(context), to: page.path)
        }
    }

    /// Where the directions come from, and how many of them photographs turn on; empty for the model's own channels.
    private func directions(_ cards: [NeuronCard]) -> [EntryContext] {
        guard let directions = library.project.model.directions(at: layer.address) else { return [] }
        let shares = cards.compactMap(\.positiveShare)
        func counted(_ name: String, _ meaning: String, _ isCounted: (Double) -> Bool) -> [EntryContext] {
            guard !shares.isEmpty, directions.set.nonlinearity != .none else { return [] }
            let count = Format.count(shares.count(where: isCounted))
            return [EntryContext(name: name, value: "\(count) of \(Format.count(shares.count)), \(meaning)")]
        }
        return DirectionContext.source(of: directions)
            + counted("Dead", "on for no photograph") { $0 == 0 }
            + counted("Dense", "on for more than half of the photographs") { $0 > 0.5 }
    }

    /// A table for each measure; the first also has the columns that belong to no measure.
    private func comparisons(
        _ figures: ScoreFigures, _ compared: [ScoreFigures.Compared], root: String
    ) throws -> [ComparisonContext] {
        try Measure.allCases.enumerated().map { index, measure in
            ComparisonContext(
                title: "By \(measure.rawValue), with intervals",
                table: try inputs.theme.render(
                    figures.comparison(
                        compared, by: measure, isWhole: index == 0, root: root,
                        caption: CaptionContext(html: "The same rows by \(measure.rawValue)."))))
        }
    }

    /// The most and least consistent neurons by look; the two lists are disjoint.
    private func extremes(_ cards: [NeuronCard]) -> (most: [NeuronCard], least: [NeuronCard]) {
        let scored = cards.filter { $0.look != nil }
        let count = min(Self.extremes, scored.count / 2)
        return (
            Array(scored.sorted { $0.look?.similarity }.prefix(count)),
            Array(scored.sorted(by: { $0.look?.similarity }, lowestFirst: true).prefix(count))
        )
    }
}
