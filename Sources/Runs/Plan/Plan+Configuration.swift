// The runs that a configuration asks for.

import ViT

/// A method with its overrides applied, as recipes name it.
package struct PlannedMethod: Hashable, Sendable {
    /// The preset's name.
    package let name: String
    /// Every parameter by its name, in the text that provenance shows; the steps apart.
    package let parameters: [String: String]
    /// Number of optimisation steps.
    package let steps: Int

    package init(
        name: String, parameters: [String: String], steps: Int
    ) {
        self.name = name
        self.parameters = parameters
        self.steps = steps
    }
}

/// An attention mode with its reference's digest, as recipes name it.
package struct PlannedAttention: Hashable, Sendable {
    /// The mode.
    package let kind: AttentionKind
    /// SHA-256 of the frozen attention's reference image; nil for the mean colour, and for other modes.
    package let reference: String?

    package init(
        kind: AttentionKind, reference: String?
    ) {
        self.kind = kind
        self.reference = reference
    }
}

extension Plan {
    /// What all runs of an atlas share.
    package struct Setting: Sendable {
        /// SHA-256 of the weights file.
        var weights: String
        /// The methods; the first fills the grids.
        var methods: [PlannedMethod]
        /// The attention modes; the first fills the grids.
        var attention: [PlannedAttention]
        /// The seeds of each neuron.
        var seeds: [UInt64]
        /// Which way the neurons are driven.
        var direction: Direction
        /// Whether a sample of each layer is also made with shuffled weights.
        var control: Bool
    }

    /// Seed of the permutation of the randomised-weights control.
    static let controlSeed: UInt64 = 0

    /// The runs of the layers, in their order: each layer's grid, then its sample under each further method, token
    /// selection and attention mode, one changed at a time, then its control.
    ///
    /// - Precondition: there are a method, an attention mode, and a token selection in each layer.
    package init(_ layers: [AtlasLayer], _ setting: Setting) {
        self.init()
        for layer in layers {
            for (index, variant) in setting.variants(of: layer).enumerated() {
                for neuron in index == 0 ? layer.neurons : layer.sample {
                    append(
                        setting.seeds.map { seed in
                            variant.recipe(weights: setting.weights, address: layer.address, neuron: neuron, seed: seed)
                        })
                }
            }
        }
    }
}
