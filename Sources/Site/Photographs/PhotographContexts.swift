// A neuron's photographs on its page.

import Foundation
import Render
import Runs
import Support
import ViT

/// What photographs excite a neuron.
struct PhotographsContext: TemplateContext {
    /// Where the optimised pictures lie among the photographs, in a sentence.
    var line: String
    var histogram: String?
    var groups: [PhotographGroupContext]
    /// Whether some photograph has a mask.
    var hasMasks: Bool
    /// The forced choice; nil without one.
    var choice: ScoresContext?
    /// How far beyond the best photograph the optimised pictures go, in standard deviations of the activation on
    /// photographs.
    var beyond: Double?

    static let keys: [TemplateKey<PhotographsContext>] = [
        .text("line", "where the optimised pictures lie among the photographs", \.line),
        .html("histogram", "the activations on all photographs, as SVG", \.histogram),
        .list(
            "groups", "the photographs in groups, the most exciting ones first; none if they are not published",
            \.groups),
        .flag("hasMasks", "whether some photograph has a mask", \.hasMasks),
        .object("choice", "the forced choice: whether the pictures tell photographs apart", \.choice),
    ]
}

/// Photographs that have something in common.
struct PhotographGroupContext: TemplateContext {
    var title: String
    var photographs: [PhotographContext]
    /// Whether the group is shown at once; others open on demand.
    var isFirst: Bool

    static let keys: [TemplateKey<PhotographGroupContext>] = [
        .text("title", "what the photographs have in common", \.title),
        .list("photographs", "the photographs", \.photographs),
        .flag("isFirst", "whether this is the first group", \.isFirst),
    ]
}

/// One photograph.
struct PhotographContext: TemplateContext {
    var image: String
    var width: Int
    var height: Int
    var activation: Double
    var label: String?
    var file: String
    /// A picture of a pixel for each patch, as a data URL.
    var mask: String?

    static let keys: [TemplateKey<PhotographContext>] = [
        .text("image", "path of the small picture", \.image),
        .text("width", "its width in pixels") { String($0.width) },
        .text("height", "its height in pixels") { String($0.height) },
        .text("activation", "the neuron's activation on it") { Format.number($0.activation) },
        .text("label", "the class that its folder names, if it is in one", \.label),
        .text("file", "its path in the folder of photographs", \.file),
        .text("mask", "where the neuron is active in it: a pixel for each patch, as a data URL", \.mask),
    ]
}

extension RunLibrary {
    /// What a neuron's page shows of its photographs; nil without photographs, and for a neuron outside the layers.
    ///
    /// - Parameters:
    ///   - variant: how the runs of the page's first row are made.
    ///   - finals: their final activations.
    ///   - choice: the neuron's forced choice.
    func photographs(
        _ address: Address, _ neuron: Int, _ variant: Variant, finals: [Float], choice: ForcedChoiceData?
    ) throws -> PhotographsContext? {
        guard let photographs, let (place, ranking) = try photographs.ranking(of: address),
            place.tokens == variant.tokens, let row = ranking.neurons[neuron]
        else { return nil }
        let maps = try photographs.maps(of: address)
        let minimises = variant.direction == .negative
        let finite = finals.filter(\.isFinite)
        let reached = (minimises ? finite.min() : finite.max()).map(Double.init)
        let best = Double(minimises ? row.histogram.low : row.histogram.high)
        var groups: [PhotographGroupContext] = []
        func add(_ title: String, _ examples: [NeuronPhotographs.Example], masked: Bool = true) {
            guard photographs.isPublic, !examples.isEmpty else { return }
            groups.append(
                PhotographGroupContext(
                    title: title,
                    photographs: examples.map { photograph($0, of: neuron, in: ranking, masked ? maps : nil) },
                    isFirst: groups.isEmpty))
        }
        // The other end has no mask: there is little to see where a neuron is not active.
        add(minimises ? "Least exciting" : "Most exciting", minimises ? row.least : row.top, masked: !minimises)
        add("Most exciting at a single patch", row.peaks)
        add("In between: the photographs at 5, 25, 50, 75 and 95 % of the way up", row.quantiles.map(\.example))
        add(minimises ? "Most exciting" : "Least exciting", minimises ? row.top : row.least, masked: minimises)
        return PhotographsContext(
            line: Self.line(row, reached: reached, best: best, minimises: minimises),
            histogram: HistogramChart(
                low: Double(row.histogram.low), high: Double(row.histogram.high), counts: row.histogram.counts,
                name: "photographs",
                marks: [
                    .init(name: minimises ? "lowest photograph" : "highest photograph", value: best)
                ] + (reached.map { [.init(name: "optimised pictures", value: $0)] } ?? []),
                title: "Activation on photographs", axis: "activation"
            ).svg,
            groups: groups, hasMasks: groups.contains { $0.photographs.contains { $0.mask != nil } },
            choice: ForcedChoiceContext.scores(choice),
            beyond: row.deviation > 0
                ? reached.map { (minimises ? best - $0 : $0 - best) / row.deviation } : nil)
    }

    private func photograph(
        _ example: NeuronPhotographs.Example, of neuron: Int, in ranking: PlaceRanking, _ maps: PlaceMaps?
    ) -> PhotographContext {
        let photograph = ranking.photographs[example.photograph]
        let model = project.model.model.configuration
        let size = PhotographLibrary.size(in: model)
        return PhotographContext(
            image: SitePaths.photograph(photograph), width: size.width, height: size.height,
            activation: Double(example.activation), label: photograph.label?.readableLine,
            file: photograph.path.readableLine,
            mask: (maps?.map(of: neuron, on: example.photograph)).flatMap { Self.mask($0, model) })
    }

    /// A picture that darkens what it is multiplied with where the neuron is not active.
    private static func mask(_ levels: [UInt8], _ model: ViTConfiguration) -> String? {
        guard levels.count == model.patchRows * model.patchColumns else { return nil }
        let greys = levels.map { level in
            // Few shades make a small file, of which a page has dozens.
            let shade = (Int(level) * (shades - 1) + 127) / 255
            return UInt8(darkest + shade * (255 - darkest) / (shades - 1))
        }
        // A picture of some hundred pixels has no reason to fail.
        return (try? PNG.encode(grey: greys, width: model.patchColumns, height: model.patchRows)).map {
            "data:image/png;base64,\($0.base64EncodedString())"
        }
    }

    /// How bright a patch stays on which the neuron is not active, of 255.
    private static let darkest = 64
    /// How many shades of grey a mask has.
    private static let shades = 6

    private static func line(
        _ row: NeuronPhotographs, reached: Double?, best: Double, minimises: Bool
    ) -> String {
        let count = row.seen == 1 ? "the only photograph" : "the best of \(Format.count(row.seen)) photographs"
        let half = "half of them lie \(minimises ? "above" : "below") \(Format.number(Double(row.median)))"
        let photographs = "\(count) reaches \(Format.number(best))" + (row.seen == 1 ? "." : "; \(half).")
        guard let reached else { return photographs.prefix(1).uppercased() + photographs.dropFirst() }
        return "The optimised pictures reach \(Format.number(reached)); \(photographs)"
    }
}
