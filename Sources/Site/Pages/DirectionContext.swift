// What a direction is, on its page.

import Foundation
import Render
import Runs
import ViT

/// A direction as its page shows it.
struct DirectionContext: TemplateContext {
    var entries: [EntryContext]
    var nearest: [WriteContext]
    var nearestExplanation: String

    static let keys: [TemplateKey<DirectionContext>] = [
        .list("entries", "where it comes from, and its numbers", \.entries),
        .list("nearest", "the layer's neurons whose axes are nearest to it, with the cosine", \.nearest),
        .text("nearestExplanation", "what the cosines of random directions are", \.nearestExplanation),
    ]
}

extension DirectionContext {
    /// The file of a set of directions, and how it is read.
    static func source(of directions: LoadedDirections) -> [EntryContext] {
        [
            EntryContext(name: "File", value: directions.path.readableLine, isCode: true),
            EntryContext(name: "SHA-256", value: directions.fileDigest, isCode: true),
        ] + (directions.file.layout.map { [EntryContext(name: "Layout", value: $0)] } ?? [])
            + [
                EntryContext(name: "Reads", value: directions.set.base.description, isCode: true),
                EntryContext(name: "Nonlinearity", value: directions.set.nonlinearity.description),
            ]
    }

    /// - Parameter positiveShare: the share of the photographs on which it is on; nil without photographs.
    init(_ data: DirectionData, of directions: LoadedDirections, positiveShare: Double?, in project: Project) {
        let base = directions.set.base
        func number(_ name: String, _ value: Double?) -> [EntryContext] {
            value.map { [EntryContext(name: name, value: Format.number($0))] } ?? []
        }
        entries =
            Self.source(of: directions) + number("Length", data.norm) + number("Bias", Double(data.bias))
            + number("Threshold", data.threshold.map(Double.init))
            + (positiveShare.map {
                [EntryContext(name: "On", value: "for \(Format.number(100 * $0)) % of the photographs")]
            } ?? [])
        let pages = project.layers.first { $0.address == base }.map { Set($0.neurons) } ?? []
        nearest = data.nearest.map { channel in
            WriteContext(
                title: project.model.label(base, channel.neuron) ?? "neuron \(channel.neuron)",
                value: (channel.cosine > 0 ? "+" : "") + Format.number(channel.cosine),
                path: pages.contains(channel.neuron) ? SitePaths.neuron(base, channel.neuron) : nil)
        }
        nearestExplanation =
            "The neurons of \(base.shortName) whose axes are nearest to it, with the cosine. The nearest of 95 % of random "
            + "directions lies at \(Format.number(data.chanceCosine)) or below."
    }
}
