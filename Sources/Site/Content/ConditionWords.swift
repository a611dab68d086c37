// Conditions in words, for the rows of grids and tables and for alternative texts.

import Runs
import ViT

extension Condition {
    /// The whole condition: `atlas, class token, live attention`.
    var words: String {
        parts.enumerated().filter { $0.offset < 3 || !$0.element.isUsual }.map(\.element.words).joined(separator: ", ")
    }

    /// What distinguishes the condition from `others` and `usual`, e.g. `pixel · slice`; the method if nothing does.
    func title(among others: [Condition], usual: Condition) -> String {
        let different = parts.indices.filter { index in
            (others + [usual]).contains { $0.parts[index].words != parts[index].words }
        }
        return (different.isEmpty ? [0] : different).map { parts[$0].words }.joined(separator: " · ")
    }

    /// The weights: `trained weights`, or a control's.
    package var weights: String { "\(model.control?.word ?? "trained") weights" }

    /// Method, tokens, attention, direction, weights, always in this order.
    private var parts: [(words: String, isUsual: Bool)] {
        [
            (variant.method.name, false), (variant.tokens.words, false), ("\(variant.attention.word) attention", false),
            (variant.direction == .positive ? "excited" : "inhibited", variant.direction == .positive),
            (weights, model.control == nil),
        ]
    }
}

extension TokenSelection {
    /// The token selection in a few words.
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
