// A neuron's page, pictures and data.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

/// Writes a neuron's folder.
struct NeuronPages: Sendable {
    let library: RunLibrary
    let templates: Templates
    let site: SiteContext
    let files: SiteFiles

    var project: Project { library.project }

    /// One neuron to show.
    struct Subject: Sendable {
        let address: Address
        let neuron: Int
        /// The conditions of its runs, each with its seeds, the grid's first; at least one.
        let rows: [NeuronRow]
        /// The writer's commentary, as HTML.
        let commentary: String?
        /// The neighbours in the grid; nil at the ends, and for a neuron outside the grid.
        let previous: Int?
        let next: Int?
        /// The scores of the layer's grid; nil for a neuron outside the grid.
        let scores: LayerScores?
        /// The forced choice of the layer's grid; empty without one.
        var choices: [JudgedChoice] = []
        /// The neurons whose pictures look, and mean, most like its own; none outside the grid.
        var alike: [NeuronCard] = []
        var related: [NeuronCard] = []
        /// The layer's conditions over the compared neurons.
        let compared: [ScoreFigures.Compared]
    }

    /// Writes the folder and returns the neuron as grids and data files show it.
    func write(_ subject: Subject) throws -> (card: NeuronCard, file: LayerFile.Neuron) {
        let (address, neuron) = (subject.address, subject.neuron)
        let path = SitePaths.neuron(address, neuron)
        let label = project.model.label(address, neuron)
        var rows: [RunRowContext] = []
        var runs: [NeuronData.Run] = []
        var first: RunHeader?
        var outcomes: [RunOutcome?] = []
        let conditions = subject.rows.map(\.condition)
        for row in subject.rows {
            let condition = row.condition
            // The first row is what the page is about; others say how they differ.
            let isFirst = rows.isEmpty
            let title = isFirst ? nil : condition.change(from: conditions[0], in: project)
            var panels: [RunContext] = []
            var curves: [ActivationChart.Series] = []
            var strips: [FilmStrip] = []
            for recipe in row.recipes {
                let record = try library.store.record(of: recipe)
                if isFirst { outcomes.append(record?.header.outcome) }
                guard let record else {
                    panels.append(library.panel(recipe, header: nil, subject: title))
                    continue
                }
                try writePicture(record)
                if first == nil {
                    first = record.header
                    try writeThumbnail(record)
                }
                panels.append(library.panel(recipe, header: record.header, subject: title))
                // The last point is the activation on the finished picture, under the attention of the steps.
                let final = record.header.underPattern?.final ?? record.header.finalActivation
                let activations = record.numbers.curve + [final]
                curves.append(.init(name: "seed \(recipe.seed)", values: activations.map(Double.init)))
                var run = NeuronData.Run(record.header, curve: record.numbers.curve, ending)
                if isFirst, let strip = try writeFilm(record, final: final) {
                    strips.append(strip)
                    run.result.film = .init(image: SitePaths.filmName(recipe), steps: strip.steps)
                }
                runs.append(run)
            }
            // One chart per page keeps the page small; neuron.json has every curve.
            let chart =
                isFirst
                ? drawn(curves, title: "Activation at each step, \(Explanations.curve(condition.variant.attention))")
                : nil
            rows.append(
                RunRowContext(
                    title: title,
                    explanation: condition.variant.tokens == conditions[0].variant.tokens
                        ? nil
                        : Explanations.tokens(
                            condition.variant.tokens, at: address, in: project.model.model.configuration),
                    runs: panels,
                    curves: chart,
                    film: chart == nil || strips.isEmpty
                        ? nil : FilmContext(steps: condition.variant.method.steps, strips: strips)))
        }
        let directions = project.model.directions(at: address)
        let data = NeuronData(
            address: address.description, neuron: neuron, label: label, weights: project.model.weightsDigest,
            direction: directions.map { DirectionData($0, neuron) }, runs: runs,
            scores: subject.scores?.scores(of: neuron),
            photographs: try library.photographData(address, neuron, conditions[0].variant),
            forcedChoice: ForcedChoiceData(subject.choices, of: neuron))
        try files.write(json: data, to: SitePaths.neuronData(address, neuron))
        var card = library.card(address, neuron, first: first, scores: data.scores)
        let finals = runs.prefix(subject.rows[0].recipes.count).compactMap(\.result.finalActivation)
        let photographs = try library.photographs(
            address, neuron, conditions[0].variant, finals: finals, choice: data.forcedChoice)
        card.choice = data.forcedChoice?.accuracy
        card.beyond = photographs?.beyond
        card.positiveShare = data.photographs?.positiveShare
        try writePage(
            subject, path: path, label: label,
            verdict: Verdict.sentences(outcomes: outcomes, scores: data.scores, choice: data.forcedChoice), rows: rows,
            photographs: photographs,
            direction: directions.flatMap { directions in
                data.direction.map {
                    DirectionContext($0, of: directions, positiveShare: card.positiveShare, in: project)
                }
            }, image: card.thumbnail)
        return (card, file(card, of: address, first: first, scores: data.scores))
    }

    // MARK: - Parts

    /// Curves as SVG; nil without a number to draw.
    private func drawn(_ curves: [ActivationChart.Series], title: String) -> String? {
        let svg = ActivationChart(series: curves, title: title).svg
        return svg.isEmpty ? nil : svg
    }

    private var ending: SitePaths.PictureEnding { SitePaths.pictureEnding(in: project) }

    /// Writes a run's picture: as it is in the store, or as JPEG.
    private func writePicture(_ record: RunRecord) throws {
        let path = SitePaths.picture(record.header.recipe, ending)
        try files.write(ending == .png ? record.png : encoded(try picture(of: record)), to: path)
    }

    /// Writes the small picture for grids, unless grids show the run's own picture.
    private func writeThumbnail(_ record: RunRecord) throws {
        let recipe = record.header.recipe
        let model = project.model.model.configuration
        let path = SitePaths.thumbnail(of: recipe, in: model, ending)
        guard path != SitePaths.picture(recipe, ending) else { return }
        let small = try picture(of: record).thumbnail(width: SitePaths.thumbnailSize(of: model).width)
        try files.write(try encoded(small), to: path)
    }

    /// Writes the film of a run of the page's own row, if the project asks for films. A run that was made without the
    /// film that is asked for is counted.
    private func writeFilm(_ record: RunRecord, final: Float) throws -> FilmStrip? {
        let wanted = project.filmSteps(of: record.header.recipe)
        guard !wanted.isEmpty else { return nil }
        guard let film = record.film, film.steps == wanted, let strip = FilmStrip(record, final: final) else {
            library.countRunWithoutFilm()
            return nil
        }
        try files.write(film.jpeg, to: strip.image)
        return strip
    }

    private func picture(of record: RunRecord) throws -> Picture {
        try PNG.decode(Data(record.png), file: library.store.path(of: record.header.recipe.key))
    }

    private func encoded(_ picture: Picture) throws -> [UInt8] {
        switch ending {
        case .png: Array(try PNG.encode(picture))
        case .jpg: try JPEG.encode(picture, quality: project.configuration.pictures.quality)
        }
    }

    private func file(
        _ card: NeuronCard, of address: Address, first: RunHeader?, scores: NeuronScores?
    ) -> LayerFile.Neuron {
        func relative(_ path: String) -> String { SitePaths.relative(path, to: SitePaths.layerFolder(address)) }
        return LayerFile.Neuron(
            neuron: card.number, label: card.label, page: relative(card.path),
            data: relative(SitePaths.neuronData(address, card.number)), thumbnail: card.thumbnail.map(relative),
            startActivation: first?.startActivation.finite, finalActivation: first?.finalActivation.finite,
            outcome: first?.outcome.word, scores: scores)
    }

    // MARK: - The page

    private func writePage(
        _ subject: Subject, path: String, label: String?, verdict: String?, rows: [RunRowContext],
        photographs: PhotographsContext?, direction: DirectionContext?, image: String?
    ) throws {
        let (address, neuron) = (subject.address, subject.neuron)
        let grid = subject.rows[0].condition.variant
        var site = site
        site.root = SitePaths.root(from: path)
        let unit = Explanations.unit(at: address)
        let name = label.map { "\($0) (\(unit) \(neuron))" } ?? "\(unit.capitalized) \(neuron)"
        let card = try writeCard(subject, name: name, verdict: verdict)
        let scores = subject.scores.flatMap {
            ScoreContexts.neuron($0, neuron, among: subject.compared, judge: library.judge)
        }
        let page = NeuronPage(
            site: site,
            page: PageContext(
                title: "\(name) of \(address.shortName)",
                summary: verdict
                    ?? "\(name) of \(address.shortName): feature visualisations from "
                    + "\(ScoreWords.counted(subject.rows[0].recipes.count, "run")), side by side.",
                path: path, image: image, card: card),
            address: address.description, shortAddress: address.shortName,
            layerTitle: Explanations.title(of: address, in: project.model.model.configuration),
            layerPath: project.layers.contains { $0.address == address } ? SitePaths.layer(address) : nil,
            number: neuron, unit: unit, label: label, verdict: verdict, tokens: grid.tokens.description,
            tokensExplanation: Explanations.tokens(grid.tokens, at: address, in: project.model.model.configuration),
            rows: Array(rows.prefix(1)), others: rows.count > 1 ? OtherRows(rows: Array(rows.dropFirst())) : nil,
            previous: subject.previous.map { link(address, $0) }, next: subject.next.map { link(address, $0) },
            photographs: photographs, direction: direction, alike: subject.alike, related: subject.related,
            commentary: subject.commentary,
            scores: scores,
            similarity: subject.scores?.look.value?.matrices[neuron].map(similarity), writes: writes(subject),
            writesExplanation: writesExplanation(subject), provenance: provenance(subject), command: commands(subject),
            figureSyntax: figureSyntax(name, subject),
            bibtex: bibtex(name, address, neuron, path: path), json: SitePaths.neuronData(address, neuron),
            card: card?.path)
        try files.write(SitePaths.withShortLinks(templates.render(page), on: path), to: path)
    }

    /// Writes the neuron's social card; nil if the project wants none.
    private func writeCard(_ subject: Subject, name: String, verdict: String?) throws -> CardContext? {
        guard project.configuration.hasNeuronCards else { return nil }
        let layer = Explanations.title(of: subject.address, in: project.model.model.configuration)
        let card = PageCard(
            path: SitePaths.card(subject.address, subject.neuron), title: name,
            subtitle: "\(layer) · \(subject.address.shortName)",
            finding: PageCard.firstSentence(verdict),
            pictures: try library.cardPictures(of: subject.rows[0].recipes))
        try CardFiles(library: library, files: files).write(card)
        return card.context
    }

    private func link(_ address: Address, _ neuron: Int) -> LinkContext {
        LinkContext(
            title: project.model.label(address, neuron) ?? "\(neuron)", path: SitePaths.neuron(address, neuron))
    }
}
