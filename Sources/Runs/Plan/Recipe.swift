// A recipe: everything that a run's result depends on, and nothing else.

import Support
import ViT

/// What is climbed at an address.
package enum Target: Hashable, Sendable {
    /// A channel.
    case channel(Int)
    /// All channels of a token.
    case token(Int)

    /// What the number of a neuron means under a token selection.
    init(_ number: Int, under tokens: TokenSelection) {
        self = tokens == .slice ? .token(number) : .channel(number)
    }

    /// The number by which figures, pages and records name it.
    package var number: Int {
        switch self {
        case .channel(let number), .token(let number): number
        }
    }
}

/// What is to be made: one optimisation of one target from one seed.
///
/// The same recipe gives the same bytes, whatever the number of workers, their order, or the machine's other work
/// (per CPU kernel; see `RunHeader.kernel`).
package struct Recipe: Hashable, Sendable {
    /// Which model is asked.
    package let model: ModelVersion
    /// Where the activation is read.
    package let address: Address
    /// What is climbed there; the variant's tokens decide what it can be.
    package let target: Target
    /// How it is asked.
    package let variant: Variant
    /// Seed of the run's random numbers.
    package let seed: UInt64
    /// The version of the arithmetic.
    let numerics: Int

    /// - Parameter number: of a channel, or of a token where the variant's tokens are `slice`.
    package init(
        model: ModelVersion, address: Address, number: Int, variant: Variant, seed: UInt64,
        numerics: Int = NumericsVersion.current
    ) {
        self.model = model
        self.address = address
        target = Target(number, under: variant.tokens)
        self.variant = variant
        self.seed = seed
        self.numerics = numerics
    }

    /// Which model is asked, and how.
    package var condition: Condition { Condition(model: model, variant: variant) }

    /// The recipe that stands for all with which this one can be made side by side: a batch may mix targets, directions
    /// and seeds.
    var batch: Recipe {
        var variant = variant
        variant.direction = .positive
        return Recipe(model: model, address: address, number: 0, variant: variant, seed: 0, numerics: numerics)
    }
}

extension Recipe {
    /// The recipe as text that never changes its form: a line a field, in a fixed order, parameters sorted by name.
    ///
    /// Absent fields have no line, so that a field added later leaves the keys of older recipes as they are.
    var canonicalText: String {
        var lines = ["atlasgen recipe 1", "weights: \(Self.escaped(model.digest))"]
        if let shuffle = model.shuffle { lines.append("shuffle: \(shuffle)") }
        lines += [
            "address: \(address)", "neuron: \(target.number)", "direction: \(variant.direction.rawValue)",
            "tokens: \(variant.tokens)", "attention: \(variant.attention.word)",
        ]
        if let reference = variant.attention.reference { lines.append("reference: \(Self.escaped(reference))") }
        lines.append("method: \(Self.escaped(variant.method.name))")
        for (name, text) in variant.method.texts.sorted(by: { Self.precedes($0.key, $1.key) }) {
            lines.append("parameter \(Self.escaped(name)): \(Self.escaped(text))")
        }
        lines += ["steps: \(variant.method.steps)", "seed: \(seed)", "numerics: \(numerics)"]
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

    /// A key of any name.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads what `encode(to:)` writes. A field that this program does not know is an error: what it means for the run
    /// cannot be told.
    package init(from decoder: any Decoder) throws {
        let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        if let unknown = names.filter({ CodingKeys(stringValue: $0) == nil }).min() {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "unknown field \"\(unknown)\""))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            model: try ModelVersion(from: decoder), address: try container.decodeText(forKey: .address, Address.init),
            number: try container.decode(Int.self, forKey: .neuron), variant: try Variant(from: decoder),
            seed: try container.decode(UInt64.self, forKey: .seed),
            numerics: try container.decode(Int.self, forKey: .numerics))
    }

    /// Model and variant have no levels of their own: all keys are on one.
    package func encode(to encoder: any Encoder) throws {
        try model.encode(to: encoder)
        try variant.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address.description, forKey: .address)
        try container.encode(target.number, forKey: .neuron)
        try container.encode(seed, forKey: .seed)
        try container.encode(numerics, forKey: .numerics)
    }
}
