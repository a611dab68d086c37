// The model against torchvision's own VisionTransformer: activations, image gradients, attention modes.

import Reference
import Testing

@testable import ViT

@Suite struct ReferenceTests {
    private func comparison(_ name: String) throws -> ReferenceComparison {
        let path = name == "vit-tiny64" ? Fixture.embeddedModel : Fixture.path("\(name).safetensors")
        return try ReferenceComparison(Checkpoint.load(path: path), Fixture.reference(name))
    }

    @Test(arguments: Fixture.torchvision + ["vit-tiny64"]) func everyActivationIsTorchvisions(_ name: String) throws {
        let comparison = try comparison(name)
        let errors = try comparison.activationErrors()
        // A few addresses are stored for the embedded model, and all addresses for the others.
        let expected = name == "vit-tiny64" ? 7 : Address.all(in: comparison.model.configuration).count
        #expect(errors.count == expected)
        for (address, error) in errors { #expect(error <= 1e-4, "\(name) \(address)") }
    }

    @Test(arguments: Fixture.torchvision + ["vit-tiny64"]) func everyImageGradientIsTorchvisions(_ name: String) throws
    {
        let errors = try comparison(name).gradientErrors()
        #expect(errors.count >= 4)
        for (gradient, error) in errors { #expect(error <= 1e-3, "\(name) \(gradient)") }
    }

    @Test func detachedAttentionLetsNoGradientThroughThePattern() throws {
        let errors = try comparison("tv-i32-p8-h2").gradientErrors("detached-gradient/", attention: .detached)
        #expect(errors.count == 4)
        for (gradient, error) in errors { #expect(error <= 1e-3, "\(gradient)") }
    }

    @Test func frozenAttentionReplaysTheReferencesPattern() throws {
        let comparison = try comparison("tv-i32-p8-h2")
        let image = try comparison.reference.values("frozen_reference_image")
        let frozen = AttentionMode.frozen(reference: FloatBuffer(image))
        let activations = try comparison.activationErrors("frozen-activation/", attention: frozen)
        #expect(activations.count == 5)
        for (address, error) in activations { #expect(error <= 1e-4, "\(address)") }
        let gradients = try comparison.gradientErrors("frozen-gradient/", attention: frozen)
        #expect(gradients.count == 4)
        for (gradient, error) in gradients { #expect(error <= 1e-3, "\(gradient)") }
    }

    @Test func aReaderGivesEveryNeuronOverTheTokensAndTheHeadsInput() throws {
        let comparison = try comparison("tv-i32-p8-h2")
        let configuration = comparison.model.configuration
        let address = Address.block(1, .mlp3)
        let matrix = try comparison.reference.values("activation/\(address)")
        let norm = try comparison.reference.values("activation/encoder.ln")
        let width = configuration.width
        func row(_ token: Int) -> [Float] { Array(matrix[token * width..<(token + 1) * width]) }
        let patchMean = (0..<width).map { channel in
            (1..<configuration.tokenCount).reduce(Float(0)) { $0 + row($1)[channel] } / Float(configuration.patchCount)
        }
        let center = 1 + configuration.patchRows / 2 * configuration.patchColumns + configuration.patchColumns / 2
        let slice = (0..<configuration.tokenCount).map { row($0).reduce(0, +) / Float(width) }
        for (tokens, truth) in [
            (TokenSelection.patches, patchMean), (.cls, row(0)), (.center, row(center)), (.token(3), row(3)),
            (.slice, slice),
        ] {
            let reader = try CPUDevice().makeReader(
                model: comparison.model, address: address, tokens: tokens, capacity: 1)
            let reading = try #require(try reader.read([FloatBuffer(comparison.image)]).first)
            #expect(relativeError(reading.activations, truth) <= 1e-4, "\(tokens)")
            #expect(relativeError(reading.embedding, Array(norm[0..<width])) <= 1e-4)
        }
    }
}
