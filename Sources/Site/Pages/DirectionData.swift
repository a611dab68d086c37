// A direction in neuron.json.

import Runs
import ViT

/// A direction in neuron.json (docs/data.md documents it).
struct DirectionData: Codable, Equatable {
    /// One of the channels that it is nearest to.
    struct Channel: Codable, Equatable {
        var neuron: Int
        var cosine: Double
    }

    /// The file's SHA-256.
    var file: String
    /// The recognised layout of the file; nil if there is none.
    var layout: String?
    /// The address whose channels it reads.
    var reads: String
    var nonlinearity: String
    var norm: Double
    var bias: Float
    /// JumpReLU's threshold.
    var threshold: Float?
    /// The channels that it is nearest to.
    var nearest: [Channel]
    /// The greatest |cosine| that 95 % of random directions do not exceed.
    var chanceCosine: Double

    /// Channels that are listed.
    private static let shown = 5

    init(_ directions: LoadedDirections, _ number: Int) {
        let matrix = directions.file.matrix
        file = directions.fileDigest
        layout = directions.file.layout
        reads = directions.set.base.description
        nonlinearity = matrix.nonlinearity.description
        norm = matrix.norm(of: number)
        bias = matrix.bias(of: number)
        threshold = matrix.threshold(of: number)
        nearest = matrix.nearestChannels(of: number, count: Self.shown).map {
            Channel(neuron: $0.channel, cosine: $0.cosine)
        }
        chanceCosine = directions.chanceCosine
    }
}
