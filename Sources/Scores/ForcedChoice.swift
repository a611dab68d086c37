// The forced choice: whether a neuron's pictures tell which of two photographs excites it more.

import Foundation
import Support
import ViT

/// How well a neuron's pictures tell a strongly from a weakly exciting photograph (Borowski et al. 2021; Zimmermann et al.
/// 2021; the choice is made by a judge, as in the machine interpretability score of Klindt et al. 2023).
package struct NeuronForcedChoice: Codable, Sendable, Equatable {
    /// The share of the pairs whose strongly exciting photograph is nearer to what distinguishes the neuron's
    /// pictures; equally near ones count half.
    package let accuracy: Double
    /// Its 95 % interval by bootstrap over photographs.
    package let interval: ClosedRange<Double>
    /// The mean accuracy with the pictures of other neurons in the place of the neuron's own.
    package let null: Double
    /// Number of pairs of photographs.
    package let pairs: Int
}

/// The forced choice over a layer's neurons.
package struct LayerForcedChoice: Codable, Sendable, Equatable {
    /// The mean accuracy.
    package let accuracy: Double
    /// Its 95 % interval by jackknife over neurons; nil for fewer than five.
    package let interval: ClosedRange<Double>?
    /// The mean accuracy with the pictures of other neurons.
    package let null: Double
    /// How much more accurate a neuron's own pictures are than others', paired by neuron: the interval of the mean
    /// difference; nil for fewer than five neurons.
    package let aboveNull: ClosedRange<Double>?
    /// Number of neurons.
    package let neurons: Int
    /// Number of pairs of photographs over all neurons.
    package let pairs: Int
}

/// The accuracies of a layer's neurons, with their own pictures and with each other's.
package struct ForcedChoice: Sendable {
    /// The photographs that one neuron is asked about, as indices of rows.
    package struct Question: Sendable, Equatable {
        let neuron: Int
        let strong: [Int]
        let weak: [Int]
    }

    /// Draws of a bootstrap.
    private static let draws = 400
    /// The most other neurons whose pictures make a null.
    private static let mostOthers = 64
    /// The fewest neurons whose pictures' mean is not mostly one neuron's.
    private static let fewestNeurons = 5

    /// Neurons with a choice, ascending.
    package let neurons: [Int: NeuronForcedChoice]
    /// The layer's; nil without a neuron that has one and others to compare with.
    package let layer: LayerForcedChoice?

    /// Lets a judge choose.
    ///
    /// - Parameters:
    ///   - questions: at most one for each neuron.
    ///   - photographs: what the judge sees in the photographs that questions are about.
    ///   - pictures: for each neuron, what it sees in its pictures; at least one.
    ///   - normalisation: from other photographs than those.
    package init(
        _ questions: [Question], photographs: [[Float]], pictures: [Int: [[Float]]], normalisation: Normalisation
    ) {
        let usable = questions.filter { pictures[$0.neuron]?.isEmpty == false }.sorted { $0.neuron < $1.neuron }
        let asked = usable.count < Self.fewestNeurons ? [] : usable
        let shown = SimilarityRows(photographs, by: normalisation)
        let directions = Self.directions(asked.map { pictures[$0.neuron] ?? [] }, by: normalisation)
        let results = concurrently(asked.count) { index -> NeuronForcedChoice in
            let question = asked[index]
            let wins = { (direction: [Float]) in
                Self.wins(
                    strong: question.strong.map { Self.level(shown, $0, direction) },
                    weak: question.weak.map { Self.level(shown, $0, direction) })
            }
            let own = wins(directions[index])
            let others = Self.others(of: index, among: asked.count)
            let null = others.reduce(0) { $0 + Self.share(wins(directions[$1])) }
            return NeuronForcedChoice(
                accuracy: Self.share(own), interval: Self.interval(own, neuron: question.neuron),
                null: null / Double(others.count), pairs: question.strong.count * question.weak.count)
        }
        neurons = Dictionary(uniqueKeysWithValues: zip(asked.map(\.neuron), results))
        layer = Self.layer(results)
    }

    /// The layer's figures from its neurons'.
    static func layer(_ choices: [NeuronForcedChoice]) -> LayerForcedChoice? {
        guard !choices.isEmpty else { return nil }
        let accuracy = mean(choices.map(\.accuracy))
        let null = mean(choices.map(\.null))
        func interval(_ values: [Double]) -> ClosedRange<Double>? {
            let sum = values.reduce(0, +)
            return Jackknife.interval(
                of: sum / Double(values.count), deleted: values.map { (sum - $0) / Double(values.count - 1) })
        }
        return LayerForcedChoice(
            accuracy: accuracy, interval: interval(choices.map(\.accuracy)), null: null,
            aboveNull: interval(choices.map { $0.accuracy - $0.null }), neurons: choices.count,
            pairs: choices.reduce(0) { $0 + $1.pairs })
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// For each neuron, the direction of length 1 in which its pictures differ from the mean of all neurons' pictures; 0
    /// if they do not.
    ///
    /// All optimised pictures differ from all photographs, in contrast for example, and by more than they differ from
    /// each other. What they share would make the same photographs near to every neuron's pictures.
    private static func directions(_ pictures: [[[Float]]], by normalisation: Normalisation) -> [[Float]] {
        let means = pictures.map { pictures in
            normalisation.scales.indices.map { column in
                pictures.reduce(0) { $0 + Double($1[column]) } * normalisation.scales[column] / Double(pictures.count)
            }
        }
        let all = normalisation.scales.indices.map { column in
            means.reduce(0) { $0 + $1[column] } / Double(means.count)
        }
        return means.map { mean in
            let difference = zip(mean, all).map { $0 - $1 }
            let length = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return difference.map { length > Normalisation.tolerance ? Float($0 / length) : 0 }
        }
    }

    /// The level of a photograph's similarity, so that equal ones tie despite rounding.
    private static func level(_ rows: SimilarityRows, _ row: Int, _ direction: [Float]) -> Int {
        let values = rows.values.pointer + row * rows.dimensions
        var sum: Float = 0
        for column in 0..<rows.dimensions { sum += values[column] * direction[column] }
        return SimilarityLevel.nearest(sum)
    }

    /// For each strongly exciting photograph and each weakly exciting one, twice the point that it wins: (strong, weak).
    private static func wins(strong: [Int], weak: [Int]) -> [[Int]] {
        strong.map { strong in weak.map { strong > $0 ? 2 : strong == $0 ? 1 : 0 } }
    }

    private static func share(_ wins: [[Int]]) -> Double {
        Double(wins.reduce(0) { $0 + $1.reduce(0, +) }) / Double(2 * max(1, wins.count * (wins.first?.count ?? 0)))
    }

    /// Other neurons, evenly spread.
    private static func others(of index: Int, among count: Int) -> [Int] {
        let step = max(1, (count - 1) / mostOthers)
        return stride(from: 1, to: count, by: step).prefix(mostOthers).map { (index + $0) % count }
    }

    /// The percentile interval over draws of the strongly and of the weakly exciting photographs (Efron and Tibshirani
    /// 1993, chapter 13).
    private static func interval(_ wins: [[Int]], neuron: Int) -> ClosedRange<Double> {
        let (rows, columns) = (wins.count, wins.first?.count ?? 0)
        var shares: [Double] = []
        for draw in 0..<draws {
            var generator = SplitMix64(seed: UInt64(neuron), stream: .photographs, index: draw)
            var counts = [Int](repeating: 0, count: columns)
            for _ in 0..<columns { counts[generator.next(below: columns)] += 1 }
            var points = 0
            for _ in 0..<rows {
                let row = wins[generator.next(below: rows)]
                for column in 0..<columns { points += counts[column] * row[column] }
            }
            shares.append(Double(points) / Double(2 * rows * columns))
        }
        shares.sort()
        let edge = Int((0.025 * Double(draws)).rounded())
        return shares[edge]...shares[draws - 1 - edge]
    }
}

/// Which photographs a neuron is asked about.
extension ForcedChoice.Question {
    /// The share of the photographs that excite a neuron strongly.
    private static let strongShare = 0.04
    /// The fewest photographs of the choosing half that say what is strong.
    private static let fewestChosen = 5
    /// The most strongly, and the most weakly exciting photographs that are asked about.
    private static let mostStrong = 20, mostWeak = 40
    /// With fewer of either, a neuron has no forced choice.
    static let fewest = 3

    /// The question about a neuron; nil if too few photographs excite it strongly, or weakly.
    ///
    /// What is strong and what is weak, the upper 4 % and the lower half, is said by the photographs of one half; those
    /// of the other half are asked about.
    ///
    /// - Parameters:
    ///   - choosing: the activations on the photographs of one half.
    ///   - asking: those on the photographs of the other.
    init?(neuron: Int, choosing: [Float], asking: [Float]) {
        let ranked = choosing.sorted()
        guard ranked.count >= 2 * Self.fewestChosen else { return nil }
        let strongCount = max(Self.fewestChosen, Int((Self.strongShare * Double(ranked.count)).rounded()))
        let (low, high) = (ranked[(ranked.count - 1) / 2], ranked[ranked.count - strongCount])
        guard high > low else { return nil }
        let strong = asking.indices.filter { asking[$0] >= high }.sorted { (asking[$1], $0) < (asking[$0], $1) }
        let weak = asking.indices.filter { asking[$0] <= low }
        guard strong.count >= Self.fewest, weak.count >= Self.fewest else { return nil }
        self.neuron = neuron
        self.strong = Array(strong.prefix(Self.mostStrong))
        // Evenly over the photographs, whose order is that of their digests.
        let step = max(1, weak.count / Self.mostWeak)
        self.weak = Array(stride(from: 0, to: weak.count, by: step).map { weak[$0] }.prefix(Self.mostWeak))
    }
}
