// Variants in words: for the rows of grids, the heads of tables, and the texts that stand for pictures.

import Runs
import ViT

extension Variant {
    /// The whole variant: `atlas, class token, live attention`.
    var words: String {
        parts.enumerated().filter { $0.offset < 3 || !$0.element.isUsual }.map(\.element.words).joined(separator: ", ")
    }

    /// What tells the variant from `others` and from `usual`: `pixel · slice`; the method where nothing does.
    func title(among others: [Variant], usual: Variant) -> String {
        let different = parts.indices.filter { index in
            (others + [usual]).contains { $0.parts[index].words != parts[index].words }
        }
        return (different.isEmpty ? [0] : different).map { parts[$0].words }.joined(separator: " · ")
    }

    /// Method, tokens, attention, direction, weights, always in this order.
    private var parts: [(words: String, isUsual: Bool)] {
        [
            (method.name, false), (tokens.words, false), ("\(attention.kind.rawValue) attention", false),
            (direction == .positive ? "excited" : "inhibited", direction == .positive),
            (shuffle == nil ? "weights as they are" : "shuffled weights", shuffle == nil),
        ]
    }
}

extension TokenSelection {
    /// What is read, in a few words.
    var words: String {
        switch self {
        case .patches: "patch tokens"
        case .cls: "class token"
        case .center: "center token"
        case .token(let index): "token \(index)"
        case .slice: "slice"
        }
    }
}
