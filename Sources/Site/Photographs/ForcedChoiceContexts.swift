// The forced choice as pages show it.

import Render
import Runs
import Scores

/// A layer's forced choice, and its consistency against it.
struct ForcedChoiceContext: TemplateContext {
    /// Neurons that are alike in both.
    struct Corner: TemplateContext {
        var title: String
        var neurons: [NeuronCard]

        static let keys: [TemplateKey<Corner>] = [
            .text("title", "what its neurons have in common", \.title),
            .list("neurons", "the neurons that are furthest in it", \.neurons),
        ]
    }

    var sentence: String
    var scores: ScoresContext
    var chart: String?
    var hasLinks = false
    var corners: [Corner]

    static let keys: [TemplateKey<ForcedChoiceContext>] = [
        .text("sentence", "what the figures amount to", \.sentence),
        .object("scores", "the layer's figures, a judge each", \.scores),
        .html("chart", "consistency against the forced choice, as SVG", \.chart),
        .flag("hasLinks", "whether the chart's dots lead to the neurons' pages", \.hasLinks),
        .flag("hasCorners", "whether there are neurons of corners") { !$0.corners.isEmpty },
        .list("corners", "the neurons of each corner of the chart", \.corners),
    ]
}

extension ForcedChoiceContext {
    private static let explanation =
        "A judge is shown pairs of one photograph that excites a neuron strongly and one that excites it weakly, and "
        + "chooses the one that is nearer to the neuron's pictures. The null is the same with other neurons' pictures: "
        + "by chance it need not be 50\u{A0}%. No photograph is asked about that was used to say what is strong and weak."

    /// How a judge chooses.
    private static func words(_ judge: String) -> (name: String, explanation: String) {
        switch judge {
        case JudgedChoice.look: ("By look", "Colour and oriented multi-scale texture; no model is used.")
        case JudgedChoice.own:
            (
                "By the model itself",
                "The visualised model's own embedding. Circular: the pictures were optimised to change it."
            )
        default: ("By \(judge)", "The embedding of another model.")
        }
    }

    private static func item(_ data: ForcedChoiceData) -> ScoresContext.Score {
        let (name, explanation) = words(data.judge)
        let interval = data.interval.map { " (95\u{A0}% interval: \(ScoreWords.words($0, ScoreWords.percent)))" } ?? ""
        var figures = [EntryContext(name: "With other neurons’ pictures", value: ScoreWords.percent(data.null))]
        if let above = data.aboveNull {
            figures.append(
                .init(
                    name: "Own pictures minus others’, 95 % interval",
                    value: ScoreWords.words(above, ScoreWords.percent)))
        }
        return ScoresContext.Score(
            name: name, value: ScoreWords.percent(data.accuracy) + interval,
            standing: "of \(ScoreWords.counted(data.pairs, "pair")) of photographs"
                + (data.neurons.map { ", \(ScoreWords.counted($0, "neuron"))" } ?? ""),
            percentile: 100 * data.accuracy, figures: figures, explanation: explanation)
    }

    /// A neuron's or a layer's figures; nil if there are none.
    static func scores(_ data: ForcedChoiceData?) -> ScoresContext? {
        data.map { ScoresContext(scores: $0.all.map(item), note: explanation) }
    }

    /// The most dots with links: among more, nobody can point at one.
    private static let linked = 512

    /// The layer's figures in a sentence.
    private static func sentence(_ data: ForcedChoiceData) -> String {
        let judges = data.all.map { judged in
            "\(words(judged.judge).name.lowercased()) in \(ScoreWords.percent(judged.accuracy)) of pairs (with other "
                + "neurons’ pictures in \(ScoreWords.percent(judged.null)))"
        }
        return "Of two photographs, one that excites a neuron and one that does not, a judge who knows the neuron’s "
            + "pictures picks the exciting one \(judges.joined(separator: ", ")). Only what is above other neurons’ "
            + "pictures tells something about the neuron."
    }

    /// The most neurons of a corner.
    private static let shown = 4

    /// A layer's; nil if it has none.
    ///
    /// - Parameters:
    ///   - cards: its neurons.
    ///   - folder: the page's, which links are relative to.
    init?(_ data: ForcedChoiceData?, cards: [NeuronCard], folder: String) {
        guard let data, let scores = Self.scores(data) else { return nil }
        let points = cards.compactMap { card in
            card.choice.flatMap { choice in card.look.map { (card: card, x: $0.similarity, y: choice) } }
        }
        self.init(sentence: Self.sentence(data), scores: scores, chart: nil, corners: [])
        guard points.count > 1 else { return }
        let x = points.map(\.x).sorted()[points.count / 2]
        let divides = (x: x, y: data.null)
        hasLinks = points.count <= Self.linked
        chart =
            ScatterChart(
                points: points.map {
                    .init(
                        name: "\($0.card.number)",
                        link: hasLinks ? SitePaths.relative($0.card.path, to: folder) : nil, x: $0.x, y: $0.y)
                },
                divides: divides, title: "Consistency and forced choice",
                xAxis: "similarity of a neuron’s runs by look",
                yAxis: "forced choice, \(Self.words(data.judge).name.lowercased())"
            ).svg
        func spread(_ values: [Double]) -> Double { max((values.max() ?? 0) - (values.min() ?? 0), 1e-9) }
        let (width, height) = (spread(points.map(\.x)), spread(points.map(\.y)))
        for (title, isConsistent, isFaithful) in [
            ("Consistent and faithful", true, true), ("Consistent and unfaithful", true, false),
            ("Inconsistent and faithful", false, true), ("Inconsistent and unfaithful", false, false),
        ] {
            /// How far a point is in the corner, by whichever of both is less.
            func depth(_ point: (card: NeuronCard, x: Double, y: Double)) -> Double {
                min(
                    (isConsistent ? 1 : -1) * (point.x - divides.x) / width,
                    (isFaithful ? 1 : -1) * (point.y - divides.y) / height)
            }
            let inside = points.filter { (($0.x >= divides.x) == isConsistent) && (($0.y > divides.y) == isFaithful) }
            let deepest = inside.sorted { (depth($1), $0.card.number) < (depth($0), $1.card.number) }
            guard !deepest.isEmpty else { continue }
            corners.append(
                Corner(
                    title: "\(title) (\(inside.count))",
                    neurons: deepest.prefix(Self.shown).map { point in
                        var card = point.card
                        card.shown = .choice
                        return card
                    }))
        }
    }
}
