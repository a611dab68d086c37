// The ways in which a project makes its runs.

import ViT

extension Project {
    /// Every way in which runs of a layer are made; see `Condition.all`.
    package func conditions(of layer: AtlasLayer) -> [Condition] { conditions(tokens: layer.tokens) }

    /// How the grid of a layer is made.
    package func grid(of layer: AtlasLayer) -> Condition { conditions(of: layer)[0] }

    private func conditions(tokens: [TokenSelection]) -> [Condition] {
        Condition.all(
            model: model.digest, direction: configuration.direction, tokens: tokens, attention: attention,
            methods: methods, control: configuration.control)
    }

    /// How runs are made at an address where nothing else is asked for: as in its grid, or as in one's that it would
    /// have.
    package func usualCondition(at address: Address) -> Condition {
        let layer = layers.first { $0.address == address }
        return conditions(tokens: layer?.tokens ?? [usualTokens(at: address)])[0]
    }

    /// The first token selection of the configuration, or what the model reads where the address lacks it.
    package func usualTokens(at address: Address) -> TokenSelection {
        guard case .selection(let selection) = configuration.tokens.first?.value,
            selection.isDefined(at: address, in: model.model.configuration)
        else { return .automatic(at: address, in: model.model.configuration) }
        return selection
    }
}
