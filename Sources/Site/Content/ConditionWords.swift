// Conditions in words, for the rows of grids and tables and for alternative texts.

import Runs
import ViT

extension Condition {
    /// The whole condition, with the project's names of methods: `atlas, class token, live attention`.
    func words(in project: Project) -> String {
        parts(in: project).enumerated().filter { $0.offset < 3 || !$0.element.isUsual }.map(\.element.words).joined(
            separator: ", ")
    }

    /// What distinguishes the condition from `others` and `usual`, e.g. `pixel · slice`; the method if nothing does.
    func title(among others: [Condition], usual: Condition, in project: Project) -> String {
        let parts = parts(in: project)
        let all = (others + [usual]).map { $0.parts(in: project) }
        let different = parts.indices.filter { index in all.contains { $0[index].words != parts[index].words } }
        return (different.isEmpty ? [0] : different).map { parts[$0].words }.joined(separator: " · ")
    }

    /// What differs from another condition, e.g. `frozen attention`.
    func change(from other: Condition, in project: Project) -> String {
        zip(parts(in: project), other.parts(in: project)).filter { $0.words != $1.words }.map(\.0.words).joined(
            separator: " · ")
    }

    /// The weights: `trained weights`, or a control's.
    package var weights: String { "\(model.control?.word ?? "trained") weights" }

    /// Method, tokens, attention, direction, weights, always in this order.
    private func parts(in project: Project) -> [(words: String, isUsual: Bool)] {
        [
            (project.name(of: variant.method), false), (variant.tokens.words, false),
            ("\(variant.attention.word) attention", false),
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
