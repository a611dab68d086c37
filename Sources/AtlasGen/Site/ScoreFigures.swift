// A layer's scores as a chart and as a table: on its page and in figures alike.

import Render
import ViT

/// The distribution of a layer's similarities, and the comparison of its variants.
struct ScoreFigures {
    let library: RunLibrary
    let layer: AtlasLayer
    /// The measure of the scores.
    let measure: Measure

    private var project: Project { library.project }

    /// Pairs of runs of one neuron against pairs of different neurons, and against pairs of one neuron with shuffled
    /// weights where there is a control, as SVG; the reason where there is no score.
    func distribution(of scores: LayerScores, control: LayerScores? = nil) -> String {
        switch scores.scored(measure) {
        case .absent(let reason): return "<p>\(HTML.escaped(reason.description))</p>"
        case .score(let consistency):
            let distribution = consistency.distribution
            var groups: [DistributionChart.Group] = [
                .init(name: "pairs of runs of different neurons", counts: distribution.between),
                .init(name: "pairs of runs of one neuron", counts: distribution.within),
            ]
            if let control = control?.scored(measure).value?.distribution {
                groups.append(.init(name: "pairs of runs of one neuron, weights shuffled", counts: control.within))
            }
            return DistributionChart(
                edges: distribution.edges, groups: groups,
                title: "Similarity in \(measure.rawValue) of the runs of \(layer.address.shortName)",
                axis: "similarity in \(measure.rawValue)"
            ).svg
        }
    }

    /// One row a variant, over the same neurons.
    func comparison(root: String, caption: String, link: LinkContext?) throws -> TableFigure {
        let variants = project.variants(of: layer)
        let neurons = variants.count > 1 ? layer.sample : layer.neurons
        let usual = project.gridVariant(of: layer)
        let name = measure.rawValue
        let rows = try variants.map { variant in
            let scores = try library.scores(of: layer, variant, neurons: neurons)
            let consistency = scores.scored(measure).value?.layer
            let identification = scores.identification.value?.layer
            let cost = project.model.model.configuration.runCost(at: layer.address, method: variant.method)
            return TableFigure.Row(
                head: .init(variant.title(among: variants, usual: usual)),
                cells: [
                    consistency.map { Format.number($0.auc) + ($0.aucInterval.map { " (\(Self.words($0)))" } ?? "") },
                    consistency.map { "\(Self.percent($0.retrieval)) (\(Self.percent($0.chance)))" },
                    identification.map { "\(Self.percent($0.top1)) (\(Self.percent($0.chance)))" },
                    Format.number(cost / 1e9),
                ].map { .init($0 ?? "–", isNumber: true) })
        }
        return TableFigure(
            root: root,
            columns: [
                .init("Runs"), .init("AUC in \(name) (95 % interval)", isNumber: true),
                .init("Retrieval in \(name) (chance)", isNumber: true),
                .init("Identification (chance)", isNumber: true), .init("GFLOP a run", isNumber: true),
            ],
            rows: rows,
            caption: CaptionContext(
                html: caption,
                score: "The same \(neurons.count) neurons in every row, \(library.seeds.count) "
                    + "\(library.seeds.count == 1 ? "run" : "runs") each.",
                link: link))
    }

    /// `91.3 %`, with a space that does not break.
    static func percent(_ share: Double) -> String { "\(Format.number(100 * share))\u{A0}%" }

    /// `0.91–0.95`.
    static func words(_ interval: ClosedRange<Double>) -> String {
        "\(Format.number(interval.lowerBound))–\(Format.number(interval.upperBound))"
    }
}
