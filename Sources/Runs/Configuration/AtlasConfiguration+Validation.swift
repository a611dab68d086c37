// Checks a configuration against the model it is used with.

import Render
import Support
import ViT

extension AtlasConfiguration {
    /// The chosen layers of a model.
    ///
    /// - Throws: `AtlasError` of code `data`, with the place in the configuration, for an address that the model lacks
    ///   (the nearest ones are named), for a neuron out of range, and for a token that the model lacks.
    func layers(of model: ViTConfiguration) throws -> [AtlasLayer] {
        var layers: [AtlasLayer] = []
        for name in self.layers {
            let address = try Self.address(name, of: model)
            guard !layers.contains(where: { $0.address == address }) else {
                throw name.place.error("layers: \(address) stands here twice; keep one")
            }
            let tokens = try tokens(of: address, in: model)
            let neurons = try neurons(of: address, under: tokens[0], in: model)
            // Every selection of a comparison must exist for every neuron of its sample.
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

    private static func address(_ name: Located<String>, of model: ViTConfiguration) throws -> Address {
        if let address = Address(name.value), Address.all(in: model).contains(address) { return address }
        throw name.place.error("layers: \(unknownAddress(name.value, of: model))")
    }

    /// That a model lacks an address, and the nearest ones that it has.
    package static func unknownAddress(_ name: String, of model: ViTConfiguration) -> String {
        let all = Address.all(in: model)
        let isFull = name.hasPrefix("encoder.") || name.hasPrefix("heads")
        let nearest = Suggestion.nearest(to: name, among: all.map { isFull ? $0.description : $0.shortName }, limit: 3)
        let help =
            nearest.isEmpty
            ? "; its addresses go from \(all[0]) to \(all[all.count - 1])"
            : "; the nearest: \(nearest.joined(separator: ", "))"
        return "the model has no address \"\(name)\"\(help). `atlasgen inspect` lists all of them."
    }

    private func neurons(
        of address: Address, under tokens: TokenSelection, in model: ViTConfiguration
    ) throws -> [Int] {
        let width = address.width(in: model)
        let count = min(width, tokens.neuronCount(at: address, in: model))
        guard case .ranges(let ranges) = neurons else { return Array(0..<count) }
        var chosen = Set<Int>()
        for range in ranges {
            let last = range.value.upperBound
            guard last < width else {
                throw range.place.error(
                    "neurons: \(last) is out of range; \(address) has the neurons 0 to \(width - 1)")
            }
            guard last < count else {
                throw range.place.error(
                    "neurons: \(last) is out of range for \(tokens), which reads the token of the neuron's number; "
                        + "\(address) has the tokens 0 to \(count - 1)")
            }
            chosen.formUnion(range.value)
        }
        return chosen.sorted()
    }

    private func tokens(of address: Address, in model: ViTConfiguration) throws -> [TokenSelection] {
        var selections: [TokenSelection] = []
        for choice in tokens {
            // An address of one token gives every selection that token: there is nothing to compare.
            if !selections.isEmpty, address.tokenCount(in: model) == 1 { continue }
            let selection: TokenSelection
            switch choice.value {
            case .auto: selection = .automatic(at: address, in: model)
            case .selection(let named): selection = named
            }
            if !selection.isDefined(at: address, in: model) {
                throw choice.place.error("tokens: \(Self.reason(selection, isUndefinedAt: address, in: model))")
            }
            if !selections.contains(selection) { selections.append(selection) }
        }
        return selections
    }

    /// Why a token selection cannot be read at an address, and what to do.
    package static func reason(
        _ selection: TokenSelection, isUndefinedAt address: Address, in model: ViTConfiguration
    ) -> String {
        switch selection {
        case .cls: "the model has no class token; use patches, center or token:k"
        case .slice: "slice needs an address of several tokens, and \(address) has one; put another selection first"
        default:
            "\(selection) is out of range; \(address) has the tokens 0 to \(address.tokenCount(in: model) - 1)"
        }
    }

    /// `count` entries at equal distances, the first among them; all where there are no more.
    package static func spread<Value>(_ values: [Value], count: Int) -> [Value] {
        guard values.count > count else { return values }
        return (0..<count).map { values[$0 * values.count / count] }
    }
}
