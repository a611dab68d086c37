// Compares a loaded model with the reference that a library computed with the same weights.

import Reference
import Testing

@testable import ViT

struct ReferenceComparison {
    let model: ViT
    let reference: Safetensors
    let image: [Float]

    init(_ checkpoint: Checkpoint, _ reference: Safetensors) throws {
        model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        self.reference = reference
        image = try reference.values("image")
    }

    /// max |a − b| / max |b| of every activation that the reference has, by address.
    ///
    /// - Parameter kind: the prefix of the names: `activation/`, or `frozen-activation/` with that attention.
    func activationErrors(
        _ kind: String = "activation/", attention: AttentionMode = .live
    ) throws -> [(name: String, error: Float)] {
        try entries(kind) { name, expected in
            let address = try #require(Address(name))
            let pass = pass(address, .patches, attention)
            pass.forward(count: 1)
            return relativeError(pass.allActivations(slot: 0), expected)
        }
    }

    /// max |a − b| / max |b| of every image gradient that the reference has, by `address|neuron|tokens`.
    func gradientErrors(
        _ kind: String = "gradient/", attention: AttentionMode = .live
    ) throws -> [(name: String, error: Float)] {
        try entries(kind) { name, expected in
            let parts = name.split(separator: "|").map(String.init)
            let address = try #require(Address(parts[0]))
            let pass = pass(address, try #require(TokenSelection(parts[2])), attention)
            let objectives = [Objective(neuron: try #require(Int(parts[1])))]
            objectives.withUnsafeBufferPointer { objectives in
                pass.forward(objectives: objectives)
                pass.backward(objectives: objectives)
            }
            return withExtendedLifetime(pass) {
                relativeError(Array(UnsafeBufferPointer(start: pass.imageGradients, count: pass.imageSize)), expected)
            }
        }
    }

    private func entries(
        _ prefix: String, _ error: (String, [Float]) throws -> Float
    ) throws -> [(name: String, error: Float)] {
        try reference.tensors.keys.filter { $0.hasPrefix(prefix) }.sorted().map { key in
            let name = String(key.dropFirst(prefix.count))
            return (name, try error(name, reference.values(key)))
        }
    }

    private func pass(_ address: Address, _ tokens: TokenSelection, _ attention: AttentionMode) -> ModelPass {
        let pass = ModelPass(model: model, address: address, tokens: tokens, capacity: 1, attention: attention)
        withExtendedLifetime(pass) {
            _ = UnsafeMutableBufferPointer(start: pass.images, count: pass.imageSize).update(fromContentsOf: image)
        }
        return pass
    }
}
