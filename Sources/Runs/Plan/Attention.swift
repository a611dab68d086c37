// The attention modes of a run, as configurations, figures and recipes name them.

/// How the attention pattern is treated while a picture is optimised.
package enum Attention: Hashable, Sendable {
    /// The forward and the backward pass go through attention.
    case live
    /// The forward pass is live; the backward pass treats the pattern as constant (Ali et al. 2022).
    case detached
    /// The pattern is replayed from a reference picture, the same for all seeds: the picture whose pixels have this
    /// SHA-256, or, if nil, a picture of the model's mean colour.
    case frozen(reference: String? = nil)

    private static let modes = [Attention.live, .detached, .frozen()]
    /// The words for the modes.
    package static let words = modes.map(\.word)

    /// The mode of this word; `frozen` means frozen to the mean colour. Nil for an unknown word.
    package init?(_ word: String) {
        guard let mode = Self.modes.first(where: { $0.word == word }) else { return nil }
        self = mode
    }

    /// The mode's word.
    package var word: String {
        switch self {
        case .live: "live"
        case .detached: "detached"
        case .frozen: "frozen"
        }
    }

    /// SHA-256 of the reference picture's pixels; nil for the mean colour and for the other modes.
    package var reference: String? {
        if case .frozen(let reference) = self { reference } else { nil }
    }
}

extension Attention: Codable {
    private enum CodingKeys: String, CodingKey {
        case attention, reference
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let reference = try container.decodeIfPresent(String.self, forKey: .reference)
        self = try container.decodeText(forKey: .attention) { word in
            guard let reference else { return Attention(word) }
            return word == "frozen" ? .frozen(reference: reference) : nil
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(word, forKey: .attention)
        try container.encodeIfPresent(reference, forKey: .reference)
    }
}
