// A small Vision Transformer with seeded random weights, attention included.

import ViT

/// Random weights at the usual initial scale: a stand-in for any checkpoint.
package enum RandomModel {
    package static func make(seed: Int, side: Int = 40) -> ViT {
        let configuration = ViTConfiguration(
            imageHeight: side, imageWidth: side, patchSize: 8, blockCount: 2, headCount: 2, width: 24, mlpWidth: 40,
            classCount: 6)
        var samples = SampleGenerator(seed: seed)
        func buffer(_ count: Int, _ scale: Float) -> FloatBuffer { FloatBuffer(samples.values(count, scale: scale)) }
        func linear(_ outputs: Int, _ inputs: Int) -> LinearParameters {
            LinearParameters(
                weight: buffer(outputs * inputs, 2 / Float(inputs).squareRoot()), bias: buffer(outputs, 0.2))
        }
        let (width, hidden) = (configuration.width, configuration.mlpWidth)
        func norm() -> LayerNormParameters {
            LayerNormParameters(weight: FloatBuffer(samples.values(width).map { 1 + $0 / 2 }), bias: buffer(width, 0.2))
        }
        let blocks = (0..<configuration.blockCount).map { _ in
            BlockParameters(
                ln1: norm(), attentionInput: linear(3 * width, width), attentionOutput: linear(width, width),
                ln2: norm(), mlp0: linear(hidden, width), mlp3: linear(width, hidden))
        }
        return ViT(
            configuration: configuration,
            parameters: ViTParameters(
                patchProjection: linear(width, 3 * 64), prefixTokens: buffer(width, 0.5),
                positionEmbedding: buffer(configuration.tokenCount * width, 0.5), blocks: blocks,
                finalNorm: norm(), head: linear(6, width)))
    }
}
