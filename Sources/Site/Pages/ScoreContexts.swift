// Scores as pages show them: values with their explanations.

import Foundation
import Render
import Scores

/// How alike runs are, measured against runs of different neurons.
struct ScoresContext: TemplateContext {
    /// One score.
    struct Score: TemplateContext {
        var name: String
        var value: String
        var standing: String?
        var percentile: Double?
        var figures: [EntryContext] = []
        var explanation: String?

        static let keys: [TemplateKey<Score>] = [
            .text("name", "what is compared", \.name),
            .text("value", "the value", \.value),
            .text("standing", "what the value means, in words", \.standing),
            .text("percentile", "the value or its percentile from 0 to 100, for a bar") { score in
                score.percentile.map { Format.coordinate(min(100, max(0, $0))) }
            },
            .list("figures", "further numbers of the same comparison", \.figures),
            .text("explanation", "how the score was computed, in a line", \.explanation),
        ]
    }

    var scores: [Score]
    var note: String?

    static let keys: [TemplateKey<ScoresContext>] = [
        .list("items", "the scores one by one", \.scores),
        .text("note", "what the scores compare and do not show, and why any are missing", \.note),
    ]
}

/// Turns scores into what templates show.
enum ScoreContexts {
    private static let look =
        "Colour and oriented multi-scale texture, regardless of position in the picture; no model is used."

    private static func meaning(judge: Judge?) -> String {
        judge.map { "The embedding of another model, \($0.name)." }
            ?? "The visualised model's own embedding. Partly circular: the pictures were optimised to change it."
    }

    /// What a neuron's percentiles compare, and how many neurons that rests on.
    static func comparison(_ layer: LayerConsistency) -> String {
        "Percentiles compare the neuron's pairs of runs with \(Format.count(layer.betweenPairs)) pairs of different "
            + "neurons, of \(ScoreWords.counted(layer.neurons, "neuron")) in all."
    }

    /// A neuron's scores.
    ///
    /// - Parameter compared: the layer's conditions over the compared neurons, among which the controls are.
    static func neuron(
        _ scores: LayerScores, _ neuron: Int, among compared: [ScoreFigures.Compared], judge: Judge?
    ) -> ScoresContext {
        let own = scores.scores(of: neuron)
        var items: [ScoresContext.Score] = []
        func add(_ name: String, _ value: NeuronConsistency?, _ explanation: String, controls: [String] = []) {
            guard let value else { return }
            var figures = controls.map { EntryContext(name: "Among the controls", value: $0) }
            if let interval = value.percentileInterval {
                figures.append(
                    .init(name: "Percentile, 95 % interval", value: ScoreWords.words(interval, Format.percentile)))
            }
            if let range = value.withoutOneSeed {
                figures.append(.init(name: "Similarity with one seed left out", value: ScoreWords.words(range)))
            }
            items.append(
                .init(
                    name: name, value: figure(value.similarity, value.interval, Format.number),
                    standing: ScoreWords.standing(value), percentile: value.percentile, figures: figures,
                    explanation: "\(explanation) \(ScoreWords.counted(value.pairs, "pair")) of runs."))
        }
        add("Look", own.look, look, controls: own.look.map { standing($0, among: compared) } ?? [])
        add("Meaning", own.meaning, meaning(judge: judge))
        let comparison = items.isEmpty ? nil : (scores.figures.look ?? scores.figures.meaning).map(comparison)
        if let identification = own.identification {
            items.append(
                .init(
                    name: "Identification",
                    value: "\(count(identification.top1 * Double(identification.runs))) of "
                        + ScoreWords.counted(identification.runs, "picture"),
                    standing: "on which it stands out more than every other neuron of the layer",
                    figures: [
                        .init(
                            name: "Mean reciprocal rank among them",
                            value: Format.number(identification.reciprocalRank)),
                        .init(
                            name: "Share of pictures, 95 % interval",
                            value: ScoreWords.words(identification.top1Interval, ScoreWords.percent)),
                    ],
                    explanation:
                        "The activations of all neurons of the layer are compared on each picture, z-scored over "
                        + "\(ReferencePictures.count) reference pictures."))
        }
        if let spread = own.seedSpread {
            items.append(
                .init(
                    name: "Spread over seeds", value: "\(Format.number(spread)) times",
                    standing: "as wide as the spread between neurons",
                    explanation: "By the standard deviation of the final activation. High: some runs failed. Low, with "
                        + "pictures that differ: the neuron has several faces."))
        }
        return context(items, comparison, own.reasons)
    }

    /// Where a neuron's similarity lies among the neurons of each control.
    private static func standing(_ look: NeuronConsistency, among compared: [ScoreFigures.Compared]) -> [String] {
        compared.filter(\.isControl).compactMap { row in
            guard let others = row.scores.look.value?.neurons.values, !others.isEmpty else { return nil }
            let lower = others.count { $0.similarity < look.similarity }
            return "its runs are more alike than those of \(lower) of \(others.count) neurons with "
                + row.condition.weights
        }
    }

    /// A layer's scores, each with its 95 % interval, and each control's over the same neurons.
    static func layer(_ scores: LayerScores, _ compared: [ScoreFigures.Compared], judge: Judge?) -> ScoresContext {
        let figures = scores.figures
        var items: [ScoresContext.Score] = []
        func add(_ name: String, _ measure: Measure, _ explanation: String) {
            guard let value = scores.scored(measure).value?.layer else { return }
            let controls = compared.filter(\.isControl).compactMap { row -> EntryContext? in
                guard let control = row.scores.scored(measure).value?.layer,
                    let trained = compared[0].scores.scored(measure).value?.layer,
                    let difference = row.difference?.by(measure)
                else { return nil }
                return EntryContext(
                    name: "Control, \(row.condition.weights)",
                    value: "AUC \(figure(control.auc, control.aucInterval, Format.number)) over "
                        + "\(ScoreWords.counted(row.neurons.count, "neuron")); trained weights have "
                        + "\(Format.number(trained.auc)) over the same, difference: "
                        + ScoreWords.difference(difference.auc))
            }
            let retrieval = figure(value.retrieval, value.retrievalInterval, ScoreWords.percent)
            items.append(
                .init(
                    name: name, value: "AUC \(figure(value.auc, value.aucInterval, Format.number))",
                    percentile: 100 * value.auc,
                    figures: controls + [
                        .init(
                            name: "Top-1 retrieval",
                            value: "\(retrieval) of pictures have another run of the same neuron as their nearest "
                                + "neighbour (chance: \(ScoreWords.percent(value.chance)))"),
                        .init(
                            name: "Mean similarity within neurons minus between neurons",
                            value: "\(figure(value.gap, value.gapInterval, Format.number)), \(ScoreWords.p(value))"),
                        .init(
                            name: "Compared",
                            value: "\(ScoreWords.counted(value.neurons, "neuron")), "
                                + "\(ScoreWords.counted(value.runs, "run")); "
                                + "\(ScoreWords.counted(value.withinPairs, "pair")) of runs of one neuron, "
                                + "\(Format.count(value.betweenPairs)) of different neurons\(excluded(value.excluded))"),
                    ], explanation: explanation))
        }
        add("Look", .look, look)
        add("Meaning", .meaning, meaning(judge: judge))
        let auc = items.isEmpty ? nil : ScoreWords.auc
        if let value = figures.identification {
            let rank = figure(value.meanReciprocalRank, value.meanReciprocalRankInterval, Format.number)
            items.append(
                .init(
                    name: "Identification", value: figure(value.top1, value.top1Interval, ScoreWords.percent),
                    standing: "of pictures give their own neuron the highest z-score of the layer "
                        + "(chance: \(ScoreWords.percent(value.chance)))",
                    figures: [
                        .init(name: "Mean reciprocal rank", value: rank),
                        .init(
                            name: "Compared",
                            value: ScoreWords.counted(value.runs, "picture") + excluded(value.excluded)),
                    ],
                    explanation: "The activations of all neurons of the layer, z-scored over "
                        + "\(ScoreWords.counted(value.scalePictures, "picture"))."))
        }
        return context(items, auc, figures.reasons)
    }

    private static func context(
        _ items: [ScoresContext.Score], _ explanation: String?, _ reasons: ScoreReasons?
    ) -> ScoresContext {
        let sentences = (reasons?.sentences ?? []) + [explanation, ScoreWords.caveatText].compactMap { $0 }
        return ScoresContext(scores: items, note: sentences.joined(separator: " "))
    }

    /// `0.93 (95 % interval: 0.91 to 0.95)`.
    private static func figure(
        _ value: Double, _ interval: ClosedRange<Double>?, _ number: (Double) -> String
    ) -> String {
        number(value) + (interval.map { " (95\u{A0}% interval: \(ScoreWords.words($0, number)))" } ?? "")
    }

    /// A number of pictures, of which ties count in part.
    private static func count(_ pictures: Double) -> String {
        let whole = pictures.rounded()
        return abs(pictures - whole) < 1e-6 ? "\(Int(whole))" : Format.number(pictures)
    }

    private static func excluded(_ count: Int) -> String {
        count == 0 ? "" : "; \(ScoreWords.counted(count, "run")) left out"
    }
}
