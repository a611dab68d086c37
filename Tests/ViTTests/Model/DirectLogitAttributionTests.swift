// Direct logit attribution: a case worked by hand, and the slope of the head after the LayerNorm.

import Reference
import Testing

@testable import ViT

@Suite struct DirectLogitAttributionTests {
    private static let shape = ViTConfiguration(
        imageHeight: 8, imageWidth: 8, patchSize: 4, blockCount: 2, headCount: 2, width: 8, mlpWidth: 12, classCount: 5)

    @Test func aCaseByHand() {
        // Width 2, one hidden unit: d = (3, 1) at mlp.1, centred (1, −1), scaled (2, −5).
        let configuration = ViTConfiguration(
            imageHeight: 1, imageWidth: 1, patchSize: 1, blockCount: 1, headCount: 1, width: 2, mlpWidth: 1,
            classCount: 3)
        func linear(_ weight: [Float], outputs: Int) -> LinearParameters {
            LinearParameters(weight: FloatBuffer(weight), bias: FloatBuffer(count: outputs))
        }
        let norm = LayerNormParameters(weight: FloatBuffer([2, 5]), bias: FloatBuffer([7, 7]))
        let block = BlockParameters(
            ln1: norm, attentionInput: linear(Array(repeating: 1, count: 12), outputs: 6),
            attentionOutput: linear([1, 1, 1, 1], outputs: 2), ln2: norm, mlp0: linear([1, 1], outputs: 1),
            mlp3: linear([3, 1], outputs: 2))
        let model = ViT(
            configuration: configuration,
            parameters: ViTParameters(
                patchProjection: linear([1, 1, 1, 1, 1, 1], outputs: 2), prefixTokens: FloatBuffer([0, 0]),
                positionEmbedding: FloatBuffer([0, 0, 0, 0]), blocks: [block], finalNorm: norm,
                head: linear([1, 0, 0, 1, 10, 100], outputs: 3)))
        #expect(DirectLogitAttribution.logits(model: model, address: .block(0, .mlp1), neuron: 0) == [2, -5, -480])
        #expect(DirectLogitAttribution.logits(model: model, address: .block(0, .mlp0), neuron: 0) == [2, -5, -480])
        // d = (1, 0), centred (½, −½).
        #expect(DirectLogitAttribution.logits(model: model, address: .block(0, .mlp3), neuron: 0) == [1, -2.5, -240])
        #expect(DirectLogitAttribution.logits(model: model, address: .block(0, .mlp3), neuron: 1) == [-1, 2.5, 240])
    }

    /// If x̂ is orthogonal to d, σ does not change to first order, and σ times the logits' slope along d is exact.
    @Test(arguments: 0..<20) func theSlopeOfTheHeadAfterTheNorm(_ seed: Int) throws {
        let model = ViT.random(Self.shape, seed: seed)
        var generator = SampleGenerator(seed: seed &+ 1000)
        let block = model.parameters.blocks[seed % 2]
        let (site, neuron, d): (Address.Site, Int, [Double])
        if seed.isMultiple(of: 2) {
            (site, neuron) = (.mlp3, seed % 8)
            d = (0..<8).map { $0 == neuron ? 1 : 0 }
        } else {
            (site, neuron) = (.mlp1, seed % 12)
            d = (0..<8).map { Double(block.mlp3.weight.pointer[$0 * 12 + neuron]) }
        }
        let centred = d.map { $0 - d.reduce(0, +) / 8 }
        var x = generator.values(8).map(Double.init)
        let share = zip(x, centred).reduce(0) { $0 + $1.0 * $1.1 } / centred.reduce(0) { $0 + $1 * $1 }
        x = zip(x, centred).map { $0 - share * $1 }

        let step = 1e-5
        let above = Self.head(model, zip(x, d).map { $0 + step * $1 })
        let below = Self.head(model, zip(x, d).map { $0 - step * $1 })
        let sigma = Self.deviation(model, x)
        let slope = zip(above, below).map { Float(($0 - $1) / (2 * step) * sigma) }
        let direct = try #require(
            DirectLogitAttribution.logits(model: model, address: .block(seed % 2, site), neuron: neuron))
        #expect(relativeError(direct, slope) < 1e-5)
    }

    @Test func aHeadOnTwoTokensGetsBoth() throws {
        var shape = Self.shape
        shape.prefixTokenCount = 2
        let single = ViT.random(shape, seed: 3)
        let head = try #require(single.parameters.head)
        var weight: [Float] = []
        for row in 0..<5 {
            let half = (0..<8).map { head.weight.pointer[row * 8 + $0] / 2 }
            weight += half + half
        }
        shape.headTokenCount = 2
        let p = single.parameters
        let double = ViT(
            configuration: shape,
            parameters: ViTParameters(
                patchProjection: p.patchProjection, prefixTokens: p.prefixTokens,
                positionEmbedding: p.positionEmbedding, blocks: p.blocks, finalNorm: p.finalNorm,
                head: LinearParameters(weight: FloatBuffer(weight), bias: head.bias)))
        let both = try #require(DirectLogitAttribution.logits(model: double, address: .block(0, .mlp3), neuron: 2))
        let one = try #require(DirectLogitAttribution.logits(model: single, address: .block(0, .mlp3), neuron: 2))
        #expect(relativeError(both, one) < 1e-6)
    }

    @Test func elsewhereThereIsNone() {
        let model = ViT.random(Self.shape, seed: 0)
        for address in Address.all(in: Self.shape) {
            let isWriter: Bool
            if case .block(_, let site) = address {
                isWriter = [.mlp0, .mlp1, .mlp3].contains(site)
            } else {
                isWriter = false
            }
            #expect(
                (DirectLogitAttribution.logits(model: model, address: address, neuron: 1) != nil) == isWriter,
                "\(address)")
        }
    }

    @Test func aModelWithoutALinearHeadOfClassesSaysWhy() {
        #expect(DirectLogitAttribution.obstacle(in: Self.shape) == nil)
        var (headless, projecting, pooling) = (Self.shape, Self.shape, Self.shape)
        headless.classCount = 0
        projecting.output = .projection
        pooling.pooling = .attention
        let cases: [(ViTConfiguration, DirectLogitAttribution.Obstacle)] = [
            (headless, .noHead), (projecting, .projection), (pooling, .attentionPooling),
        ]
        for (shape, obstacle) in cases {
            #expect(DirectLogitAttribution.obstacle(in: shape) == obstacle)
            let model = ViT(configuration: shape, parameters: ViT.random(Self.shape, seed: 0).parameters)
            #expect(DirectLogitAttribution.logits(model: model, address: .block(0, .mlp3), neuron: 1) == nil)
        }
    }

    // MARK: - The reference, in double precision

    private static func deviation(_ model: ViT, _ x: [Double]) -> Double {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return (variance + Double(model.configuration.layerNormEpsilon)).squareRoot()
    }

    /// The head's output for the final LayerNorm of x.
    private static func head(_ model: ViT, _ x: [Double]) -> [Double] {
        guard let head = model.parameters.head else { return [] }
        let norm = model.parameters.finalNorm
        let mean = x.reduce(0, +) / Double(x.count)
        let deviation = deviation(model, x)
        let features = x.indices.map { channel in
            (x[channel] - mean) / deviation * Double(norm.weight.pointer[channel]) + Double(norm.bias.pointer[channel])
        }
        return (0..<head.bias.count).map { row in
            features.indices.reduce(Double(head.bias.pointer[row])) {
                $0 + Double(head.weight.pointer[row * x.count + $1]) * features[$1]
            }
        }
    }
}
