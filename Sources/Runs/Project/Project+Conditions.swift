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

    /// The steps before each frame of the film that a run is to have; empty for none. Pages show the films of the runs
    /// that they are about: those under the default condition.
    package func filmSteps(of recipe: Recipe) -> [Int] {
        guard configuration.film > 0, recipe.condition == usualCondition(at: recipe.address) else { return [] }
        return RunFilm.steps(length: configuration.film, of: recipe.variant.method.steps)
    }

    /// Whether a stored run lacks the film that it is to have, because it was made under another configuration.
    ///
    /// - Parameter steps: those before each frame of the film that it has; nil for none.
    package func lacksFilm(_ recipe: Recipe, _ steps: [Int]?) -> Bool {
        let wanted = filmSteps(of: recipe)
        return !wanted.isEmpty && wanted != steps
    }

    /// The first token selection of the configuration, or the model's own if the address lacks that selection.
    package func usualTokens(at address: Address) -> TokenSelection {
        guard case .selection(let selection) = configuration.tokens.first?.value,
            selection.isDefined(at: address, in: model.model.configuration)
        else { return .automatic(at: address, in: model.model.configuration) }
        return selection
    }
}
