// Addresses and neurons by name, checked against a model.

import Support
import ViT

extension Address {
    /// Reads an address of the model, with or without `encoder.layers.`.
    package init(named text: String, in model: ViTConfiguration) throws(NameError) {
        let all = Address.all(in: model)
        if let address = Address(text), all.contains(address) {
            self = address
            return
        }
        if let address = try Self.directions(named: text, in: model) {
            self = address
            return
        }
        let isFull = text.hasPrefix("encoder.") || text.hasPrefix("heads")
        let nearest = Suggestion.nearest(to: text, among: all.map { isFull ? $0.description : $0.shortName }, limit: 3)
        let help =
            nearest.isEmpty
            ? "; its addresses go from \(all[0]) to \(all[all.count - 1])"
            : "; the nearest: \(nearest.joined(separator: ", "))"
        throw NameError(
            "the model has no address \"\(NameError.shortened(text))\"\(help). `atlasgen inspect` lists all of them.")
    }

    /// Reads `BASE@NAME`; nil if the text is no such name.
    private static func directions(named text: String, in model: ViTConfiguration) throws(NameError) -> Address? {
        guard let mark = text.lastIndex(of: Address.directionMark) else { return nil }
        let base = try Address(named: String(text[..<mark]), in: model)
        let name = String(text[text.index(after: mark)...])
        if let set = model.directions.first(where: { $0.base == base && $0.name == name }) { return .directions(set) }
        let known = model.directions.map { Address.directions($0).shortName }
        throw NameError(
            "\(base) has no directions \"\(NameError.shortened(name))\"; "
                + (known.isEmpty
                    ? "atlas.yml defines none (`directions:`)" : "atlas.yml defines \(known.joined(separator: ", "))"))
    }
}

/// A neuron, written `ADDRESS/NUMBER`.
package struct NeuronName: Hashable, Sendable {
    /// Where its activation is read.
    package let address: Address
    /// The channel; for `slice`, the token.
    package let number: Int

    /// Reads a neuron's name. Whether the number exists depends on the tokens; see `check`.
    package init(_ text: String, in model: ViTConfiguration) throws(NameError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let number = Int(digits: parts[1]) else {
            let example = Address(parts[0]) ?? .block(model.blockCount - 1, .mlp3)
            throw .expected("ADDRESS/NUMBER, such as \(example.shortName)/17", found: text)
        }
        address = try Address(named: parts[0], in: model)
        self.number = number
    }

    /// Refuses a neuron that the address lacks under `tokens`.
    package func check(under tokens: TokenSelection, in model: ViTConfiguration) throws(NameError) {
        try Self.check(number, at: address, under: tokens, in: model)
    }

    /// Refuses a number that is not one of the address's neurons under `tokens`.
    static func check(
        _ number: Int, at address: Address, under tokens: TokenSelection, in model: ViTConfiguration
    ) throws(NameError) {
        let count = tokens.neuronCount(at: address, in: model)
        guard number < count else {
            throw NameError(
                tokens == .slice
                    ? "neuron \(number) is out of range for slice, which reads the token of the neuron's number; "
                        + "\(address) has the tokens 0 to \(count - 1)"
                    : "neuron \(number) is out of range; \(address) has the neurons 0 to \(count - 1)")
        }
    }
}
