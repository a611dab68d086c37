// The scores in words: what a percentile says, how a p is printed, and what no score says.

import Foundation

/// A sentence that every page with a score shows, and the paper behind it.
struct Caveat: Sendable, Equatable {
    /// A paper that a sentence rests on.
    struct Reference: Sendable, Equatable {
        /// Authors, year, title and place, as a list of references prints them.
        let text: String
        /// Where to read it.
        let url: String
    }

    /// The sentence.
    let sentence: String
    /// The paper.
    let reference: Reference
}

/// The words that go with the numbers.
enum ScoreWords {
    /// Consistency is a property of the pictures, not a proof of what the neuron does on photographs.
    static let consistentIsNotFaithful = Caveat(
        sentence: "Consistent is not faithful: pictures that agree need not show what makes the neuron fire on natural "
            + "images (Geirhos et al. 2023).",
        reference: Caveat.Reference(
            text: "R. Geirhos, R. S. Zimmermann, B. Bilodeau, W. Brendel and B. Kim (2023). Don't trust your eyes: on "
                + "the (un)reliability of feature visualizations. arXiv:2306.04719.",
            url: "https://arxiv.org/abs/2306.04719"))

    /// A low score can come from the neuron rather than from the method.
    static let lowMayBeManyFaces = Caveat(
        sentence: "A low consistency need not be a failure: a neuron with several faces answers to several kinds of "
            + "picture, and each run may find another (Nguyen et al. 2016).",
        reference: Caveat.Reference(
            text: "A. Nguyen, J. Yosinski and J. Clune (2016). Multifaceted Feature Visualization: Uncovering the "
                + "Different Types of Features Learned By Each Neuron in Deep Neural Networks. arXiv:1602.03616.",
            url: "https://arxiv.org/abs/1602.03616"))

    /// Both caveats, in the order in which pages show them.
    static let caveats = [consistentIsNotFaithful, lowMayBeManyFaces]

    /// Both as one text, for pages that show scores in passing.
    static let caveatText = caveats.map(\.sentence).joined(separator: " ")

    /// "more alike than 98 % of pairs of different neurons"; rounded down, so that it never says too much.
    static func percentileSentence(_ percentile: Double) -> String {
        let pairs = "pairs of different neurons"
        if percentile >= 100 { return "more alike than all \(pairs)" }
        if percentile <= 0 { return "no more alike than any of the \(pairs)" }
        if percentile < 1 { return "more alike than fewer than 1 % of \(pairs)" }
        if percentile < 99 { return "more alike than \(Int(percentile)) % of \(pairs)" }
        let tenths = Int(percentile * 10)
        return "more alike than \(tenths / 10).\(tenths % 10) % of \(pairs)"
    }

    /// A permutation p with three decimals (more where there are more permutations); the smallest that `permutations`
    /// can give is a bound and printed as one, rounded up: "≤ 0.001".
    static func permutationP(_ p: Double, permutations: Int) -> String {
        // The first decimals at which the bound is at least 0.9 of a unit: 1/1001 is printed in thousandths.
        let count = Double(permutations + 1)
        var decimals = 0
        while pow(10, Double(decimals)) < 0.9 * count { decimals += 1 }
        if p * count > 1.5 { return String(format: "%.\(max(3, decimals))f", p) }
        let unit = pow(10, Double(decimals))
        return "≤ " + String(format: "%.\(decimals)f", (unit / count).rounded(.up) / unit)
    }
}
