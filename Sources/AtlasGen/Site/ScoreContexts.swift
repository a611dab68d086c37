// Scores as pages show them: values with their meaning in words.

import Foundation
import Render

/// Turns scores into what templates show.
enum ScoreContexts {
    private static let measures = (
        look: "Colour and oriented, multi-scale texture, wherever in the picture they are; no model is asked.",
        identification: "On how many of its pictures the neuron stands out most of the whole layer."
    )

    private static func meaning(judge: Judge?) -> String {
        judge.map { "The embedding of another model, \($0.name)." }
            ?? "The visualised model's own embedding, which is partly circular: the pictures were made to move it."
    }

    /// A neuron's scores; nil where it has none.
    static func neuron(_ scores: LayerScores, _ neuron: Int, judge: Judge?) -> ScoresContext? {
        let own = scores.scores(of: neuron)
        var items: [ScoresContext.Score] = []
        func add(_ name: String, _ value: NeuronConsistency?, _ explanation: String) {
            guard let value else { return }
            items.append(
                .init(
                    name: name, value: Format.number(value.similarity),
                    standing: ScoreWords.percentileSentence(value.percentile), percentile: value.percentile,
                    explanation: "\(explanation) \(value.pairs) \(value.pairs == 1 ? "pair" : "pairs") of runs."))
        }
        add("Look", own.look, measures.look)
        add("Meaning", own.meaning, meaning(judge: judge))
        if let identification = own.identification {
            items.append(
                .init(
                    name: "Identification", value: percent(identification.top1),
                    standing: "of its pictures excite it most; mean reciprocal rank "
                        + Format.number(identification.reciprocalRank),
                    explanation: measures.identification))
        }
        if let spread = own.seedSpread {
            items.append(
                .init(
                    name: "Spread over seeds", value: Format.number(spread),
                    standing: "of the spread between neurons",
                    explanation: "The standard deviation of the final activation: a high one says that some runs "
                        + "failed, a low one with unlike pictures that the neuron has several faces."))
        }
        return context(items, reasons: [scores.look.reason, scores.meaning.reason])
    }

    /// A layer's scores.
    static func layer(_ scores: LayerScores, judge: Judge?) -> ScoresContext? {
        var items: [ScoresContext.Score] = []
        func add(_ name: String, _ value: LayerConsistency?, _ explanation: String) {
            guard let value else { return }
            items.append(
                .init(
                    name: name, value: "AUC \(Format.number(value.auc))\(interval(value.aucInterval))",
                    standing: "a run's nearest is of the same neuron in \(percent(value.retrieval)) of the cases "
                        + "(by chance \(percent(value.chance))); p \(p(value))",
                    percentile: 100 * value.auc, explanation: explanation))
        }
        add("Look", scores.look.value?.layer, measures.look)
        add("Meaning", scores.meaning.value?.layer, meaning(judge: judge))
        if let value = scores.identification.value?.layer {
            items.append(
                .init(
                    name: "Identification",
                    value: "\(percent(value.top1))",
                    standing: "of the pictures excite their own neuron most (by chance \(percent(value.chance))); "
                        + "mean reciprocal rank \(Format.number(value.meanReciprocalRank))",
                    explanation: "From the activations of the whole layer, in standard deviations over all pictures."))
        }
        return context(items, reasons: [scores.look.reason, scores.meaning.reason])
    }

    private static func context(_ items: [ScoresContext.Score], reasons: [NoScore?]) -> ScoresContext? {
        var sentences: [String] = []
        for reason in reasons.compactMap({ $0?.description }) where !sentences.contains(reason) {
            sentences.append(reason)
        }
        sentences.append(ScoreWords.caveatText)
        return ScoresContext(scores: items, note: sentences.joined(separator: " "))
    }

    private static func interval(_ interval: ClosedRange<Double>?) -> String {
        interval.map { " (95 %: \(Format.number($0.lowerBound)) to \(Format.number($0.upperBound)))" } ?? ""
    }

    private static func p(_ value: LayerConsistency) -> String {
        let text = ScoreWords.permutationP(value.p, permutations: value.permutations)
        return text.hasPrefix("≤") ? text : "= \(text)"
    }

    /// A share in per cent: `91.3 %`.
    static func percent(_ share: Double) -> String { "\(Format.number(100 * share)) %" }
}
