// How a run is made, and with which model.

import ViT

/// How a target's picture is made.
package struct Variant: Hashable, Sendable {
    /// Whether the activation is maximised or minimised.
    package var direction: Direction
    /// The tokens over which the activation is read.
    package var tokens: TokenSelection
    /// How the attention pattern is treated.
    package var attention: Attention
    /// How the picture is optimised.
    package var method: Method
    /// How exact the products of the optimisation are.
    package var precision: Precision

    package init(
        direction: Direction = .positive, tokens: TokenSelection, attention: Attention = .live, method: Method,
        precision: Precision = .float32
    ) {
        self.precision = precision
        self.direction = direction
        self.tokens = tokens
        self.attention = attention
        self.method = method
    }
}

/// A model's weights, as trained or a control's.
package struct ModelVersion: Hashable, Sendable {
    /// SHA-256 of the trained weights and their configuration; see `LoadedModel.digest`.
    package var digest: String
    /// The control that is made from them; nil for the trained weights themselves.
    package var control: Control?

    package init(digest: String, control: Control? = nil) {
        self.digest = digest
        self.control = control
    }
}

extension ModelVersion: Codable {
    private enum CodingKeys: String, CodingKey {
        case digest = "weights"
        case shuffle, rotate
    }

    /// Reads what `encode(to:)` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        digest = try container.decode(String.self, forKey: .digest)
        let shuffle = try container.decodeIfPresent(UInt64.self, forKey: .shuffle)
        let rotate = try container.decodeIfPresent(UInt64.self, forKey: .rotate)
        guard shuffle == nil || rotate == nil else {
            throw DecodingError.dataCorruptedError(
                forKey: .rotate, in: container, debugDescription: "both \"shuffle\" and \"rotate\"")
        }
        control = shuffle.map { .shuffled(seed: $0) } ?? rotate.map { .rotated(seed: $0) }
    }

    /// A control is a key of its own, with its seed.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(digest, forKey: .digest)
        switch control {
        case nil: break
        case .shuffled(let seed): try container.encode(seed, forKey: .shuffle)
        case .rotated(let seed): try container.encode(seed, forKey: .rotate)
        }
    }
}

/// What the runs of a row on a neuron's page share: everything in a recipe except address, target and seed.
package struct Condition: Hashable, Sendable, Encodable {
    /// The model's weights.
    package var model: ModelVersion
    /// How the runs are made.
    package var variant: Variant

    package init(model: ModelVersion, variant: Variant) {
        self.model = model
        self.variant = variant
    }

    /// The recipe of one run.
    package func recipe(_ address: Address, _ number: Int, seed: UInt64) -> Recipe {
        Recipe(model: model, address: address, number: number, variant: variant, seed: seed)
    }
}

extension Variant: Codable {
    private enum CodingKeys: String, CodingKey {
        case direction, tokens, precision
    }

    /// Reads what `encode(to:)` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        direction = try container.decode(Direction.self, forKey: .direction)
        tokens = try container.decodeText(forKey: .tokens, TokenSelection.init)
        attention = try Attention(from: decoder)
        method = try Method(from: decoder)
        precision = try container.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
    }

    /// All keys are on one level, as in a record: the attention mode and the method are not nested.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(direction, forKey: .direction)
        try container.encode(tokens.description, forKey: .tokens)
        try attention.encode(to: encoder)
        try method.encode(to: encoder)
        if precision != .float32 { try container.encode(precision, forKey: .precision) }
    }
}

extension KeyedDecodingContainer {
    /// Decodes a text and reads it with `make`; a text that it refuses is corrupted data.
    func decodeText<Value>(forKey key: Key, _ make: (String) -> Value?) throws -> Value {
        let text = try decode(String.self, forKey: key)
        guard let value = make(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "unexpected \(key.stringValue) \"\(text)\"")
        }
        return value
    }
}
