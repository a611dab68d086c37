// The runs that a configuration asks for.

import ViT

extension Plan {
    /// The runs of the layers, in order. For each layer: its grid under the first condition, then its sample under each
    /// of the others.
    package init(_ layers: [AtlasLayer], seeds: [UInt64], conditions: (AtlasLayer) -> [Condition]) {
        self.init()
        for layer in layers {
            for (index, condition) in conditions(layer).enumerated() {
                for neuron in index == 0 ? layer.neurons : layer.sample {
                    append(seeds.map { condition.recipe(layer.address, neuron, seed: $0) })
                }
            }
        }
    }
}

extension Condition {
    /// All conditions of a layer: the grid's first, then the comparisons', which each change one setting of the grid's,
    /// then the controls'.
    ///
    /// - Precondition: `tokens`, `attention` and `methods` are not empty.
    static func all(
        model: String, direction: Direction, precision: Precision, tokens: [TokenSelection], attention: [Attention],
        methods: [Method],
        controls: [Control]
    ) -> [Condition] {
        let grid = Condition(
            model: ModelVersion(digest: model),
            variant: Variant(
                direction: direction, tokens: tokens[0], attention: attention[0], method: methods[0],
                precision: precision))
        func changed<Value>(_ path: WritableKeyPath<Condition, Value>, to values: some Sequence<Value>) -> [Condition] {
            values.map { value in
                var condition = grid
                condition[keyPath: path] = value
                return condition
            }
        }
        return [grid] + changed(\.variant.method, to: methods.dropFirst())
            + changed(\.variant.tokens, to: tokens.dropFirst())
            + changed(\.variant.attention, to: attention.dropFirst())
            + changed(\.model.control, to: controls)
    }
}
