// A Vision Transformer whose neurons detect known features, by construction.

import Foundation

@testable import ViT

/// One block without attention, on 64 × 64 pixels in patches of 8, whose MLP neurons each detect one planted feature.
///
/// Feature i is a filter over a patch; channels 2·i and 2·i + 1 of a patch's token are ± its response. Two channels
/// hold ± a constant that outweighs the features, so that LayerNorm leaves them almost unscaled. The channels of
/// `mlp.0` and `mlp.3` at `encoder_layer_0` are listed by `Hidden` and `Neuron`.
enum PlantedModel {
    static let address = Address.block(0, .mlp3)
    static let patch = 8
    static let side = 64
    /// The patch that the blob neuron reads, (row, column).
    static let blobPatch = (row: 2, column: 5)
    /// The grating's wave vector in cycles per patch, (x, y). 2 and 1 cycles fit the patch's grid; 1.5 would not.
    static let grating = (x: 2.0, y: 1.0)

    /// Neurons of `mlp.3`.
    enum Neuron: Int, CaseIterable {
        case red, green, blue, yellow, grating, blob, edge
        /// The hue in degrees of a colour neuron.
        var hue: Double? {
            switch self {
            case .red: 0
            case .yellow: 60
            case .green: 120
            case .blue: 240
            case .grating, .blob, .edge: nil
            }
        }
    }

    /// The channel of `mlp.1` that detects red but starts at a pre-activation of −3.
    static let offChannel = 20

    private static let width = 32
    private static let hidden = 24
    private static let constant: Float = 4
    /// Channels of a token after the features' pairs.
    private static let positionChannel = 28
    private static let constantChannel = 30

    /// Filters over (channel, row, column) of a patch, of unit length.
    private static func filters() -> [[Float]] {
        func make(_ f: (_ channel: Int, _ y: Double, _ x: Double) -> Double) -> [Float] {
            var values: [Double] = []
            for channel in 0..<3 {
                for y in 0..<patch { for x in 0..<patch { values.append(f(channel, Double(y), Double(x))) } }
            }
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return values.map { Float($0 / norm) }
        }
        func colour(_ rgb: [Double]) -> [Float] { make { channel, _, _ in rgb[channel] } }
        func phase(_ x: Double, _ y: Double) -> Double {
            2 * .pi * (grating.x * x + grating.y * y) / Double(patch)
        }
        func gaussian(_ y: Double, _ x: Double) -> Double {
            let square = (y - 3.5) * (y - 3.5) + (x - 3.5) * (x - 3.5)
            return exp(-square / 4)
        }
        let all = (0..<patch).flatMap { y in (0..<patch).map { x in gaussian(Double(y), Double(x)) } }
        let mean = all.reduce(0, +) / Double(all.count)
        return [
            colour([1, -0.5, -0.5]), colour([-0.5, 1, -0.5]), colour([-0.5, -0.5, 1]), colour([0.5, 0.5, -1]),
            make { _, y, x in cos(phase(x, y)) }, make { _, y, x in sin(phase(x, y)) },
            make { _, y, x in gaussian(y, x) - mean },
            // Dark on the left, bright on the right.
            make { _, _, x in x < 3.5 ? -1 : 1 },
        ]
    }

    static func make() -> ViT {
        let configuration = ViTConfiguration(
            imageHeight: side, imageWidth: side, patchSize: patch, blockCount: 1, headCount: 2, width: width,
            mlpWidth: hidden, classCount: 0, mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
        let inputs = 3 * patch * patch
        let filters = filters()

        let projection = FloatBuffer(count: width * inputs)
        for (feature, filter) in filters.enumerated() {
            for (i, value) in filter.enumerated() {
                projection.pointer[2 * feature * inputs + i] = value / 4
                projection.pointer[(2 * feature + 1) * inputs + i] = -value / 4
            }
        }
        let tokens = configuration.tokenCount
        let positions = FloatBuffer(count: tokens * width)
        for token in 0..<tokens {
            positions.pointer[token * width + constantChannel] = constant
            positions.pointer[token * width + constantChannel + 1] = -constant
        }
        let blobToken = 1 + blobPatch.row * (side / patch) + blobPatch.column
        positions.pointer[blobToken * width + positionChannel] = 1
        positions.pointer[blobToken * width + positionChannel + 1] = -1

        // Hidden units: gain × one feature, plus a bias.
        let first = FloatBuffer(count: hidden * width)
        let firstBias = FloatBuffer(count: hidden)
        func detect(_ unit: Int, _ feature: Int, gain: Float) {
            first.pointer[unit * width + 2 * feature] = gain / 2
            first.pointer[unit * width + 2 * feature + 1] = -gain / 2
        }
        for colour in 0..<4 { detect(colour, colour, gain: 4) }
        for (unit, feature, sign) in [(4, 4, 1), (5, 4, -1), (6, 5, 1), (7, 5, -1)] {
            detect(unit, feature, gain: 4 * Float(sign))
        }
        detect(8, 6, gain: 4)
        first.pointer[8 * width + positionChannel] = 4
        first.pointer[8 * width + positionChannel + 1] = -4
        firstBias.pointer[8] = -8
        detect(9, 7, gain: 4)
        detect(offChannel, 0, gain: 4)
        firstBias.pointer[offChannel] = -3

        let second = FloatBuffer(count: width * hidden)
        for neuron in Neuron.allCases {
            let units =
                switch neuron {
                case .grating: [4, 5, 6, 7]
                case .blob: [8]
                case .edge: [9]
                default: [neuron.rawValue]
                }
            for unit in units { second.pointer[neuron.rawValue * hidden + unit] = 1 }
        }

        func norm() -> LayerNormParameters {
            LayerNormParameters(
                weight: FloatBuffer([Float](repeating: 1, count: width)), bias: FloatBuffer(count: width))
        }
        let block = BlockParameters(
            ln1: norm(),
            attentionInput: LinearParameters(
                weight: FloatBuffer(count: 3 * width * width), bias: FloatBuffer(count: 3 * width)),
            attentionOutput: LinearParameters(
                weight: FloatBuffer(count: width * width), bias: FloatBuffer(count: width)),
            ln2: norm(), mlp0: LinearParameters(weight: first, bias: firstBias),
            mlp3: LinearParameters(weight: second, bias: FloatBuffer(count: width)))
        return ViT(
            configuration: configuration,
            parameters: ViTParameters(
                patchProjection: LinearParameters(weight: projection, bias: FloatBuffer(count: width)),
                prefixTokens: FloatBuffer(count: width), positionEmbedding: positions, blocks: [block],
                finalNorm: norm(), head: nil))
    }
}
