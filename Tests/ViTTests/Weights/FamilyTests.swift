// Models of the other families, in the layouts of every library that writes them: activations and image gradients must
// be the library's, at the stored image size and at others.

import Testing

@testable import ViT

/// A checkpoint from scripts/make-fixtures, and what it must be read as.
struct FamilyFile: Sendable, CustomTestStringConvertible {
    let file: String
    let reference: String
    var heads: Int?
    var size: ImageSize?
    /// Whether ImageNet's statistics must be stated, because a small model does not show that it is of this family.
    var statesImageNet = false
    var activation = Activation.gelu
    let epsilon: Float
    var pooling = ViTConfiguration.Pooling.classToken
    var output = ViTConfiguration.Output.classes

    var testDescription: String { "\(file) as \(reference)" }

    func load() throws -> Checkpoint {
        var overrides = CheckpointOverrides(headCount: heads, imageSize: size)
        if statesImageNet {
            overrides.mean = ViTConfiguration.imageNetMean
            overrides.standardDeviation = ViTConfiguration.imageNetStandardDeviation
        }
        return try Checkpoint.load(path: Fixture.path(file), overrides: overrides)
    }

    private static let wide = ImageSize(height: 8, width: 20)

    private static func dinov2(
        _ file: String, _ reference: String = "dinov2", heads: Int? = nil, size: ImageSize? = nil,
        statesImageNet: Bool = false, activation: Activation = .gelu, epsilon: Float = 1e-6,
        pooling: ViTConfiguration.Pooling = .classToken
    ) -> FamilyFile {
        FamilyFile(
            file: file, reference: reference, heads: heads, size: size, statesImageNet: statesImageNet,
            activation: activation, epsilon: epsilon, pooling: pooling)
    }

    private static func clip(
        _ file: String, _ reference: String = "clip", heads: Int? = nil, size: ImageSize? = nil,
        activation: Activation = .quickGELU, epsilon: Float = 1e-5, output: ViTConfiguration.Output = .projection
    ) -> FamilyFile {
        FamilyFile(
            file: file, reference: reference, heads: heads, size: size, activation: activation, epsilon: epsilon,
            output: output)
    }

    private static func siglip(
        _ file: String, _ reference: String = "siglip", heads: Int? = nil, size: ImageSize? = nil,
        activation: Activation = .tanhGELU, pooling: ViTConfiguration.Pooling = .attention,
        output: ViTConfiguration.Output = .pooled
    ) -> FamilyFile {
        FamilyFile(
            file: file, reference: reference, heads: heads, size: size, activation: activation, epsilon: 1e-6,
            pooling: pooling, output: output)
    }

    private static func dinov3(
        _ file: String, _ reference: String = "dinov3", heads: Int? = nil, size: ImageSize? = nil,
        activation: Activation = .gelu, pooling: ViTConfiguration.Pooling = .classToken
    ) -> FamilyFile {
        FamilyFile(
            file: file, reference: reference, heads: heads, size: size, activation: activation, epsilon: 1e-5,
            pooling: pooling)
    }

    static let all = [
        dinov2("dinov2-hf"), dinov2("dinov2-hf-modules"), dinov2("dinov2-meta.pth", heads: 3),
        dinov2("dinov2-timm", heads: 3), dinov2("dinov2-meta-training.pth", heads: 3),
        dinov2("dinov2-hf", "dinov2-8x20", size: wide), dinov2("dinov2-timm", "dinov2-timm-8x20", heads: 3, size: wide),
        dinov2("dinov2-meta.pth", "dinov2-meta-8x20", heads: 3, size: wide),
        dinov2("dinov2-registers-hf", "dinov2-registers"),
        dinov2("dinov2-registers-meta.pth", "dinov2-registers", heads: 3),
        dinov2("dinov2-registers-timm.safetensors", "dinov2-registers", heads: 3, statesImageNet: true),
        dinov2("dinov2-registers-hf", "dinov2-registers-8x20", size: wide),
        dinov2("dinov2-registers-meta.pth", "dinov2-registers-8x20", heads: 3, size: wide),
        dinov2("dinov2-registers-hf", "dinov2-registers-8x8", size: ImageSize(height: 8, width: 8)),
        dinov2("dinov2-swiglu-hf", "dinov2-swiglu", activation: .silu),
        dinov2("dinov2-swiglu-hf-modules", "dinov2-swiglu", activation: .silu),
        dinov2("dinov2-swiglu-meta.pth", "dinov2-swiglu", heads: 2, activation: .silu),
        dinov2(
            "dinov2-swiglu-timm.safetensors", "dinov2-swiglu", heads: 2, statesImageNet: true, activation: .silu),
        dinov2(
            "dinov2-classifier-hf", "dinov2-classifier-hf", epsilon: 1e-3, pooling: .classTokenAndPatchMean),
        dinov2("dinov2-classifier-meta.pth", "dinov2-classifier-meta", heads: 3, pooling: .classTokenAndPatchMean),
        dinov2("dinov2-registers-classifier-hf", "dinov2-registers-classifier-hf", pooling: .classTokenAndPatchMean),
        clip("clip-hf"), clip("clip-open"), clip("clip-timm", heads: 3), clip("clip-openai.pt", heads: 3),
        clip("clip-hf", "clip-8x20", size: wide), clip("clip-timm", "clip-timm-8x20", heads: 3, size: wide),
        clip("clip-open", "clip-timm-8x20", size: wide),
        clip("clip-hf-vision", "clip-gelu", activation: .gelu),
        clip("clip-open-training.pt", "clip-gelu", heads: 3, activation: .gelu),
        clip("clip-hf-tower", "clip-hf-tower", epsilon: 1e-3, output: .classes),
        siglip("siglip-hf"), siglip("siglip-hf-vision"), siglip("siglip-timm", heads: 3),
        siglip("siglip-open", heads: 3), siglip("siglip-hf", "siglip-8x20", size: wide),
        siglip("siglip-timm", "siglip-timm-8x20", heads: 3, size: wide),
        siglip("siglip-timm-gelu", "siglip-timm-gelu", heads: 3, activation: .gelu),
        siglip("siglip-classifier-hf", "siglip-classifier-hf", pooling: .patchMean, output: .classes),
        dinov3("dinov3-hf"), dinov3("dinov3-hf-modules"), dinov3("dinov3-timm", pooling: .patchMean),
        dinov3("dinov3-hf", "dinov3-8x20", size: wide),
        dinov3("dinov3-timm", "dinov3-8x20", size: wide, pooling: .patchMean),
        dinov3("dinov3-meta.pth", "dinov3-meta", size: ImageSize(height: 12, width: 12)),
        dinov3("dinov3-gated-hf", "dinov3-gated", activation: .silu),
        dinov3(
            "dinov3-gated-timm.safetensors", "dinov3-gated", heads: 2, size: ImageSize(height: 12, width: 12),
            activation: .silu),
        dinov3(
            "dinov3-gated-meta.pth", "dinov3-gated", size: ImageSize(height: 12, width: 12), activation: .silu),
        FamilyFile(file: "ijepa-hf", reference: "ijepa", epsilon: 1e-6, pooling: .patchMean),
        FamilyFile(file: "ijepa-hf", reference: "ijepa-8x20", size: wide, epsilon: 1e-6, pooling: .patchMean),
        FamilyFile(
            file: "open-timm-linear", reference: "open-timm-linear", heads: 3, epsilon: 1e-6, pooling: .patchMean,
            output: .projection),
    ]
}

struct FamilyTests {
    @Test(arguments: FamilyFile.all) func readsTheArchitecture(_ file: FamilyFile) throws {
        let checkpoint = try file.load()
        let configuration = checkpoint.configuration
        #expect(configuration.activation == file.activation)
        #expect(configuration.layerNormEpsilon == file.epsilon)
        #expect(configuration.pooling == file.pooling)
        #expect(configuration.output == file.output)
        let reference = try Fixture.reference(file.reference)
        let block = checkpoint.parameters.blocks[1]
        let layer = "encoder.layers.encoder_layer_1"
        let buffers = [
            "conv_proj.weight": checkpoint.parameters.patchProjection.weight.array,
            "encoder.ln.bias": checkpoint.parameters.finalNorm.bias.array,
            "\(layer).self_attention.in_proj_weight": block.attentionInput.weight.array,
            "\(layer).self_attention.out_proj.weight": block.attentionOutput.weight.array,
            "\(layer).mlp.0.weight": Array(block.mlp0.weight.array[..<(configuration.mlpWidth * configuration.width)]),
        ]
        for key in reference.tensors.keys where key.hasPrefix("parameter/") {
            let name = String(key.dropFirst("parameter/".count))
            #expect(try reference.values(key) == buffers[name], "\(name)")
        }
    }

    @Test(arguments: FamilyFile.all) func computesTheLibrarysActivations(_ file: FamilyFile) throws {
        let comparison = try ReferenceComparison(file.load(), Fixture.reference(file.reference))
        let errors = try comparison.activationErrors()
        #expect(errors.count >= 2)
        for (address, error) in errors { #expect(error <= 1e-4, "\(address)") }
    }

    @Test(arguments: FamilyFile.all) func computesTheLibrarysImageGradients(_ file: FamilyFile) throws {
        let comparison = try ReferenceComparison(file.load(), Fixture.reference(file.reference))
        let errors = try comparison.gradientErrors()
        #expect(!errors.isEmpty)
        for (name, error) in errors { #expect(error <= 1e-3, "\(name)") }
    }

    /// LayerScale and attention pooling are weights, too. Nothing else of these files is ignored.
    @Test(arguments: [("dinov2-hf", ["embeddings.mask_token"]), ("siglip-hf-vision", [])])
    func everyWeightOfTheFileIsCounted(folder: String, ignored: [String]) throws {
        let file = try Safetensors(path: Fixture.path(folder + "/model.safetensors"))
        let checkpoint = try Checkpoint.load(path: Fixture.path(folder))
        #expect(checkpoint.ignoredTensors == ignored)
        let used = file.tensors.filter { !ignored.contains($0.key) }
        #expect(checkpoint.parameterCount == used.values.reduce(0) { $0 + $1.count })
    }

    /// OpenCLIP's projection reads what attention pooling gives, too; its MLP is left out, and that is said.
    @Test func aTowersProjectionFollowsItsPooling() throws {
        let siglip = try Fixture.reference("siglip")
        let pooled = try siglip.values("activation/heads.head")
        let weights = (0..<5 * 24).map { Float($0 % 7) - 3 }
        var reference = TensorTable()
        reference.tensors["image"] = ([3, 12, 12], try siglip.values("image"))
        reference.tensors["activation/heads.head"] = (
            [1, 5], (0..<5).map { row in (0..<24).reduce(Float(0)) { $0 + weights[row * 24 + $1] * pooled[$1] } }
        )
        let folder = try TemporaryFolder()
        let expected = try Safetensors(path: folder.write("reference.safetensors", reference.bytes()))

        var table = try TensorTable(Safetensors(path: Fixture.path("siglip-open/open_clip_model.safetensors")))
        table.tensors["visual.head.proj.weight"] = ([5, 24], weights)
        let overrides = CheckpointOverrides(
            headCount: 3, activation: .tanhGELU, mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
        let checkpoint = try Checkpoint.load(
            path: folder.write("a.safetensors", table.bytes()), overrides: overrides)
        #expect(checkpoint.configuration.output == .projection && checkpoint.configuration.classCount == 5)
        #expect(checkpoint.ignoredTensors.allSatisfy { !$0.hasPrefix("visual.") })
        let errors = try ReferenceComparison(checkpoint, expected).activationErrors()
        #expect(errors.count == 1)
        for (address, error) in errors { #expect(error <= 1e-4, "\(address)") }

        table.tensors["visual.head.proj.weight"] = nil
        table.tensors["visual.head.mlp.fc1.weight"] = ([5, 24], weights)
        let other = try Checkpoint.load(path: folder.write("b.safetensors", table.bytes()), overrides: overrides)
        #expect(other.configuration.output == .pooled)
        #expect(other.assumptions.contains { $0.leavesOut && $0.source.contains("'visual.head.mlp.fc1.weight'") })
    }

    /// DeiT III's own files call LayerScale's γ otherwise than timm.
    @Test func deitIIIsNamesOfLayerScaleAreRead() throws {
        let timm = try Safetensors(path: Fixture.path("dinov2-registers-timm.safetensors"))
        let table = try TensorTable(timm).renamed {
            $0.replacing("ls1.gamma", with: "gamma_1").replacing("ls2.gamma", with: "gamma_2")
        }
        let folder = try TemporaryFolder()
        let overrides = CheckpointOverrides(
            headCount: 3, mean: ViTConfiguration.imageNetMean,
            standardDeviation: ViTConfiguration.imageNetStandardDeviation)
        let checkpoint = try Checkpoint.load(
            path: folder.write("deit_3.safetensors", table.bytes()), overrides: overrides)
        let errors = try ReferenceComparison(checkpoint, Fixture.reference("dinov2-registers")).activationErrors()
        #expect(errors.count >= 7)
        for (address, error) in errors { #expect(error <= 1e-4, "\(address)") }
    }

    @Test func aStatedNonlinearityGoesBeforeTheFiles() throws {
        let clip = try Checkpoint.load(
            path: Fixture.path("clip-hf"), overrides: CheckpointOverrides(activation: .tanhGELU))
        #expect(clip.configuration.activation == .tanhGELU)
        #expect(throws: ViTError.self) {
            try Checkpoint.load(
                path: Fixture.path("dinov2-swiglu-hf"), overrides: CheckpointOverrides(activation: .gelu))
        }
    }
}
