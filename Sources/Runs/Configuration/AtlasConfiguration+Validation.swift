// Checks a configuration against its model.

import ViT

extension AtlasConfiguration {
    /// The chosen layers of a model.
    ///
    /// - Throws: `AtlasError` of code `data`, with the place in the configuration, for an address that the model lacks
    ///   (the message lists the nearest), a neuron out of range, or a token that the model lacks.
    func layers(of model: ViTConfiguration) throws -> [AtlasLayer] {
        var layers: [AtlasLayer] = []
        for layer in self.layers {
            let name = layer.address
            let address = try reading(at: "\(name.place): layers") {
                try Address(named: name.value, in: model)
            }
            guard !layers.contains(where: { $0.address == address }) else {
                throw name.place.error("layers: \(address) is listed twice; keep one")
            }
            let tokens = try tokens(of: address, in: model)
            let neurons = try neurons(layer.neurons ?? neurons, of: address, under: tokens[0], in: model)
            // A neuron is compared only if every token selection exists for it.
            let comparable = neurons.filter { neuron in
                tokens.allSatisfy { neuron < $0.neuronCount(at: address, in: model) }
            }
            layers.append(
                AtlasLayer(
                    address: address, neurons: neurons, tokens: tokens,
                    sample: Self.spread(comparable, count: compareSample)))
        }
        return layers
    }

    private func neurons(
        _ choice: NeuronChoice, of address: Address, under tokens: TokenSelection, in model: ViTConfiguration
    ) throws -> [Int] {
        let count = min(address.width(in: model), tokens.neuronCount(at: address, in: model))
        guard case .ranges(let ranges) = choice else { return Array(0..<count) }
        var chosen = Set<Int>()
        for range in ranges {
            try reading(at: "\(range.place): neurons") {
                // A layer's page lists channels, so that a token beyond them would have no place.
                for tokens in [.automatic(at: address, in: model), tokens] {
                    try NeuronName.check(range.value.upperBound, at: address, under: tokens, in: model)
                }
            }
            chosen.formUnion(range.value)
        }
        return chosen.sorted()
    }

    private func tokens(of address: Address, in model: ViTConfiguration) throws -> [TokenSelection] {
        var selections: [TokenSelection] = []
        for choice in tokens {
            // At an address with one token, all selections read that token: there is nothing to compare.
            if !selections.isEmpty, address.tokenCount(in: model) == 1 { continue }
            // Directions have no slices to compare with.
            if !selections.isEmpty, choice.value == .selection(.slice), address.directionSet != nil { continue }
            let selection = try reading(at: "\(choice.place): tokens") {
                try choice.value.selection(at: address, in: model)
            }
            if !selections.contains(selection) { selections.append(selection) }
        }
        return selections
    }

    /// `count` evenly spaced entries, starting with the first; all entries if there are no more.
    package static func spread<Value>(_ values: [Value], count: Int) -> [Value] {
        guard values.count > count else { return values }
        return (0..<count).map { values[$0 * values.count / count] }
    }
}
