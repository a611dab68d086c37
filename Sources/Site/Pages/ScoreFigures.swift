// A layer's scores as charts and as a table, for its page, its data and figures.

import Render
import Runs
import Scores

/// The distribution of a layer's similarities, and the comparison of its conditions.
struct ScoreFigures {
    let library: RunLibrary
    let layer: AtlasLayer

    private var project: Project { library.project }

    /// One condition of the layer's runs, and its scores over the compared neurons.
    struct Compared {
        let condition: Condition
        let neurons: [Int]
        let scores: LayerScores
    }

    /// Every condition of the layer over the same neurons, the grid's first; only the grid's if there are no others.
    func compared() throws -> [Compared] {
        let conditions = project.conditions(of: layer)
        let neurons = conditions.count > 1 ? layer.sample : layer.neurons
        return try conditions.map { condition in
            Compared(
                condition: condition, neurons: neurons,
                scores: try library.scores(of: layer, condition, neurons: neurons))
        }
    }

    /// Pairs of runs of one neuron against pairs of different neurons, as SVG; without a score, the reason.
    func distribution(of scores: LayerScores, by measure: Measure, weights: String? = nil) -> String {
        switch scores.scored(measure) {
        case .absent(let reason): return "<p>\(HTML.escaped(reason.description))</p>"
        case .score(let consistency):
            let distribution = consistency.distribution
            return DistributionChart(
                edges: distribution.edges,
                groups: [
                    .init(name: "pairs of runs of different neurons", counts: distribution.between),
                    .init(name: "pairs of runs of one neuron", counts: distribution.within),
                ],
                title: "Similarity by \(measure.rawValue) of the runs of \(layer.address.shortName)"
                    + (weights.map { ", \($0)" } ?? ""),
                axis: "similarity by \(measure.rawValue)"
            ).svg
        }
    }

    /// The charts of the layer's page: the grid's for each measure that has a score, then the grid's and the controls'
    /// over the same neurons.
    func distributions(of scores: LayerScores, _ compared: [Compared]) -> [DistributionContext] {
        let scored = Measure.allCases.filter { scores.scored($0).value != nil }
        var charts = (scored.isEmpty ? [.look] : scored).map { measure in
            DistributionContext(title: "By \(measure.rawValue)", chart: distribution(of: scores, by: measure))
        }
        let controls = compared.filter { $0.condition.model.control != nil }
        for row in compared.prefix(controls.isEmpty ? 0 : 1) + controls {
            let neurons = ScoreWords.counted(row.neurons.count, "neuron")
            charts.append(
                DistributionContext(
                    title: "By look, \(neurons) of the controls, \(row.condition.weights)",
                    chart: distribution(of: row.scores, by: .look, weights: row.condition.weights)))
        }
        return charts
    }

    /// A row for each condition, all over the same neurons.
    ///
    /// - Parameter isWhole: whether there are columns for identification and cost, which belong to no measure.
    func comparison(
        _ compared: [Compared], by measure: Measure, isWhole: Bool = true, root: String, caption: String,
        link: LinkContext?
    ) -> TableFigure {
        let conditions = compared.map(\.condition)
        let usual = project.grid(of: layer)
        let titles = conditions.map { $0.title(among: conditions, usual: usual, in: project) }
        let rows = zip(titles, compared).map { title, row in
            let cells =
                Self.cells(row.scores.scored(measure).value?.layer)
                + (isWhole ? Self.cells(row.scores.figures.identification) + [Format.number(cost(of: row) / 1e9)] : [])
            return TableFigure.Row(
                head: .init(text: title), cells: cells.map { .init(text: $0 ?? "–", isNumber: true) })
        }
        let columns =
            [
                "AUC by \(measure.rawValue) (95 % interval)",
                "Top-1 retrieval by \(measure.rawValue) (95 % interval; chance)",
                "Similarity gap by \(measure.rawValue) (95 % interval), p",
            ]
            + (isWhole
                ? ["Identification (95 % interval; chance)", "Pictures used for z-scores", "GFLOP per run"] : [])
        return TableFigure(
            root: root, columns: [.init(text: "Runs")] + columns.map { .init(text: $0, isNumber: true) }, rows: rows,
            caption: CaptionContext(
                html: caption, score: note(on: compared, titles: titles, measure, isWhole: isWhole), link: link))
    }

    private func cost(of row: Compared) -> Double {
        project.model.model.configuration.runCost(at: layer.address, method: row.condition.variant.method)
    }

    private static func cells(_ identification: LayerIdentification?) -> [String?] {
        [
            identification.map { figure($0.top1, $0.top1Interval, ScoreWords.percent, chance: $0.chance) },
            identification.map { Format.count($0.scalePictures) },
        ]
    }

    /// A measure's three cells.
    private static func cells(_ layer: LayerConsistency?) -> [String?] {
        guard let layer else { return [nil, nil, nil] }
        return [
            figure(layer.auc, layer.aucInterval, Format.number),
            figure(layer.retrieval, layer.retrievalInterval, ScoreWords.percent, chance: layer.chance),
            "\(figure(layer.gap, layer.gapInterval, Format.number)), \(ScoreWords.p(layer))",
        ]
    }

    /// `91.3 % (88.0 % to 94.2 %; 2.00 %)`.
    private static func figure(
        _ value: Double, _ interval: ClosedRange<Double>?, _ number: (Double) -> String, chance: Double? = nil
    ) -> String {
        let brackets = [interval.map { ScoreWords.words($0, number) }, chance.map(number)].compactMap { $0 }
        return number(value) + (brackets.isEmpty ? "" : " (\(brackets.joined(separator: "; ")))")
    }

    /// What the rows compare, how identification is scaled, and why scores are missing.
    private func note(
        on compared: [Compared], titles: [String], _ measure: Measure, isWhole: Bool
    ) -> String {
        let count = compared.first?.neurons.count ?? 0
        let neurons = count == 1 ? "The same neuron" : "The same \(count) neurons"
        var sentences = ["\(neurons) in every row, \(ScoreWords.counted(library.seeds.count, "run")) each."]
        let pictures = Set(compared.compactMap { $0.scores.figures.identification?.scalePictures })
        if isWhole, pictures.count > 1 {
            sentences.append(
                "Identification z-scores each channel over all of the grid’s pictures if the row has the grid’s tokens "
                    + "and weights, otherwise over the row’s own pictures, which are fewer. Do not compare rows that "
                    + "use different numbers of pictures.")
        }
        var rows: [String: [String]] = [:]
        var reasons: [String] = []
        for (title, row) in zip(titles, compared) {
            let absent = row.scores.figures.reasons
            let own = [measure == .look ? absent?.look : absent?.meaning, isWhole ? absent?.identification : nil]
            for reason in own.compactMap({ $0 }) where rows[reason]?.last != title {
                if rows[reason] == nil { reasons.append(reason) }
                rows[reason, default: []].append(title)
            }
        }
        sentences += reasons.map { reason in
            let titles = rows[reason] ?? []
            return titles.count == compared.count ? reason : "\(titles.joined(separator: ", ")): \(reason)"
        }
        return sentences.joined(separator: " ")
    }
}
