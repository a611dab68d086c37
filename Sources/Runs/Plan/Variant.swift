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

    package init(
        direction: Direction = .positive, tokens: TokenSelection, attention: Attention = .live, method: Method
    ) {
        self.direction = direction
        self.tokens = tokens
        self.attention = attention
        self.method = method
    }
}

/// A model's weights, unchanged or shuffled.
package struct ModelVersion: Hashable, Sendable, Codable {
    /// SHA-256 of the weights and their configuration; see `LoadedModel.digest`.
    package var digest: String
    /// Seed of the permutation of the blocks' weights in the randomised-weights control; nil for unchanged weights.
    package var shuffle: UInt64?

    package init(digest: String, shuffle: UInt64? = nil) {
        self.digest = digest
        self.shuffle = shuffle
    }

    /// Seed of the control's permutation.
    static let controlSeed: UInt64 = 0

    private enum CodingKeys: String, CodingKey {
        case digest = "weights"
        case shuffle
    }
}

/// What the runs of a row on a neuron's page share: everything in a recipe except address, target and seed.
package struct Condition: Hashable, Sendable {
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
        case direction, tokens
    }

    /// Reads what `encode(to:)` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        direction = try container.decode(Direction.self, forKey: .direction)
        tokens = try container.decodeText(forKey: .tokens, TokenSelection.init)
        attention = try Attention(from: decoder)
        method = try Method(from: decoder)
    }

    /// All keys are on one level, as in a record: the attention mode and the method are not nested.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(direction, forKey: .direction)
        try container.encode(tokens.description, forKey: .tokens)
        try attention.encode(to: encoder)
        try method.encode(to: encoder)
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
