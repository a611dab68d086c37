// Addresses, tokens, neurons and seeds as a command line names them, checked against the model.

import ArgumentParser
import Render
import Runs
import Support
import ViT

extension Address {
    /// Reads an address, in full or without `encoder.layers.`.
    ///
    /// - Throws: `AtlasError` of code `usage`, with the nearest addresses, for one that the model lacks.
    init(argument text: String, in model: ViTConfiguration) throws {
        guard let address = Address(text), Address.all(in: model).contains(address) else {
            throw AtlasError(.usage, AtlasConfiguration.unknownAddress(text, of: model))
        }
        self = address
    }
}

extension TokenSelection {
    /// Reads a token selection; `auto` is what the model itself reads at the address.
    ///
    /// - Throws: `AtlasError` of code `usage` for an unknown one, and for one that the address lacks.
    init(argument text: String, at address: Address, in model: ViTConfiguration) throws {
        if text == "auto" {
            self = .automatic(at: address, in: model)
            return
        }
        guard let selection = TokenSelection(text) else {
            let question = Suggestion.question(for: text, among: ["auto", "patches", "cls", "center", "slice"])
            throw AtlasError(
                .usage,
                "tokens: \"\(text)\" names none\(question.isEmpty ? ";" : question) "
                    + "expected auto, patches, cls, center, slice or token:k (k from 0)")
        }
        self = try selection.checked(at: address, in: model)
    }

    /// The selection itself, where the address has its tokens.
    ///
    /// - Throws: `AtlasError` of code `usage` elsewhere.
    func checked(at address: Address, in model: ViTConfiguration) throws -> TokenSelection {
        if isDefined(at: address, in: model) { return self }
        let reason =
            self == .slice
            ? "slice needs an address of several tokens, and \(address) has one"
            : AtlasConfiguration.reason(self, isUndefinedAt: address, in: model)
        throw AtlasError(.usage, "tokens: \(reason)")
    }
}

/// A neuron, written `ADDRESS/NEURON`.
struct NeuronName {
    /// Where its activation is read.
    let address: Address
    /// The channel, or for `slice` the token.
    let number: Int

    /// Reads a neuron's name; whether the number exists depends on the tokens (`check`).
    ///
    /// - Throws: `AtlasError` of code `usage`.
    init(argument text: String, in model: ViTConfiguration) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[1]), number >= 0 else {
            throw AtlasError(
                .usage,
                "\"\(text)\" names no neuron; expected ADDRESS/NEURON, such as "
                    + "\(Address.block(model.blockCount - 1, .mlp3).shortName)/17")
        }
        address = try Address(argument: String(parts[0]), in: model)
        self.number = number
    }

    /// - Throws: `AtlasError` of code `usage` where the address has no such neuron under `tokens`.
    func check(under tokens: TokenSelection, in model: ViTConfiguration) throws {
        let count = tokens.neuronCount(at: address, in: model)
        guard number < count else {
            throw AtlasError(
                .usage,
                tokens == .slice
                    ? "\(number) is out of range for slice, which reads the token of the neuron's number; "
                        + "\(address) has the tokens 0 to \(count - 1)"
                    : "\(address) has no neuron \(number); it has the neurons 0 to \(count - 1)")
        }
    }
}

/// Seeds and ranges of them, with commas: `0,1` or `0-4,7`.
struct SeedList: ExpressibleByArgument {
    /// The most runs of one picture.
    private static let limit = 1000

    /// The seeds, each once, in the order in which they were named.
    let seeds: [UInt64]

    init?(argument: String) {
        var seeds: [UInt64] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last,
                last <= UInt64(Int.max), last - first < UInt64(Self.limit)
            else { return nil }
            seeds += (first...last).filter { !seeds.contains($0) }
        }
        guard seeds.count <= Self.limit else { return nil }
        self.seeds = seeds
    }
}
