// A layer's scores as charts, for its page, its data and figures.

import Render
import Runs
import Scores

/// The distribution of a layer's similarities, and the comparison of its conditions.
struct ScoreFigures {
    let library: RunLibrary
    let layer: AtlasLayer

    var project: Project { library.project }

    /// One condition of the layer's runs, and its scores over the compared neurons.
    struct Compared {
        let condition: Condition
        let neurons: [Int]
        let scores: LayerScores
        /// What differs from the grid's row; nil for the grid's row itself.
        let difference: ScoreDifferences?
    }

    /// Every condition of the layer over the same neurons, the grid's first; only the grid's if there are no others.
    func compared() throws -> [Compared] {
        let conditions = project.conditions(of: layer)
        let neurons = conditions.count > 1 ? layer.sample : layer.neurons
        let scores = try conditions.map { try library.scores(of: layer, $0, neurons: neurons) }
        return zip(conditions, scores).enumerated().map { index, row in
            Compared(
                condition: row.0, neurons: neurons, scores: row.1,
                difference: index == 0
                    ? nil : ScoreDifferences(row.1, minus: scores[0], among: conditions.count - 1))
        }
    }

    /// Pairs of runs of one neuron against pairs of different neurons, as SVG; without a score, the reason.
    ///
    /// - Parameter controls: the controls' rows, whose pairs of runs of one neuron are drawn, too. Only the look can be
    ///   drawn on one axis: the embeddings of another network's runs are its own.
    func distribution(of scores: LayerScores, by measure: Measure, controls: [Compared] = []) -> String {
        switch scores.scored(measure) {
        case .absent(let reason): return "<p>\(HTML.escaped(reason.description))</p>"
        case .score(let consistency):
            let distribution = consistency.distribution
            let drawn = controls.filter { _ in measure == .look }.compactMap { row in
                row.scores.look.value.map { look in
                    DistributionChart.Group(
                        name: "pairs of runs of one neuron, \(row.condition.weights)", counts: look.distribution.within)
                }
            }
            return DistributionChart(
                edges: distribution.edges,
                groups: [
                    .init(name: "pairs of runs of different neurons", counts: distribution.between),
                    .init(name: "pairs of runs of one neuron", counts: distribution.within),
                ] + drawn,
                title: "Similarity by \(measure.rawValue) of the runs of \(layer.address.shortName)",
                axis: "similarity by \(measure.rawValue)"
            ).svg
        }
    }

    /// The widths of the intervals with each number of seeds, as SVG; without them, the reason.
    func widths(_ widths: SeedWidths, by measure: Measure) -> String {
        switch widths.scored(measure) {
        case .absent(let reason): "<p>\(HTML.escaped(reason.description))</p>"
        case .score(let widths):
            LineChart(
                series: [
                    .init(
                        name: "width for the layer’s AUC",
                        points: widths.compactMap { width in width.auc.map { .init(width.seeds, $0) } }),
                    .init(
                        name: "width for one neuron’s similarity, mean over neurons",
                        points: widths.compactMap { width in width.similarity.map { .init(width.seeds, $0) } }),
                ].filter { !$0.points.isEmpty },
                title: "Width of the 95 % intervals by \(measure.rawValue) of \(layer.address.shortName)",
                axis: "number of seeds"
            ).svg
        }
    }

    /// The charts of the layer's page, for each measure that has a score.
    func distributions(of scores: LayerScores, _ compared: [Compared]) -> [DistributionContext] {
        let scored = Measure.allCases.filter { scores.scored($0).value != nil }
        return (scored.isEmpty ? [.look] : scored).enumerated().map { index, measure in
            DistributionContext(
                title: "The distribution by \(measure.rawValue)",
                chart: distribution(of: scores, by: measure, controls: compared.filter(\.isControl)),
                isFirst: index == 0)
        }
    }
}

extension ScoreFigures.Compared {
    /// Whether the runs are of a network that has learned nothing.
    var isControl: Bool { condition.model.control != nil }
}

extension ScoreDifferences {
    /// The differences by a measure.
    func by(_ measure: Measure) -> MeasureDifferences? { measure == .look ? look : meaning }
}
