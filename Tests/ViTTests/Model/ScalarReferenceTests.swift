// The scalar reference against PyTorch's fixtures, so that it can be trusted for other models.

import Reference
import Testing

@testable import ViT

@Suite struct ScalarReferenceTests {
    /// Every pooling, prefix and head that timm, Hugging Face and torchvision have.
    @Test(arguments: Variant.all) func everyVariantIsItsLibrarys(_ variant: Variant) throws {
        let checkpoint = try variant.load()
        let model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        let fixture = try Fixture.reference(variant.name)
        try compare(model, fixture, activation: "activation/", gradient: "gradient/", .live)
    }

    @Test(arguments: ["tv-i32-p8-h2", "tv-i20-p10-h1"]) func activationsAndGradientsAreTorchs(_ name: String) throws {
        let checkpoint = try Checkpoint.load(path: Fixture.path("\(name).safetensors"))
        let model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        let fixture = try Fixture.reference(name)
        try compare(model, fixture, activation: "activation/", gradient: "gradient/", .live)
    }

    @Test func attentionModesAreTorchs() throws {
        let checkpoint = try Checkpoint.load(path: Fixture.path("tv-i32-p8-h2.safetensors"))
        let model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        let fixture = try Fixture.reference("tv-i32-p8-h2")
        try compare(model, fixture, activation: "activation/", gradient: "detached-gradient/", .detached)
        let picture = FloatBuffer(try fixture.values("frozen_reference_image"))
        try compare(
            model, fixture, activation: "frozen-activation/", gradient: "frozen-gradient/", .frozen(reference: picture))
    }

    /// Compares every value of the fixture, within 2e-5 of the largest, because PyTorch computes in single precision.
    private func compare(
        _ model: ViT, _ fixture: Safetensors, activation: String, gradient: String, _ attention: AttentionMode
    ) throws {
        let tape = Tape()
        let image = tape.variables(try fixture.values("image"))
        let pass = ReferencePass(
            model, image: image, attention: ReferenceAttention(attention, model: model), on: tape)
        var count = 0
        for name in fixture.tensors.keys.sorted() {
            if name.hasPrefix(activation) {
                let address = try #require(Address(String(name.dropFirst(activation.count))))
                let values = try #require(pass.values[address]).joined().map(\.single)
                #expect(relativeError(Array(values), try fixture.values(name)) <= 2e-5, "\(name)")
            } else if name.hasPrefix(gradient) {
                let parts = name.dropFirst(gradient.count).split(separator: "|").map(String.init)
                let objective = pass.activation(
                    at: try #require(Address(parts[0])), try #require(TokenSelection(parts[2])),
                    neuron: try #require(Int(parts[1])))
                let values = tape.gradient(of: objective, to: image).map { Float($0) }
                #expect(relativeError(values, try fixture.values(name)) <= 1e-4, "\(name)")
            } else {
                continue
            }
            count += 1
        }
        #expect(count >= 8)
    }
}
