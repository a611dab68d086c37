// A recipe: everything that a run's result depends on, and nothing else.

import Support
import ViT

/// What is to be made: one optimisation of one neuron from one seed.
///
/// The same recipe gives the same bytes, whatever the number of workers, their order, or the machine's other work
/// (per CPU kernel; see `RunHeader.kernel`).
package struct Recipe: Hashable, Sendable {
    /// SHA-256 of the weights file, as 64 hexadecimal digits.
    var weights: String
    /// Seed of the permutation of the blocks' weights in the randomised-weights control; nil for the weights as
    /// they are.
    package var shuffle: UInt64?
    /// Where the activation is read.
    package var address: Address
    /// The channel.
    package var neuron: Int
    /// Whether the activation is climbed or descended.
    package var direction: Direction
    /// Over which tokens the activation is read.
    package var tokens: TokenSelection
    /// How attention takes part.
    package var attention: AttentionKind
    /// SHA-256 of the frozen attention's reference image; nil for its default, the mean colour, and elsewhere.
    package var reference: String?
    /// The name of the method.
    package var method: String
    /// Every parameter of the method by its name, in the text that its provenance shows; the steps apart.
    package var parameters: [String: String]
    /// Number of optimisation steps.
    package var steps: Int
    /// Seed of the run's random numbers.
    package var seed: UInt64
    /// The version of the arithmetic.
    var numerics = NumericsVersion.current
}

extension Recipe {
    /// The recipe as text that never changes its form: a line a field, in a fixed order, parameters sorted by name.
    ///
    /// Absent fields have no line, so that a field added later leaves the keys of older recipes as they are.
    var canonicalText: String {
        var lines = ["atlasgen recipe 1", "weights: \(Self.escaped(weights))"]
        if let shuffle { lines.append("shuffle: \(shuffle)") }
        lines += [
            "address: \(address)", "neuron: \(neuron)", "direction: \(direction.rawValue)", "tokens: \(tokens)",
            "attention: \(attention.rawValue)",
        ]
        if let reference { lines.append("reference: \(Self.escaped(reference))") }
        lines.append("method: \(Self.escaped(method))")
        for name in parameters.keys.sorted(by: Self.precedes) {
            lines.append("parameter \(Self.escaped(name)): \(Self.escaped(parameters[name, default: ""]))")
        }
        lines += ["steps: \(steps)", "seed: \(seed)", "numerics: \(numerics)"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The name under which the run is stored.
    package var key: RecipeKey {
        guard let key = RecipeKey(Digest.hexadecimal(Array(canonicalText.utf8))) else {
            preconditionFailure("a SHA-256 has 64 hexadecimal digits")
        }
        return key
    }

    /// Byte order, which no locale or Unicode version changes.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The text with its line feeds and colons written as escapes, so that no value can pass for another line or
    /// name.
    private static func escaped(_ text: String) -> String {
        // Hardly any text has one of them, and a build writes tens of thousands.
        let isPlain = !text.utf8.contains {
            $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: ":")
        }
        if isPlain { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case ":": escaped += "\\:"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Recipe: Codable {
    private enum CodingKeys: String, CodingKey {
        case weights, shuffle, address, neuron, direction, tokens, attention, reference, method, parameters, steps
        case seed, numerics
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weights = try container.decode(String.self, forKey: .weights)
        shuffle = try container.decodeIfPresent(UInt64.self, forKey: .shuffle)
        address = try container.decodeText(Address.init, forKey: .address)
        neuron = try container.decode(Int.self, forKey: .neuron)
        direction = try container.decode(Direction.self, forKey: .direction)
        tokens = try container.decodeText(TokenSelection.init, forKey: .tokens)
        attention = try container.decode(AttentionKind.self, forKey: .attention)
        reference = try container.decodeIfPresent(String.self, forKey: .reference)
        method = try container.decode(String.self, forKey: .method)
        parameters = try container.decode([String: String].self, forKey: .parameters)
        steps = try container.decode(Int.self, forKey: .steps)
        seed = try container.decode(UInt64.self, forKey: .seed)
        numerics = try container.decode(Int.self, forKey: .numerics)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weights, forKey: .weights)
        try container.encodeIfPresent(shuffle, forKey: .shuffle)
        try container.encode(address.description, forKey: .address)
        try container.encode(neuron, forKey: .neuron)
        try container.encode(direction, forKey: .direction)
        try container.encode(tokens.description, forKey: .tokens)
        try container.encode(attention, forKey: .attention)
        try container.encodeIfPresent(reference, forKey: .reference)
        try container.encode(method, forKey: .method)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(steps, forKey: .steps)
        try container.encode(seed, forKey: .seed)
        try container.encode(numerics, forKey: .numerics)
    }
}

extension KeyedDecodingContainer {
    /// Decodes a text and reads it with `make`; a text that it refuses is corrupted data.
    fileprivate func decodeText<Value>(_ make: (String) -> Value?, forKey key: Key) throws -> Value {
        let text = try decode(String.self, forKey: key)
        guard let value = make(text) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "unexpected \"\(text)\"")
        }
        return value
    }
}
