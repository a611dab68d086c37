// Numbers in running text.

import Foundation
import Render
import ViT

extension ContentRenderer {
    /// The text that takes the place of a value, and why it is no number where there is none.
    func value(of request: ValueRequest, notes: inout FigureNotes) throws -> (value: String, reason: String?) {
        switch request {
        case .layer(let request, let field):
            let scores = try library.scores(of: request.layer, request.variant)
            notes.showsScores = notes.showsScores || field != .neurons
            return Self.text(try layer(field, request, scores), else: scores, request.measure, field == .identification)
        case .score(let request, let neuron, let field):
            notes.showsScores = true
            let scores = try library.scores(of: request.layer, request.variant)
            let consistency = scores.consistency(of: neuron, by: request.measure)
            let text: String? =
                switch field {
                case .percentile: consistency.map { Format.percentile($0.percentile) }
                case .similarity: consistency.map { Format.number($0.similarity) }
                case .identification:
                    scores.identification.value?.neurons[neuron].map { ScoreFigures.percent($0.top1) }
                }
            return Self.text(text, else: scores, request.measure, field == .identification)
        case .runs(let request, let field):
            let headers = try request.recipes(in: project).compactMap { try library.store.header($0.key) }
            let values = headers.map { Double(field == .start ? $0.startActivation : $0.finalActivation) }
            guard !values.isEmpty else { return ("not made yet", nil) }
            return (Format.number(values.reduce(0, +) / Double(values.count)), nil)
        }
    }

    private func layer(
        _ field: ValueRequest.LayerField, _ request: LayerRequest, _ scores: LayerScores
    ) throws -> String? {
        let figures = scores.scored(request.measure).value?.layer
        return switch field {
        case .auc: figures.map { Format.number($0.auc) }
        case .interval: figures?.aucInterval.map(ScoreFigures.words)
        case .retrieval: figures.map { ScoreFigures.percent($0.retrieval) }
        case .chance: figures.map { ScoreFigures.percent($0.chance) }
        case .gap: figures.map { Format.number($0.gap) }
        case .p: figures.map { ScoreWords.permutationP($0.p, permutations: $0.permutations) }
        case .identification: scores.identification.value.map { ScoreFigures.percent($0.layer.top1) }
        case .neurons: Format.count(library.neurons(of: request.layer, request.variant).count)
        case .runs: figures.map { Format.count($0.runs) }
        }
    }

    private static func text(
        _ text: String?, else scores: LayerScores, _ measure: Measure, _ isIdentification: Bool
    ) -> (value: String, reason: String?) {
        if let text { return (text, nil) }
        let reason = isIdentification ? scores.identification.reason : scores.scored(measure).reason
        return ("(no score)", reason?.description ?? "No score: too few neurons or runs for this number.")
    }
}
