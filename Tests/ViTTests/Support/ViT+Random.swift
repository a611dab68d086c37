// Small models with seeded random weights.

@testable import ViT

extension ViT {
    /// A model whose weights keep activations of order one. Every parameter is random, including LayerNorm's.
    static func random(_ configuration: ViTConfiguration, seed: Int) -> ViT {
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
        let blocks = (0..<c.blockCount).map { _ in
            BlockParameters(
                ln1: norm(), attentionInput: linear(3 * c.width, c.width), attentionOutput: linear(c.width, c.width),
                ln2: norm(), mlp0: linear(c.mlpWidth, c.width), mlp3: linear(c.width, c.mlpWidth))
        }
        return ViT(
            configuration: c,
            parameters: ViTParameters(
                patchProjection: linear(c.width, 3 * c.patchSize * c.patchSize),
                prefixTokens: FloatBuffer(generator.values(c.prefixTokenCount * c.width)),
                positionEmbedding: FloatBuffer(generator.values(c.tokenCount * c.width, scale: 0.5)),
                blocks: blocks, finalNorm: norm(),
                head: c.classCount > 0 ? linear(c.classCount, c.headTokenCount * c.width) : nil))
    }
}
