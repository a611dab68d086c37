// Figures: runs side by side, contact sheets, distributions and comparisons.

import Foundation
import Render
import Runs
import Scores
import ViT

extension ContentRenderer {
    /// The HTML of a figure on the page at `path`.
    func html(
        of request: FigureRequest, caption: String, on path: String, notes: inout FigureNotes
    ) throws -> String {
        let root = SitePaths.root(from: path)
        notes.figures += 1
        // No heading's id has a dot.
        let id = "figure.\(notes.figures)"
        switch request {
        case .runs(let request):
            let rows = try request.conditions.map { try row($0, of: request) }
            if notes.image == nil { notes.image = rows.lazy.flatMap(\.runs).compactMap(\.image).first }
            if notes.cardPictures.isEmpty { notes.cardPictures = try library.cardPictures(of: request.recipes) }
            let score = try scoreSentence(request)
            notes.showsScores = notes.showsScores || score != nil
            return try templates.render(
                RunsFigure(
                    root: root, rows: rows,
                    caption: CaptionContext(
                        html: caption, id: id, score: score, note: note(on: request),
                        link: LinkContext(
                            title: Explanations.name(of: request.neuron, at: request.address),
                            path: SitePaths.neuron(request.address, request.neuron)))))
        case .sheet(let request, let sort, let limit):
            let cards = try sorted(request, by: sort)
            let shown = Array(cards.prefix(limit))
            if notes.image == nil { notes.image = shown.lazy.compactMap(\.thumbnail).first }
            if notes.cardPictures.isEmpty { notes.cardPictures = try cardPictures(of: shown, in: request) }
            notes.showsScores = notes.showsScores || shown.contains(where: \.showsScore)
            return try templates.render(
                SheetFigure(
                    root: root, neurons: shown,
                    caption: CaptionContext(
                        html: caption, id: id,
                        note: shown.count < cards.count ? "\(shown.count) of \(cards.count) neurons shown" : nil,
                        link: Self.link(to: request.layer))))
        case .distribution(let request):
            let scores = try library.scores(of: request.layer, request.condition)
            let figures = ScoreFigures(library: library, layer: request.layer)
            let isGrid = request.condition == project.grid(of: request.layer)
            notes.showsScores = true
            return try templates.render(
                ChartFigure(
                    root: root,
                    chart: figures.distribution(
                        of: scores, by: request.measure,
                        controls: isGrid ? try figures.compared().filter(\.isControl) : []),
                    caption: CaptionContext(
                        html: caption, id: id, score: Self.sentence(scores.scored(request.measure)),
                        note: isGrid ? nil : request.condition.words(in: project),
                        link: Self.link(to: request.layer))))
        case .widths(let request):
            let widths = try library.widths(of: request.layer, request.condition)
            let isGrid = request.condition == project.grid(of: request.layer)
            notes.showsScores = true
            return try templates.render(
                ChartFigure(
                    root: root,
                    chart: ScoreFigures(library: library, layer: request.layer).widths(widths, by: request.measure),
                    caption: CaptionContext(
                        html: caption, id: id, score: widths.scored(request.measure).value.map(ScoreWords.widths),
                        note: isGrid ? nil : request.condition.words(in: project),
                        link: Self.link(to: request.layer))))
        case .photographs(let layer, let neuron, let limit):
            let variant = project.grid(of: layer).variant
            let all = try library.photographs(layer.address, neuron, variant, finals: [], choice: nil)?.groups.first
            let shown = Array((all?.photographs ?? []).prefix(limit))
            if notes.image == nil { notes.image = shown.first?.image }
            if notes.cardPictures.isEmpty {
                notes.cardPictures = shown.compactMap(\.image).prefix(RunLibrary.cardNeurons).map { .photograph($0) }
            }
            return try templates.render(
                PhotographsFigure(
                    root: root, photographs: shown,
                    caption: CaptionContext(
                        html: caption, id: id, note: shown.isEmpty ? "The photographs are not read yet." : nil,
                        link: LinkContext(
                            title: Explanations.name(of: neuron, at: layer.address),
                            path: SitePaths.neuron(layer.address, neuron)))))
        case .comparison(let request):
            notes.showsScores = true
            let figures = ScoreFigures(library: library, layer: request.layer)
            return try templates.render(
                figures.comparison(
                    try figures.compared(), by: request.measure, root: root,
                    caption: CaptionContext(html: caption, id: id, link: Self.link(to: request.layer))))
        }
    }

    private static func link(to layer: AtlasLayer) -> LinkContext {
        LinkContext(title: layer.address.shortName, path: SitePaths.layer(layer.address))
    }

    // MARK: - Runs

    private func row(_ condition: Condition, of request: RunsRequest) throws -> RunRowContext {
        let usual = project.usualCondition(at: request.address)
        let isAlone = request.conditions.count == 1 && condition == usual
        return RunRowContext(
            title: isAlone ? nil : condition.title(among: request.conditions, usual: usual, in: project),
            runs: try request.seeds.map { seed in
                let recipe = condition.recipe(request.address, request.neuron, seed: seed)
                return library.panel(recipe, header: try library.store.header(of: recipe))
            })
    }

    /// "2 of 3 runs shown", where the neuron's page has more runs of these conditions.
    private func note(on request: RunsRequest) -> String? {
        let layer = project.layers.first { $0.address == request.address }
        let rows = content.rows(of: request.address, request.neuron)
        let total = request.conditions.reduce(0) { count, condition in
            var seeds = Set(rows.first { $0.condition == condition }?.seeds ?? request.seeds)
            if let layer, library.hasRuns(of: request.neuron, in: layer, condition) { seeds.formUnion(library.seeds) }
            return count + seeds.count
        }
        let shown = request.conditions.count * request.seeds.count
        return shown < total ? "\(shown) of \(total) runs shown" : nil
    }

    /// The score in a sentence, for a figure of one condition whose layer has scores for it.
    private func scoreSentence(_ request: RunsRequest) throws -> String? {
        guard request.conditions.count == 1, let layer = project.layers.first(where: { $0.address == request.address }),
            library.hasRuns(of: request.neuron, in: layer, request.conditions[0])
        else { return nil }
        let scores = try library.scores(of: layer, request.conditions[0])
        return scores.scores(of: request.neuron).look.map { look in
            "By look, its runs are \(ScoreWords.standing(look)) (\(ScoreWords.counted(look.pairs, "pair")) of runs)."
        }
    }

    // MARK: - Sheets

    private func sorted(_ request: LayerRequest, by sort: FigureRequest.Sort) throws -> [NeuronCard] {
        let scores = try library.scores(of: request.layer, request.condition)
        let cards = try request.layer.neurons.map { try card($0, of: request, scores: scores.scores(of: $0)) }
        return cards.sorted(
            by: { card in
                switch sort.key {
                case .number: -Double(card.number)
                case .activation: card.activation
                // By similarity, because many percentiles are 100.
                case .consistency: (request.measure == .look ? card.look : card.meaning)?.similarity
                }
            }, lowestFirst: sort.isReversed)
    }

    private func card(_ neuron: Int, of request: LayerRequest, scores: NeuronScores) throws -> NeuronCard {
        let address = request.layer.address
        var first: RunHeader?
        for seed in library.seeds where first == nil {
            first = try library.store.header(of: request.condition.recipe(address, neuron, seed: seed))
        }
        return library.card(
            address, neuron, first: first, scores: scores, shown: request.measure == .look ? .look : .meaning)
    }

    private func cardPictures(of cards: [NeuronCard], in request: LayerRequest) throws -> [CardPicture] {
        try cards.prefix(RunLibrary.cardNeurons).flatMap { card in
            try library.cardPictures(
                of: library.seeds.map { request.condition.recipe(request.layer.address, card.number, seed: $0) },
                count: 1)
        }
    }

    // MARK: - Scores

    /// A layer's AUC in words.
    static func sentence(_ scored: Scored<Consistency>) -> String {
        switch scored {
        case .absent(let reason): return reason.description
        case .score(let consistency):
            let layer = consistency.layer
            let interval = layer.aucInterval.map { ", 95 % interval \(ScoreWords.words($0))" } ?? ""
            return "Two runs of one neuron are more alike than two runs of different neurons in "
                + "\(ScoreWords.percent(layer.auc)) of comparisons (chance: 50\u{A0}%; "
                + "AUC \(Format.number(layer.auc))\(interval); \(layer.neurons) neurons)."
        }
    }
}

extension LayerScores {
    /// The consistency by a measure.
    func scored(_ measure: Measure) -> Scored<Consistency> { measure == .look ? look : meaning }
}

extension SeedWidths {
    /// The widths by a measure.
    func scored(_ measure: Measure) -> Scored<[SeedWidth]> { measure == .look ? look : meaning }
}

extension RunLibrary {
    /// Whether the project itself makes runs of a neuron under a condition.
    func hasRuns(of neuron: Int, in layer: AtlasLayer, _ condition: Condition) -> Bool {
        project.conditions(of: layer).contains(condition) && neurons(of: layer, condition).contains(neuron)
    }
}
