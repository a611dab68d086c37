// The parameters of a small model, for tests of the controls' weights.

@testable import ViT

extension ViTParameters {
    /// Two blocks of `width`, with an MLP of four times that, one prefix token, four patches and three classes. `next`
    /// gives their values one after the other.
    static func twoBlocks(width: Int, _ next: () -> Float) -> ViTParameters {
        func buffer(_ count: Int) -> FloatBuffer { FloatBuffer((0..<count).map { _ in next() }) }
        func linear(_ outputs: Int, _ inputs: Int) -> LinearParameters {
            LinearParameters(weight: buffer(outputs * inputs), bias: buffer(outputs))
        }
        func norm() -> LayerNormParameters { LayerNormParameters(weight: buffer(width), bias: buffer(width)) }
        return ViTParameters(
            patchProjection: linear(width, 12), prefixTokens: buffer(width), positionEmbedding: buffer(5 * width),
            blocks: (0..<2).map { _ in
                BlockParameters(
                    ln1: norm(), attentionInput: linear(3 * width, width), attentionOutput: linear(width, width),
                    ln2: norm(), mlp0: linear(4 * width, width), mlp3: linear(width, 4 * width))
            }, finalNorm: norm(), head: linear(3, width))
    }
}
