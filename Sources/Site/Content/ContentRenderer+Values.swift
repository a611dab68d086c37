// Numbers in running text.

import Foundation
import Render
import Runs
import Scores

extension ContentRenderer {
    /// The text that replaces a value, and the reason if there is no number.
    func value(of request: ValueRequest, notes: inout FigureNotes) throws -> (value: String, reason: String?) {
        switch request {
        case .layer(let request, .forcedChoice):
            return forcedChoice(
                ForcedChoiceData(try choices(request.layer, request.condition, request.measure)), &notes)
        case .score(let request, let neuron, .forcedChoice):
            return forcedChoice(
                ForcedChoiceData(try choices(request.layer, request.condition, request.measure), of: neuron), &notes)
        case .layer(let request, let field):
            let scores = try library.scores(of: request.layer, request.condition)
            let text = try layer(field, request, scores)
            if field != .neurons { Self.note(text, &notes) }
            return Self.text(text, else: scores.figures.reasons, request.measure, field == .identification)
        case .score(let request, let neuron, let field):
            let scores = try library.scores(of: request.layer, request.condition).scores(of: neuron)
            let consistency = request.measure == .look ? scores.look : scores.meaning
            let text: String? =
                switch field {
                case .percentile: consistency.map { Format.percentile($0.percentile) }
                case .similarity: consistency.map { Format.number($0.similarity) }
                case .identification: scores.identification.map { ScoreWords.percent($0.top1) }
                case .forcedChoice: nil
                }
            Self.note(text, &notes)
            return Self.text(text, else: scores.reasons, request.measure, field == .identification)
        case .runs(let request, let field):
            let headers = try request.recipes.compactMap { try library.store.header($0.key) }
            let values = headers.map { Double(field == .start ? $0.startActivation : $0.finalActivation) }
            guard !values.isEmpty else { return (Explanations.notMade, nil) }
            return (Format.number(values.reduce(0, +) / Double(values.count)), nil)
        }
    }

    /// The forced choices of a layer's runs; by meaning, those of a model only.
    private func choices(_ layer: AtlasLayer, _ condition: Condition, _ measure: Measure) throws -> [JudgedChoice] {
        let all = try library.forcedChoice(of: layer, condition)
        return measure == .look ? all : all.filter { $0.judge != JudgedChoice.look }
    }

    private func forcedChoice(
        _ data: ForcedChoiceData?, _ notes: inout FigureNotes
    ) -> (value: String, reason: String?) {
        let text = data.map { ScoreWords.percent($0.accuracy) }
        Self.note(text, &notes)
        return text.map { ($0, nil) }
            ?? ("(no score)", "No forced choice: atlas.yml names no photographs, or too few of them excite the neuron.")
    }

    private func layer(
        _ field: ValueRequest.LayerField, _ request: LayerRequest, _ scores: LayerScores
    ) throws -> String? {
        let figures = scores.scored(request.measure).value?.layer
        return switch field {
        case .auc: figures.map { Format.number($0.auc) }
        case .interval: figures?.aucInterval.map { ScoreWords.words($0) }
        case .retrieval: figures.map { ScoreWords.percent($0.retrieval) }
        case .chance: figures.map { ScoreWords.percent($0.chance) }
        case .gap: figures.map { Format.number($0.gap) }
        case .p: figures.map { ScoreWords.permutationP($0.p, permutations: $0.permutations) }
        case .identification: scores.identification.value.map { ScoreWords.percent($0.layer.top1) }
        case .difference: try difference(request).map { ScoreWords.difference($0.auc) }
        case .retrievalDifference:
            try difference(request).map { ScoreWords.difference($0.retrieval, ScoreWords.percent) }
        case .forcedChoice: nil
        case .neurons: Format.count(library.neurons(of: request.layer, request.condition).count)
        case .runs: figures.map { Format.count($0.runs) }
        }
    }

    /// The difference of a condition from the grid over the same neurons; nil for the grid itself.
    private func difference(_ request: LayerRequest) throws -> MeasureDifferences? {
        try ScoreFigures(library: library, layer: request.layer).compared()
            .first { $0.condition == request.condition }?.difference?.by(request.measure)
    }

    private static func note(_ text: String?, _ notes: inout FigureNotes) {
        notes.showsScores = true
        if let text { notes.scoreValues.append(text) }
    }

    private static func text(
        _ text: String?, else reasons: ScoreReasons?, _ measure: Measure, _ isIdentification: Bool
    ) -> (value: String, reason: String?) {
        if let text { return (text, nil) }
        let reason = isIdentification ? reasons?.identification : measure == .look ? reasons?.look : reasons?.meaning
        return ("(no score)", reason ?? "No score: too few neurons or runs for this number.")
    }
}
