// The conditions of a layer compared over the same neurons, as tables.

import Render
import Runs
import Scores

extension ScoreFigures {
    /// The conditions in a table that fits a phone: a figure for each score, and below it the difference from the
    /// grid's row where one is shown.
    func overview(_ compared: [Compared], root: String) -> TableFigure {
        typealias Value = (text: String, difference: PairedDifference?, number: (Double) -> String)
        let columns: [(title: String, value: (Compared) -> Value?)] =
            Measure.allCases.map { measure in
                (
                    "Alike by \(measure.rawValue)",
                    { row in
                        row.scores.scored(measure).value.map {
                            (Format.number($0.layer.auc), row.difference?.by(measure)?.auc, Format.number)
                        }
                    }
                )
            } + [
                (
                    "Identified",
                    { row in
                        row.scores.figures.identification.map {
                            (ScoreWords.percent($0.top1), row.difference?.identification, ScoreWords.percent)
                        }
                    }
                )
            ]
        let shown = columns.filter { column in compared.contains { column.value($0) != nil } }
        return TableFigure(
            root: root, columns: [.init(text: "Runs")] + shown.map { .init(text: $0.title, isNumber: true) },
            rows: zip(titles(of: compared), compared).map { title, row in
                .init(
                    head: .init(text: title),
                    cells: shown.map { column in
                        guard let value = column.value(row) else { return .init(text: "–", isNumber: true) }
                        let difference = value.difference.flatMap { $0.isShown ? $0.value : nil }
                        return .init(
                            text: value.text, isNumber: true,
                            note: difference.map { ($0 > 0 ? "+" : "") + value.number($0) })
                    })
            },
            caption: CaptionContext(
                html:
                    "Alike: the AUC, which is 0.5 by chance and 1 at best. Identified: the share of pictures on which "
                    + "their own neuron stands out most. Below a figure stands the difference from the first row, where "
                    + "one is shown.",
                score: "\(ScoreWords.counted(compared[0].neurons.count, "neuron")), the same in every row, "
                    + "\(ScoreWords.counted(library.seeds.count, "run")) each."))
    }

    /// The first row in full, the others by what differs from it.
    private func titles(of compared: [Compared]) -> [String] {
        let conditions = compared.map(\.condition)
        return conditions.map { condition in
            condition == conditions[0]
                ? condition.title(among: conditions, usual: conditions[0], in: project)
                : condition.change(from: conditions[0], in: project)
        }
    }

    /// A row for each condition, all over the same neurons. Each row's title links to the commands that make the runs of
    /// the first compared neuron again.
    ///
    /// - Parameter isWhole: whether there are columns for identification and cost, which belong to no measure.
    func comparison(
        _ compared: [Compared], by measure: Measure, isWhole: Bool = true, root: String, caption: CaptionContext
    ) -> TableFigure {
        var caption = caption
        caption.score = note(on: compared, titles: titles(of: compared), measure, isWhole: isWhole)
        let titles = titles(of: compared)
        let recipes = compared.first?.neurons.first.map { SitePaths.reproduction(layer.address, $0) }
        let rows = zip(titles, compared).map { title, row in
            let cells =
                Self.cells(row.scores.scored(measure).value?.layer, row.difference?.by(measure))
                + (isWhole
                    ? Self.cells(row.scores.figures.identification, row.difference?.identification)
                        + [Format.number(cost(of: row) / 1e9)] : [])
            return TableFigure.Row(
                head: .init(text: title, path: recipes), cells: cells.map { .init(text: $0 ?? "–", isNumber: true) })
        }
        let columns =
            [
                "AUC by \(measure.rawValue) (95 % interval), p", "Difference from the first row",
                "Top-1 retrieval by \(measure.rawValue) (95 % interval; chance)", "Difference from the first row",
            ]
            + (isWhole
                ? [
                    "Identification (95 % interval; chance)", "Difference from the first row", "GFLOP per run",
                ] : [])
        return TableFigure(
            root: root, columns: [.init(text: "Runs")] + columns.map { .init(text: $0, isNumber: true) }, rows: rows,
            caption: caption)
    }

    private func cost(of row: Compared) -> Double {
        project.model.model.configuration.runCost(at: layer.address, method: row.condition.variant.method)
    }

    /// Identification's two cells.
    private static func cells(
        _ identification: LayerIdentification?, _ difference: PairedDifference?
    ) -> [String?] {
        [
            identification.map { figure($0.top1, $0.top1Interval, ScoreWords.percent, chance: $0.chance) },
            difference.map { ScoreWords.difference($0, ScoreWords.percent) },
        ]
    }

    /// A measure's four cells.
    private static func cells(_ layer: LayerConsistency?, _ difference: MeasureDifferences?) -> [String?] {
        [
            layer.map { "\(figure($0.auc, $0.aucInterval, Format.number)), \(ScoreWords.p($0))" },
            difference.map { ScoreWords.difference($0.auc) },
            layer.map { figure($0.retrieval, $0.retrievalInterval, ScoreWords.percent, chance: $0.chance) },
            difference.map { ScoreWords.difference($0.retrieval, ScoreWords.percent) },
        ]
    }

    /// `91.3 % (88.0 % to 94.2 %; 2.00 %)`.
    private static func figure(
        _ value: Double, _ interval: ClosedRange<Double>?, _ number: (Double) -> String, chance: Double? = nil
    ) -> String {
        let brackets = [interval.map { ScoreWords.words($0, number) }, chance.map(number)].compactMap { $0 }
        return number(value) + (brackets.isEmpty ? "" : " (\(brackets.joined(separator: "; ")))")
    }

    /// What the rows compare, how differences are corrected, and why scores are missing.
    private func note(
        on compared: [Compared], titles: [String], _ measure: Measure, isWhole: Bool
    ) -> String {
        let count = compared.first?.neurons.count ?? 0
        let neurons = count == 1 ? "The same neuron" : "The same \(count) neurons"
        var sentences = ["\(neurons) in every row, \(ScoreWords.counted(library.seeds.count, "run")) each."]
        if let difference = compared.last?.difference {
            sentences.append(
                "Differences are paired by neuron. Their intervals allow for all \(difference.comparisons) comparisons "
                    + "with the first row together (Bonferroni, 95 %); where one holds 0, no difference is shown.")
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
