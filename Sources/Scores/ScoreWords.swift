// The scores in words: what a percentile means, how a p is printed, and what a score does not show.

import Foundation
import Render

/// A sentence on every page with a score, and the paper that it is based on.
package struct Caveat: Sendable, Equatable {
    /// What it says, without a full stop.
    let statement: String
    /// The paper's short citation.
    let paper: String
    /// Where to read the paper.
    let url: String

    /// The sentence, which names the paper.
    var sentence: String { "\(statement) (\(paper))." }

    /// The sentence with a link to the paper.
    package var html: String {
        "\(HTML.escaped(statement)) (<a href=\"\(HTML.escaped(url))\">\(HTML.escaped(paper))</a>)."
    }
}

/// The words that go with the numbers.
package enum ScoreWords {
    /// What agreement is good for.
    package static let use = "Agreement tells whether one run may stand for all runs of the neuron."

    /// A network that has learned nothing agrees with itself, too.
    static let notSufficient = Caveat(
        statement: "It is not a sign of something learned: runs of a network with shuffled weights agree as well, so "
            + "compare with the controls",
        paper: "Adebayo et al. 2018",
        url: "https://arxiv.org/abs/1810.03292")

    /// Consistency is a property of the pictures, not a proof of what the neuron does on photographs.
    static let consistentIsNotFaithful = Caveat(
        statement: "Pictures that agree may not show what activates the neuron on natural images",
        paper: "Geirhos et al. 2023",
        url: "https://arxiv.org/abs/2306.04719")

    /// A low score can come from the neuron rather than from the method.
    static let notNecessary = Caveat(
        statement: "Nor do runs have to agree: a neuron with several faces responds to several kinds of picture, and "
            + "each run may find a different one",
        paper: "Nguyen et al. 2016",
        url: "https://arxiv.org/abs/1602.03616")

    /// The caveats, in the order in which pages show them.
    package static let caveats = [notSufficient, consistentIsNotFaithful, notNecessary]

    /// All of it as one text, for pages that show scores in passing.
    package static let caveatText = ([use] + caveats.map(\.sentence)).joined(separator: " ")

    /// The same with links.
    package static let caveatHTML = ([HTML.escaped(use)] + caveats.map(\.html)).joined(separator: " ")

    /// What an AUC is.
    package static let auc =
        "AUC is the probability that two runs of one neuron are more alike than two runs of different neurons (chance: "
        + "0.5). Intervals are 95 % intervals by jackknife over neurons; p is from a permutation test."

    /// "more alike than 98 % of pairs of different neurons"; rounded down, so that it never overstates.
    package static func standing(_ consistency: NeuronConsistency) -> String {
        let pairs = "pairs of different neurons"
        let less = consistency.percentile - consistency.equal / 2
        let equal = "as alike as \(Format.percentile(consistency.equal)) %"
        if consistency.equal >= 100 { return "as alike as all \(pairs)" }
        if less >= 100 { return "more alike than all \(pairs)" }
        if less <= 0 {
            return consistency.equal >= 1 ? "\(equal) of \(pairs)" : "no more alike than any of the \(pairs)"
        }
        let more = less < 0.1 ? "fewer than 0.1 %" : "\(Format.percentile(less)) %"
        // Ties are mentioned only if they are more than rounding.
        return "more alike than \(more)\(consistency.equal >= 1 ? " and \(equal)" : "") of \(pairs)"
    }

    /// `+0.061 (0.010 to 0.112)`, with its interval; `no difference shown (…)` if that holds 0 or there is none.
    package static func difference(
        _ difference: PairedDifference, _ number: (Double) -> String = Format.number
    ) -> String {
        let value = (difference.value > 0 ? "+" : "") + number(difference.value)
        guard let interval = difference.interval else { return "\(value) (too few neurons for an interval)" }
        return difference.isShown
            ? "\(value) (\(words(interval, number)))"
            : "no difference shown (\(value); \(words(interval, number)))"
    }

    /// How far the intervals narrow from the fewest to all seeds, in sentences.
    package static func widths(_ widths: [SeedWidth]) -> String {
        func narrowing(_ path: KeyPath<SeedWidth, Double?>) -> String? {
            let found = widths.compactMap { width in width[keyPath: path].map { (width.seeds, $0) } }
            guard let first = found.first, let last = found.last else { return nil }
            let start = "\(Format.number(first.1)) wide with \(first.0) seeds"
            return first.0 == last.0 ? start : "\(start) and \(Format.number(last.1)) wide with \(last.0)"
        }
        let auc =
            narrowing(\.auc).map { "The 95\u{A0}% interval of the layer’s AUC is \($0)." }
            ?? "The layer’s AUC has no interval, which needs \(Jackknife.fewestNeurons) neurons."
        let similarity = narrowing(\.similarity).map {
            "That of one neuron’s similarity is \($0), on average over neurons."
        }
        return [auc, similarity].compactMap { $0 }.joined(separator: " ")
    }

    /// `91.3 %`, with a non-breaking space.
    package static func percent(_ share: Double) -> String { "\(Format.number(100 * share))\u{A0}%" }

    /// `0.91 to 0.95`.
    package static func words(_ interval: ClosedRange<Double>, _ number: (Double) -> String = Format.number) -> String {
        "\(number(interval.lowerBound)) to \(number(interval.upperBound))"
    }

    /// `3 pairs`, `1 pair`.
    package static func counted(_ count: Int, _ noun: String) -> String {
        "\(Format.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// The gap's p with its relation sign: `p ≤ 0.001`, `p = 0.02`.
    package static func p(_ layer: LayerConsistency) -> String {
        let text = permutationP(layer.p, permutations: layer.permutations)
        // Without a line break.
        return (text.hasPrefix("≤") ? "p \(text)" : "p = \(text)").replacing(" ", with: "\u{A0}")
    }

    /// A permutation p with three decimals, or more if there are more permutations. The smallest p that `permutations`
    /// can give is a bound, rounded up and printed as "≤ 0.001".
    package static func permutationP(_ p: Double, permutations: Int) -> String {
        // The fewest decimals at which the bound is at least 0.9 of a unit: 1/1001 is printed in thousandths.
        let count = Double(permutations + 1)
        var decimals = 0
        while pow(10, Double(decimals)) < 0.9 * count { decimals += 1 }
        if p * count > 1.5 { return String(format: "%.\(max(3, decimals))f", p) }
        let unit = pow(10, Double(decimals))
        return "≤ " + String(format: "%.\(decimals)f", (unit / count).rounded(.up) / unit)
    }
}
