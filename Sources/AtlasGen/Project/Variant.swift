// What tells the rows of a neuron's page apart: the runs of one way of making them.

import ViT

/// One way of making a layer's pictures: everything in a recipe but the neuron and the seed.
struct Variant: Hashable, Sendable {
    /// The method with its parameters.
    var method: PlannedMethod
    /// Over which tokens the activation is read.
    var tokens: TokenSelection
    /// How attention takes part.
    var attention: PlannedAttention
    /// Which way the activation is driven.
    var direction: Direction
    /// Seed of the randomised-weights control; nil for the weights as they are.
    var shuffle: UInt64?
}

extension Project {
    /// How the grid of a layer is made.
    func gridVariant(of layer: AtlasLayer) -> Variant {
        Variant(
            method: methods[0], tokens: layer.tokens[0], attention: attention[0], direction: configuration.direction,
            shuffle: nil)
    }

    /// Every way in which runs of a layer are made: the grid's first, then those of the comparison's sample, one
    /// thing changed at a time, then the control. The same order as the plan's.
    func variants(of layer: AtlasLayer) -> [Variant] {
        let grid = gridVariant(of: layer)
        func changed(_ change: (inout Variant) -> Void) -> Variant {
            var variant = grid
            change(&variant)
            return variant
        }
        var variants = [grid]
        variants += methods.dropFirst().map { method in changed { $0.method = method } }
        variants += layer.tokens.dropFirst().map { tokens in changed { $0.tokens = tokens } }
        variants += attention.dropFirst().map { attention in changed { $0.attention = attention } }
        if configuration.control { variants.append(changed { $0.shuffle = Plan.controlSeed }) }
        return variants
    }

    /// The recipe of one run.
    func recipe(_ address: Address, _ neuron: Int, _ variant: Variant, seed: UInt64) -> Recipe {
        Recipe(
            weights: model.digest, shuffle: variant.shuffle, address: address, neuron: neuron,
            direction: variant.direction, tokens: variant.tokens, attention: variant.attention.kind,
            reference: variant.attention.reference, method: variant.method.name,
            parameters: variant.method.parameters, steps: variant.method.steps, seed: seed)
    }
}
