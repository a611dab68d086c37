// The same architecture as timm, Hugging Face and torchvision save it: the weights, activations and image gradients
// must be those of the library that wrote the file.

import Reference
import Testing

@testable import ViT

/// A checkpoint from scripts/make-fixtures, and the overrides that are needed to load it.
struct Variant: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    var overrides = CheckpointOverrides()
    let naming: Naming
    let elementType: ElementType
    let pooling: ViTConfiguration.Pooling
    let prefixTokenCount: Int
    var ignoredTensors: [String] = []

    var testDescription: String { name }

    func load() throws -> Checkpoint { try Checkpoint.load(path: Fixture.path(file), overrides: overrides) }

    private static let size = ImageSize(height: 16, width: 24)
    private static let imageNet = ViTConfiguration.imageNetMean

    static let all = [
        Variant(
            name: "timm-cls", file: "timm-cls", naming: .timm, elementType: .float32, pooling: .classToken,
            prefixTokenCount: 1),
        Variant(
            name: "timm-avg", file: "timm-avg.pth",
            overrides: CheckpointOverrides(
                headCount: 3, mean: imageNet, standardDeviation: ViTConfiguration.imageNetStandardDeviation,
                imageSize: size),
            naming: .timm, elementType: .float16, pooling: .patchMeanThenNorm, prefixTokenCount: 1,
            ignoredTensors: ["optimizer.state.0.exp_avg", "optimizer.state.0.step"]),
        Variant(
            name: "timm-noclass", file: "timm-noclass.safetensors",
            overrides: CheckpointOverrides(headCount: 3, imageSize: size), naming: .timm, elementType: .bfloat16,
            pooling: .patchMean, prefixTokenCount: 0),
        Variant(
            name: "timm-registers", file: "timm-registers.pth",
            overrides: CheckpointOverrides(headCount: 3, imageSize: size), naming: .timm,
            elementType: .float64,
            pooling: .classToken, prefixTokenCount: 3),
        Variant(
            name: "timm-deit", file: "timm-deit.pth", overrides: CheckpointOverrides(headCount: 3, imageSize: size),
            naming: .timm, elementType: .float16, pooling: .classToken, prefixTokenCount: 2),
        Variant(
            name: "hf-vit", file: "hf-vit", naming: .huggingFace, elementType: .float32, pooling: .classToken,
            prefixTokenCount: 1),
        Variant(
            name: "hf-deit", file: "hf-deit", naming: .huggingFace, elementType: .float32, pooling: .classToken,
            prefixTokenCount: 2),
        Variant(
            name: "hf-backbone", file: "hf-backbone", naming: .huggingFace, elementType: .float32,
            pooling: .classToken, prefixTokenCount: 1,
            ignoredTensors: ["embeddings.mask_token", "pooler.dense.bias", "pooler.dense.weight"]),
        Variant(
            name: "tv-views", file: "tv-views.pt", overrides: CheckpointOverrides(headCount: 3), naming: .torchvision,
            elementType: .float32, pooling: .classToken, prefixTokenCount: 1),
    ]
}

struct VariantTests {
    @Test(arguments: Variant.all) func loadsTheWeightsThatTheLibraryHas(_ variant: Variant) throws {
        let checkpoint = try variant.load()
        let configuration = checkpoint.configuration
        #expect(checkpoint.naming == variant.naming)
        #expect(checkpoint.elementTypes == [variant.elementType])
        #expect(configuration.pooling == variant.pooling)
        #expect(configuration.prefixTokenCount == variant.prefixTokenCount)
        #expect(configuration.headCount == 3)
        #expect(checkpoint.ignoredTensors == variant.ignoredTensors)

        let reference = try Fixture.reference(variant.name)
        let block = checkpoint.parameters.blocks[1]
        let layer = "encoder.layers.encoder_layer_1"
        let buffers = [
            "conv_proj.weight": checkpoint.parameters.patchProjection.weight,
            "encoder.ln.bias": checkpoint.parameters.finalNorm.bias,
            "\(layer).self_attention.in_proj_weight": block.attentionInput.weight,
            "\(layer).self_attention.out_proj.weight": block.attentionOutput.weight,
            "\(layer).mlp.0.weight": block.mlp0.weight,
        ]
        let expected = reference.tensors.keys.filter { $0.hasPrefix("parameter/") }
        #expect(expected.count >= 4)
        for key in expected {
            let name = String(key.dropFirst("parameter/".count))
            let buffer = try #require(buffers[name])
            #expect(try reference.values(key) == buffer.array, "\(name)")
        }
    }

    @Test(arguments: Variant.all) func computesTheLibrarysActivations(_ variant: Variant) throws {
        let comparison = try ReferenceComparison(variant.load(), Fixture.reference(variant.name))
        let errors = try comparison.activationErrors()
        #expect(errors.count >= 7)
        for (address, error) in errors { #expect(error <= 1e-4, "\(address)") }
    }

    @Test(arguments: Variant.all) func computesTheLibrarysImageGradients(_ variant: Variant) throws {
        let comparison = try ReferenceComparison(variant.load(), Fixture.reference(variant.name))
        let errors = try comparison.gradientErrors()
        #expect(errors.count >= 3)
        for (name, error) in errors { #expect(error <= 1e-3, "\(name)") }
    }

    /// The two heads of a distilled model become one layer on two tokens, which must give the library's logits.
    @Test(arguments: Variant.all.filter { $0.prefixTokenCount == 2 })
    func averagesTheTwoHeadsOfADistilledModel(_ variant: Variant) throws {
        let checkpoint = try variant.load()
        let reference = try Fixture.reference(variant.name)
        let head = try #require(checkpoint.parameters.head)
        let inputs = 2 * checkpoint.configuration.width
        let tokens = try reference.values("activation/encoder.ln").prefix(inputs)
        #expect(checkpoint.configuration.headTokenCount == 2)
        let logits = (0..<checkpoint.configuration.classCount).map { index in
            let row = head.weight.array[index * inputs..<(index + 1) * inputs]
            return zip(row, tokens).reduce(head.bias.array[index]) { $0 + $1.0 * $1.1 }
        }
        #expect(relativeError(logits, try reference.values("logits")) <= 1e-5)
    }
}
