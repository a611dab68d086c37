// A recipe: everything that a run's result depends on, and nothing else.

import Support
import ViT

/// What is optimised at an address.
package enum Target: Hashable, Sendable {
    /// A channel, or a direction of the set at the address.
    case channel(Int)
    /// All channels of a token.
    case token(Int)

    /// What the number of a neuron means under a token selection.
    init(_ number: Int, under tokens: TokenSelection) {
        self = tokens == .slice ? .token(number) : .channel(number)
    }

    /// Its number in figures, pages and records.
    package var number: Int {
        switch self {
        case .channel(let number), .token(let number): number
        }
    }
}

/// One run: an optimisation of one target from one seed.
///
/// The same recipe gives the same bytes on the same CPU kernel (see `RunHeader.kernel`), whatever the number of
/// workers, their order, or the machine's other work.
package struct Recipe: Hashable, Sendable {
    /// The model's weights.
    package let model: ModelVersion
    /// Where the activation is read.
    package let address: Address
    /// What is optimised there: a token if the variant's tokens are `slice`, otherwise a channel or a direction.
    package let target: Target
    /// How the run is made.
    package let variant: Variant
    /// Seed of the run's random numbers.
    package let seed: UInt64
    /// The version of the arithmetic.
    package let numerics: Int

    /// - Parameters:
    ///   - number: the number of a channel, or of a token if the variant's tokens are `slice`.
    ///   - numerics: nil for this program's version.
    package init(
        model: ModelVersion, address: Address, number: Int, variant: Variant, seed: UInt64,
        numerics: Int? = nil
    ) {
        self.model = model
        self.address = address
        target = Target(number, under: variant.tokens)
        self.variant = variant
        self.seed = seed
        self.numerics = numerics ?? NumericsVersion.current(variant, at: address)
    }

    /// The model and the variant.
    package var condition: Condition { Condition(model: model, variant: variant) }

    /// Recipes can share a batch if this value is equal: a batch may mix targets, directions and seeds.
    var batch: Recipe {
        var variant = variant
        variant.direction = .positive
        return Recipe(model: model, address: address, number: 0, variant: variant, seed: 0, numerics: numerics)
    }
}

extension Recipe {
    /// The recipe as text in a form that never changes: a line per field, in a fixed order, parameters sorted by name.
    ///
    /// Absent fields have no line, so that a field added later leaves the keys of older recipes as they are.
    var canonicalText: String {
        var lines = ["atlasgen recipe 1", "weights: \(Self.escaped(model.digest))"]
        switch model.control {
        case nil: break
        case .shuffled(let seed): lines.append("shuffle: \(seed)")
        case .rotated(let seed): lines.append("rotate: \(seed)")
        }
        // The name of a set of directions does not change its runs.
        lines.append("address: \(address.base)")
        if let set = address.directionSet { lines.append("directions: \(Self.escaped(set.digest))") }
        lines += [
            "neuron: \(target.number)", "direction: \(variant.direction.rawValue)",
            "tokens: \(variant.tokens)", "attention: \(variant.attention.word)",
        ]
        if let reference = variant.attention.reference { lines.append("reference: \(Self.escaped(reference))") }
        lines.append("method: \(Self.escaped(variant.method.name))")
        for (name, text) in variant.method.texts.sorted(by: { Self.precedes($0.key, $1.key) }) {
            lines.append("parameter \(Self.escaped(name)): \(Self.escaped(text))")
        }
        if variant.precision != .float32 { lines.append("precision: \(variant.precision.rawValue)") }
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

    /// Byte order, which does not depend on locale or Unicode version.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The text with backslashes, line feeds and colons escaped, so that no value can be read as another line or name.
    private static func escaped(_ text: String) -> String {
        // A fast path: few texts need escapes, and a build writes tens of thousands.
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
        case weights, shuffle, rotate, address, directions, neuron, direction, tokens, attention, reference, method
        case parameters, steps, seed, numerics, precision
    }

    /// A key of any name.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads what `encode(to:)` writes. An unknown field is an error, because its effect on the run is unknown.
    package init(from decoder: any Decoder) throws {
        let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        if let unknown = names.filter({ CodingKeys(stringValue: $0) == nil }).min() {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "unknown field \"\(unknown)\""))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            model: try ModelVersion(from: decoder), address: try Self.address(from: container),
            number: try container.decode(Int.self, forKey: .neuron), variant: try Variant(from: decoder),
            seed: try container.decode(UInt64.self, forKey: .seed),
            numerics: try container.decode(Int.self, forKey: .numerics))
    }

    /// All keys are on one level: the model and the variant are not nested.
    package func encode(to encoder: any Encoder) throws {
        try model.encode(to: encoder)
        try variant.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address.description, forKey: .address)
        if let set = address.directionSet { try container.encode(StoredDirections(set), forKey: .directions) }
        try container.encode(target.number, forKey: .neuron)
        try container.encode(seed, forKey: .seed)
        try container.encode(numerics, forKey: .numerics)
    }

    private static func address(from container: KeyedDecodingContainer<CodingKeys>) throws -> Address {
        guard let stored = try container.decodeIfPresent(StoredDirections.self, forKey: .directions) else {
            return try container.decodeText(forKey: .address, Address.init)
        }
        return try container.decodeText(forKey: .address) { text in
            stored.set(named: text).map { .directions($0) }
        }
    }

    /// A set of directions as a recipe's file names it, beside the address `BASE@NAME`.
    private struct StoredDirections: Codable {
        let digest: String
        let count: Int
        let nonlinearity: String

        init(_ set: DirectionSet) {
            digest = set.digest
            count = set.count
            nonlinearity = set.nonlinearity.description
        }

        /// The set; nil if the address or the nonlinearity is none.
        func set(named address: String) -> DirectionSet? {
            guard let mark = address.lastIndex(of: Address.directionMark),
                let base = Address(String(address[..<mark])),
                let nonlinearity = DirectionNonlinearity(nonlinearity)
            else { return nil }
            return DirectionSet(
                name: String(address[address.index(after: mark)...]), base: base, count: count,
                nonlinearity: nonlinearity, digest: digest)
        }
    }
}
