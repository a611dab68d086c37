// Small models with seeded random weights.

import Foundation

import ViT

extension ViT {
    /// A model whose weights keep activations of order one. Every parameter is random, including LayerNorm's.
    package static func random(_ configuration: ViTConfiguration, seed: Int) -> ViT {
        var generator = SampleGenerator(seed: seed)
        let c = configuration
        func linear(_ outputs: Int, _ inputs: Int) -> LinearParameters {
            LinearParameters(
                weight: FloatBuffer(generator.values(outputs * inputs, scale: 1.7 / Float(inputs).squareRoot())),
                bias: FloatBuffer(generator.values(outputs, scale: 0.1)))
        }
        func norm() -> LayerNormParameters {
            LayerNormParameters(
                weight: FloatBuffer(generator.values(c.width, scale: 0.3).map { 1 + $0 }),
                bias: FloatBuffer(generator.values(c.width, scale: 0.1)))
        }
        func scales() -> FloatBuffer? {
            c.hasLayerScale ? FloatBuffer(generator.values(c.width).map { $0 + ($0 < 0 ? -0.3 : 0.3) }) : nil
        }
        let blocks = (0..<c.blockCount).map { _ in
            BlockParameters(
                ln1: norm(), attentionInput: linear(3 * c.width, c.width), attentionOutput: linear(c.width, c.width),
                ln2: norm(), mlp0: linear(c.mlpInputWidth, c.width), mlp3: linear(c.width, c.mlpWidth),
                layerScale1: scales(), layerScale2: scales())
        }
        func attentionPool() -> AttentionPoolParameters {
            AttentionPoolParameters(
                probe: FloatBuffer(generator.values(c.width)), attentionInput: linear(3 * c.width, c.width),
                attentionOutput: linear(c.width, c.width), norm: norm(), mlp0: linear(c.mlpWidth, c.width),
                mlp3: linear(c.width, c.mlpWidth))
        }
        func rotary() -> RotaryParameters {
            let angles = generator.values(c.patchCount * c.headSize / 2, scale: 2)
            return RotaryParameters(
                cosine: FloatBuffer(angles.map { cos($0) }), sine: FloatBuffer(angles.map { sin($0) }))
        }
        return ViT(
            configuration: c,
            parameters: ViTParameters(
                patchProjection: linear(c.width, 3 * c.patchSize * c.patchSize),
                prefixTokens: FloatBuffer(generator.values(c.prefixTokenCount * c.width)),
                positionEmbedding: FloatBuffer(generator.values(c.tokenCount * c.width, scale: 0.5)),
                rotary: c.hasRotaryPositions ? rotary() : nil, inputNorm: c.hasInputNorm ? norm() : nil,
                blocks: blocks, finalNorm: norm(), attentionPool: c.pooling == .attention ? attentionPool() : nil,
                head: c.classCount > 0 && c.output != .pooled ? linear(c.classCount, c.featureCount) : nil))
    }
}
