// The models that are measured.

import Foundation
import ViT

/// A model with its name.
struct NamedModel: Sendable {
    let name: String
    let model: ViT

    /// torchvision's `vit_b_16` with random weights: its speed does not depend on them.
    static func vitB16() -> NamedModel {
        let configuration = ViTConfiguration(
            imageHeight: 224, imageWidth: 224, patchSize: 16, blockCount: 12, headCount: 12, width: 768, mlpWidth: 3072,
            classCount: 1000)
        return NamedModel(name: "vit_b_16", model: .random(configuration))
    }

    /// DINOv2 ViT-S/14 at 224 pixels, with random weights.
    static func dinov2Small() -> NamedModel {
        var configuration = ViTConfiguration(
            imageHeight: 224, imageWidth: 224, patchSize: 14, blockCount: 12, headCount: 6, width: 384, mlpWidth: 1536,
            classCount: 0)
        configuration.hasLayerScale = true
        return NamedModel(name: "dinov2_s", model: .random(configuration))
    }

    /// The model that comes with atlasgen.
    static func embedded(root: URL) throws -> NamedModel {
        let path = root.appending(path: "models/vit-tiny64.safetensors").path
        let checkpoint = try Checkpoint.load(path: path)
        return NamedModel(
            name: "embedded", model: ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters))
    }
}

extension ViT {
    /// A model with random weights that keep activations of order one.
    fileprivate static func random(_ c: ViTConfiguration) -> ViT {
        var state: UInt64 = 1
        func values(_ count: Int, scale: Float) -> FloatBuffer {
            let buffer = FloatBuffer(count: count)
            for i in 0..<count {
                // Knuth's linear congruential generator: good enough here.
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                buffer.pointer[i] = (Float(state >> 40) * 0x1p-23 - 1) * scale
            }
            return buffer
        }
        func linear(_ outputs: Int, _ inputs: Int) -> LinearParameters {
            LinearParameters(
                weight: values(outputs * inputs, scale: 1.7 / Float(inputs).squareRoot()),
                bias: values(outputs, scale: 0.1))
        }
        func norm() -> LayerNormParameters {
            let weight = FloatBuffer(count: c.width)
            weight.pointer.update(repeating: 1, count: c.width)
            return LayerNormParameters(weight: weight, bias: values(c.width, scale: 0.1))
        }
        let blocks = (0..<c.blockCount).map { _ in
            BlockParameters(
                ln1: norm(), attentionInput: linear(3 * c.width, c.width), attentionOutput: linear(c.width, c.width),
                ln2: norm(), mlp0: linear(c.mlpWidth, c.width), mlp3: linear(c.width, c.mlpWidth),
                layerScale1: c.hasLayerScale ? values(c.width, scale: 1) : nil,
                layerScale2: c.hasLayerScale ? values(c.width, scale: 1) : nil)
        }
        return ViT(
            configuration: c,
            parameters: ViTParameters(
                patchProjection: linear(c.width, 3 * c.patchSize * c.patchSize),
                prefixTokens: values(c.width, scale: 1),
                positionEmbedding: values(c.tokenCount * c.width, scale: 0.5), blocks: blocks, finalNorm: norm(),
                head: linear(c.classCount, c.width)))
    }
}
