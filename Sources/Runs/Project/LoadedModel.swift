// A checkpoint as a project uses it: the model, its labels, and the digest by which recipes know it.

import Foundation
import Support
import ViT

/// A model that was read, and what identifies it.
package struct LoadedModel: Sendable {
    /// The checkpoint.
    package let checkpoint: Checkpoint
    /// The model.
    package let model: ViT
    /// SHA-256 of the weights: of the file, or of the list of the digests where there are several files.
    package let weightsDigest: String
    /// SHA-256 of the weights' digest and of the configuration that they are used with: a mean or a number of heads
    /// that was stated by hand gives other pictures.
    package let digest: String
    /// The weights' file or folder name, without its ending.
    package let name: String

    /// Reads a checkpoint.
    package init(path: String, overrides: CheckpointOverrides = .init()) throws {
        checkpoint = try Checkpoint.load(path: path, overrides: overrides)
        model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        let digests = try checkpoint.weightPaths.map(Digest.hexadecimal(ofFile:))
        weightsDigest =
            digests.count == 1 ? digests[0] : Digest.hexadecimal(Array(digests.joined(separator: "\n").utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let configuration = try encoder.encode(checkpoint.configuration)
        digest = Digest.hexadecimal(Array(weightsDigest.utf8) + configuration)
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    /// What the checkpoint does not say and only a convention gave, in a line for the user; nil where nothing is.
    package var assumed: String? {
        let guesses = checkpoint.assumptions.filter { $0.source.hasPrefix("convention") }
        guard !guesses.isEmpty else { return nil }
        return "\(checkpoint.path) does not say, and by convention are assumed: "
            + guesses.map { "\($0.name) \($0.value)" }.joined(separator: "; ")
            + ". `atlasgen inspect` tells more; what is wrong can be stated by --heads, --mean and --std, or under "
            + "\"model\" in atlas.yml."
    }

    /// The name of a neuron: its class, at `heads.head` of a model that has names for them.
    package func label(_ address: Address, _ neuron: Int) -> String? {
        guard address == .head, let labels = checkpoint.labels, labels.indices.contains(neuron) else { return nil }
        return labels[neuron]
    }
}
