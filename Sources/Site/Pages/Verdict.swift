// What a neuron's runs amount to, in a sentence or two at the top of its page.

import Render
import Runs
import Scores
import ViT

/// Puts outcomes and scores into words.
enum Verdict {
    /// From which percentile on runs count as one picture, as alike, and as agreeing at all.
    private static let (one, alike, agreeing) = (95.0, 75.0, 50.0)

    /// The verdict; nil if nothing can be said, because the neuron is not scored.
    ///
    /// - Parameters:
    ///   - outcomes: of the runs of the page's first row; nil for one that is not made.
    ///   - scores: the neuron's; nil outside the layer's grid.
    ///   - choice: the neuron's forced choice.
    static func sentences(outcomes: [RunOutcome?], scores: NeuronScores?, choice: ForcedChoiceData?) -> String? {
        let made = outcomes.compactMap(\.self)
        guard !made.isEmpty else { return "No run of this neuron is made yet." }
        if made.allSatisfy({ $0 == .neverActivated }) {
            return "No run activated the neuron: nothing that was tried excites it."
        }
        let usable = made.count { if case .diverged = $0 { false } else { true } }
        if usable == 0 { return "Every run diverged, so there is no picture to look at." }
        if usable == 1 { return "One run: another might look the same or not." }
        guard let scores, let look = scores.look else { return nil }
        return ([agreement(usable, look, scores.meaning), exceptions(made)] + [choice.map(truth)]).compactMap(\.self)
            .joined(separator: " ")
    }

    private static func agreement(_ count: Int, _ look: NeuronConsistency, _ meaning: NeuronConsistency?) -> String {
        let runs = count < words.count ? "\(words[count]) runs" : "\(Format.count(count)) runs"
        let standing = ScoreWords.standing(look)
        if (look.percentileInterval?.lowerBound ?? look.percentile) >= one {
            return "\(runs), one picture: \(standing)."
        }
        if look.percentile >= one { return "\(runs), much the same picture: \(standing)." }
        if look.percentile >= alike { return "\(runs) that resemble each other: \(standing)." }
        let difference =
            look.percentile >= agreeing
            ? "\(runs) that agree little: \(standing)." : "\(runs) that do not agree: \(standing)."
        if let meaning, meaning.percentile >= one {
            return "\(difference) To the judge they mean the same: \(ScoreWords.standing(meaning))."
        }
        return "\(difference) The neuron may have several faces, or none."
    }

    /// Numbers that begin a sentence.
    private static let words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]

    /// The runs that count little or not at all.
    private static func exceptions(_ made: [RunOutcome]) -> String? {
        let silent = made.count { $0 == .neverActivated }
        let diverged = made.count { if case .diverged = $0 { true } else { false } }
        let parts = [
            silent > 0 ? "\(ScoreWords.counted(silent, "run")) never activated the neuron" : nil,
            diverged > 0 ? "\(ScoreWords.counted(diverged, "run")) diverged" : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", and ") + "."
    }

    /// Whether the pictures tell which photographs excite the neuron.
    private static func truth(_ choice: ForcedChoiceData) -> String {
        func percent(_ share: Double) -> String { "\(Int((100 * share).rounded()))\u{A0}%" }
        let (own, others) = (percent(choice.accuracy), percent(choice.null))
        let picked = "the more exciting of two photographs in \(own) of pairs"
        guard let interval = choice.interval, !interval.contains(choice.null) else {
            return "They pick \(picked); other neurons’ pictures do in \(others), so this may be chance."
        }
        return choice.accuracy > choice.null
            ? "They pick \(picked); other neurons’ pictures do in \(others)."
            : "About photographs they mislead: they pick \(picked), other neurons’ pictures in \(others)."
    }
}
