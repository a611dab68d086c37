// A checkpoint as a project uses it: the model, its labels, and the digest that identifies it in recipes.

import Foundation
import Support
import ViT

/// A model read from a checkpoint, with its digests and name.
package struct LoadedModel: Sendable {
    /// The checkpoint.
    package let checkpoint: Checkpoint
    /// The model, with the directions that are read in it.
    package private(set) var model: ViT
    /// These directions.
    package private(set) var directions: [LoadedDirections] = []
    /// SHA-256 of the weights' file; for several files, of the list of their digests.
    package let weightsDigest: String
    /// SHA-256 of the weights' digest, the configuration and, if the file holds several models, the chosen one's name:
    /// a mean or a number of heads that the user states changes the pictures.
    package let digest: String
    /// The name of the weights' file or folder, without its extension.
    package let name: String
    /// What the user states about the checkpoint.
    private let overrides: CheckpointOverrides

    /// Reads a checkpoint.
    package init(path: String, overrides: CheckpointOverrides = .init()) throws {
        self.overrides = overrides
        checkpoint = try Checkpoint.load(path: path, overrides: overrides)
        model = ViT(configuration: checkpoint.configuration, parameters: checkpoint.parameters)
        let digests = try checkpoint.weightPaths.map(Digest.hexadecimal(ofFile:))
        weightsDigest =
            digests.count == 1 ? digests[0] : Digest.hexadecimal(Array(digests.joined(separator: "\n").utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let configuration = try encoder.encode(checkpoint.configuration)
        digest = Digest.hexadecimal(
            Array(weightsDigest.utf8) + configuration + Array((checkpoint.stateDict ?? "").utf8))
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    /// Adds directions that were read for this model.
    mutating func add(_ directions: LoadedDirections) {
        model = model.adding(directions.set, directions.file.matrix)
        self.directions.append(directions)
    }

    /// The directions at an address; nil at an address of the model's own channels.
    package func directions(at address: Address) -> LoadedDirections? {
        address.directionSet.flatMap { set in directions.first { $0.set == set } }
    }

    /// All files that it was read from, and those that its settings name.
    package var paths: [String] { [checkpoint.path] + checkpoint.files }

    /// Lines for the user, said once: the values that the checkpoint does not contain and that were taken from a
    /// convention, and what the checkpoint holds and the model is read without.
    package var assumed: [String] {
        let guesses = checkpoint.assumptions.filter { $0.source.hasPrefix("convention") }
        let omissions = checkpoint.assumptions.filter(\.leavesOut).map(line)
        guard !guesses.isEmpty else { return omissions }
        let line =
            "\(checkpoint.path) does not contain these values, so the usual ones are assumed: "
            + guesses.map { "\($0.name) \($0.value)" }.joined(separator: "; ")
            + ". `atlasgen inspect` shows more. Correct them under \"model\" in atlas.yml, or with the options that "
            + "`atlasgen inspect --help` lists."
        return [line] + omissions
    }

    /// Which of the file's models was read, if the user did not say so; nil if there is one. The others may give other
    /// results, so every command says it.
    package var unstatedChoice: String? {
        guard overrides.stateDict == nil, checkpoint.stateDict != nil else { return nil }
        return checkpoint.assumptions.first { $0.name == "state dict" }.map(line)
    }

    private func line(_ assumption: Assumption) -> String {
        "\(checkpoint.path): \(assumption.name) \(assumption.value): \(assumption.source)"
    }

    /// The label of a neuron: its class at `heads.head`, its name among directions; nil if it has none.
    package func label(_ address: Address, _ neuron: Int) -> String? {
        guard let labels = labels(at: address), labels.indices.contains(neuron) else { return nil }
        return labels[neuron]
    }

    /// The labels of an address's neurons in their order; nil if they have none.
    package func labels(at address: Address) -> [String]? {
        address == .head ? checkpoint.labels : directions(at: address)?.labels
    }
}
