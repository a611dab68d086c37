// What tells the rows of a neuron's page apart: the runs of one way of making them.

import ViT

/// One way of making a layer's pictures: everything in a recipe but the neuron and the seed.
package struct Variant: Hashable, Sendable {
    /// The method with its parameters.
    package var method: PlannedMethod
    /// Over which tokens the activation is read.
    package var tokens: TokenSelection
    /// How attention takes part.
    package var attention: PlannedAttention
    /// Which way the activation is driven.
    package var direction: Direction
    /// Seed of the randomised-weights control; nil for the weights as they are.
    package var shuffle: UInt64?

    package init(
        method: PlannedMethod, tokens: TokenSelection, attention: PlannedAttention, direction: Direction,
        shuffle: UInt64? = nil
    ) {
        self.method = method
        self.tokens = tokens
        self.attention = attention
        self.direction = direction
        self.shuffle = shuffle
    }
}

extension Plan.Setting {
    /// Every way in which runs of a layer are made: the grid's first, then those of the comparison's sample, one
    /// thing changed at a time, then the control.
    func variants(of layer: AtlasLayer) -> [Variant] {
        let grid = Variant(
            method: methods[0], tokens: layer.tokens[0], attention: attention[0], direction: direction, shuffle: nil)
        func changed(_ change: (inout Variant) -> Void) -> Variant {
            var variant = grid
            change(&variant)
            return variant
        }
        var variants = [grid]
        variants += methods.dropFirst().map { method in changed { $0.method = method } }
        variants += layer.tokens.dropFirst().map { tokens in changed { $0.tokens = tokens } }
        variants += attention.dropFirst().map { attention in changed { $0.attention = attention } }
        if control { variants.append(changed { $0.shuffle = Plan.controlSeed }) }
        return variants
    }
}

extension Project {
    /// How the grid of a layer is made.
    package func gridVariant(of layer: AtlasLayer) -> Variant { setting.variants(of: layer)[0] }

    /// Every way in which runs of a layer are made; see `Plan.Setting.variants`.
    package func variants(of layer: AtlasLayer) -> [Variant] { setting.variants(of: layer) }

    /// How runs are made at an address where nothing else is asked for: as in its grid, or as in one's that it would
    /// have.
    package func usualVariant(at address: Address) -> Variant {
        if let layer = layers.first(where: { $0.address == address }) { return gridVariant(of: layer) }
        let layer = AtlasLayer(address: address, neurons: [], tokens: [usualTokens(at: address)], sample: [])
        return gridVariant(of: layer)
    }

    /// The first token selection of the configuration, or what the model reads where the address lacks it.
    package func usualTokens(at address: Address) -> TokenSelection {
        guard case .selection(let selection) = configuration.tokens.first?.value,
            selection.isDefined(at: address, in: model.model.configuration)
        else { return .automatic(at: address, in: model.model.configuration) }
        return selection
    }

    /// The recipe of one run.
    package func recipe(_ address: Address, _ neuron: Int, _ variant: Variant, seed: UInt64) -> Recipe {
        variant.recipe(weights: model.digest, address: address, neuron: neuron, seed: seed)
    }
}

extension Variant {
    /// The recipe of one run made this way.
    package func recipe(weights: String, address: Address, neuron: Int, seed: UInt64) -> Recipe {
        Recipe(
            weights: weights, shuffle: shuffle, address: address, neuron: neuron, direction: direction, tokens: tokens,
            attention: attention.kind, reference: attention.reference, method: method.name,
            parameters: method.parameters, steps: method.steps, seed: seed)
    }
}
