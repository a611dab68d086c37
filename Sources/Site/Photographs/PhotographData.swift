// A neuron's photographs in neuron.json (docs/data.md documents it).

import Runs
import ViT

/// What photographs excite a neuron, as data. Without files and lists if the site publishes no photographs.
struct PhotographData: Codable, Equatable {
    /// A photograph.
    struct Example: Codable, Equatable {
        /// Its path in the folder.
        var file: String
        /// Path of its small picture.
        var image: String
        var activation: Float
        var label: String?
        var patch: Int?
    }

    /// The activation at a share of the way from the least to the most exciting photograph.
    struct Quantile: Codable, Equatable {
        var share: Double
        var activation: Float
        var file: String?
    }

    var seen: Int
    var top: [Example]?
    var peaks: [Example]?
    var least: [Example]?
    var quantiles: [Quantile]
    var mean: Double
    var deviation: Double
    var positiveShare: Double
    var histogram: NeuronPhotographs.Histogram
}

extension RunLibrary {
    /// The data of a neuron's photographs; nil without photographs, and for a neuron outside the layers.
    func photographData(_ address: Address, _ neuron: Int, _ variant: Variant) throws -> PhotographData? {
        guard let photographs, let (place, ranking) = try photographs.ranking(of: address),
            place.tokens == variant.tokens, let row = ranking.neurons[neuron]
        else { return nil }
        let folder = SitePaths.root(from: SitePaths.neuronData(address, neuron))
        func examples(_ list: [NeuronPhotographs.Example]) -> [PhotographData.Example]? {
            guard photographs.isPublic else { return nil }
            return list.map { example in
                let photograph = ranking.photographs[example.photograph]
                return PhotographData.Example(
                    file: photograph.path, image: folder + SitePaths.photograph(photograph),
                    activation: example.activation, label: photograph.label, patch: example.patch)
            }
        }
        return PhotographData(
            seen: row.seen, top: examples(row.top), peaks: row.peaks.isEmpty ? nil : examples(row.peaks),
            least: examples(row.least),
            quantiles: row.quantiles.map { quantile in
                PhotographData.Quantile(
                    share: quantile.share, activation: quantile.example.activation,
                    file: photographs.isPublic ? ranking.photographs[quantile.example.photograph].path : nil)
            },
            mean: row.mean, deviation: row.deviation, positiveShare: row.positiveShare, histogram: row.histogram)
    }
}
