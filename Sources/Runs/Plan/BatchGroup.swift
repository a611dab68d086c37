// What runs must share to be made in one batch.

import ViT

/// Runs of one group differ in neuron, direction and seed only, so that one visualiser makes them
/// side by side.
struct BatchGroup: Hashable, Sendable {
    /// SHA-256 of the weights file.
    let weights: String
    /// Seed of the randomised-weights control; nil for the weights as they are.
    let shuffle: UInt64?
    /// Where the activation is read.
    let address: Address
    /// Over which tokens the activation is read.
    let tokens: TokenSelection
    /// How attention takes part.
    let attention: AttentionKind
    /// SHA-256 of the frozen attention's reference image.
    let reference: String?
    /// The name of the method.
    let method: String
    /// Every parameter of the method.
    let parameters: [String: String]
    /// Number of optimisation steps.
    let steps: Int

    /// How many runs a batch of so many images has: a method may compute several copies of each run's picture.
    func runs(ofImages count: Int) -> Int { max(1, count / max(1, parameters["copies"].flatMap { Int($0) } ?? 1)) }
}

extension Recipe {
    /// The runs with which this one can share a batch.
    var group: BatchGroup {
        BatchGroup(
            weights: weights, shuffle: shuffle, address: address, tokens: tokens, attention: attention,
            reference: reference, method: method, parameters: parameters, steps: steps)
    }
}
