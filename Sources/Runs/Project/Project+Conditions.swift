// The conditions under which a project makes its runs.

import ViT

extension Project {
    /// All conditions of a layer's runs; see `Condition.all`.
    package func conditions(of layer: AtlasLayer) -> [Condition] { conditions(tokens: layer.tokens) }

    /// The condition of a layer's grid.
    package func grid(of layer: AtlasLayer) -> Condition { conditions(of: layer)[0] }

    private func conditions(tokens: [TokenSelection]) -> [Condition] {
        Condition.all(
            model: model.digest, direction: configuration.direction, precision: configuration.precision,
            tokens: tokens, attention: attention,
            methods: methods.map(\.method), controls: configuration.control)
    }

    /// The default condition at an address: that of its grid, or, if it is not a layer of the atlas, of the grid it
    /// would have.
    package func usualCondition(at address: Address) -> Condition {
        let layer = layers.first { $0.address == address }
        return conditions(tokens: layer?.tokens ?? [usualTokens(at: address)])[0]
    }

    /// The first token selection of the configuration, or the model's own if the address lacks that selection.
    package func usualTokens(at address: Address) -> TokenSelection {
        guard case .selection(let selection) = configuration.tokens.first?.value,
            selection.isDefined(at: address, in: model.model.configuration)
        else { return .automatic(at: address, in: model.model.configuration) }
        return selection
    }
}
