// Intervals by resampling neurons: a layer's pairs are not independent, its neurons nearly are.

import Support
import ViT

/// Percentile bootstrap over neurons (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
///
/// A resample draws as many neurons as there are, with replacement, and takes all runs of each. Pairs between two draws
/// of the same neuron are neither within one set of runs nor between different neurons, and are left out.
enum Bootstrap {
    /// With fewer neurons than this, their spread is unknown and there is no interval.
    static let fewestNeurons = 5

    /// The fraction of the resamples that is inside an interval.
    static let coverage = 0.95

    /// How often a resample draws each of `count` neurons.
    static func multiplicities(of count: Int, using generator: inout SplitMix64) -> [Int32] {
        var drawn = [Int32](repeating: 0, count: count)
        for _ in 0..<count { drawn[generator.next(below: count)] += 1 }
        return drawn
    }

    /// The central 95 % of `values`, interpolated between order statistics like NumPy's `percentile`; nil without
    /// values.
    static func interval(of values: [Double]) -> ClosedRange<Double>? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func quantile(_ part: Double) -> Double {
            let place = part * Double(sorted.count - 1)
            let lower = min(Int(place), sorted.count - 1)
            let upper = min(lower + 1, sorted.count - 1)
            return sorted[lower] + (sorted[upper] - sorted[lower]) * (place - Double(lower))
        }
        let low = quantile((1 - coverage) / 2)
        return low...max(low, quantile((1 + coverage) / 2))
    }

    /// The interval of Σ sums / Σ counts, where each neuron has its own sum and count.
    static func interval(sums: [Double], counts: [Int], settings: ScoreSettings) -> ClosedRange<Double>? {
        guard counts.count(where: { $0 > 0 }) >= fewestNeurons else { return nil }
        let values = (0..<settings.resamples).compactMap { index -> Double? in
            var generator = SplitMix64(seed: settings.seed, stream: .bootstrap, index: index)
            let drawn = multiplicities(of: sums.count, using: &generator)
            var sum = 0.0
            var count = 0
            for neuron in sums.indices {
                sum += Double(drawn[neuron]) * sums[neuron]
                count += Int(drawn[neuron]) * counts[neuron]
            }
            return count > 0 ? sum / Double(count) : nil
        }
        return interval(of: values)
    }
}

/// The bootstrap of the statistics that compare pairs within neurons with pairs between neurons.
struct PairBootstrap: Sendable {
    /// The interval of the AUC; nil for fewer than `Bootstrap.fewestNeurons` neurons.
    let auc: ClosedRange<Double>?
    /// The interval of the gap, in levels; nil for fewer than `Bootstrap.fewestNeurons` neurons.
    let gap: ClosedRange<Double>?

    /// Resamples the pairs of a census over `neuronCount` neurons. A resample that lacks either kind of pair is left
    /// out.
    init(_ census: PairCensus, neuronCount: Int, settings: ScoreSettings) {
        let repeated = Set(census.within.map(\.neuron)).count
        guard repeated >= Bootstrap.fewestNeurons, !census.sample.isEmpty else {
            auc = nil
            gap = nil
            return
        }
        let ranks = WithinRanks(census)
        let workers = max(1, min(settings.workers, settings.resamples))
        let parts = concurrently(workers) { worker in
            stride(from: worker, to: settings.resamples, by: workers).compactMap { index in
                var generator = SplitMix64(seed: settings.seed, stream: .bootstrap, index: index)
                return ranks.statistics(of: Bootstrap.multiplicities(of: neuronCount, using: &generator))
            }
        }
        auc = Bootstrap.interval(of: parts.flatMap { $0.map(\.auc) })
        gap = Bootstrap.interval(of: parts.flatMap { $0.map(\.gap) })
    }
}

/// The pairs of a census, arranged so that the statistics of a resample take one step per pair.
private struct WithinRanks: Sendable {
    /// A within-neuron pair: its neuron, and the rank of its level among the distinct within-neuron levels.
    private var within: [(neuron: Int32, rank: Int32)] = []
    /// The distinct within-neuron levels, ascending.
    private let levels: [Int32]
    private let between: [PairCensus.Between]
    /// The slot of each between-neuron pair: 2·rank just below that within-neuron level, 2·rank + 1 at it.
    private let slots: [Int32]

    init(_ census: PairCensus) {
        levels = Set(census.within.map(\.level)).sorted()
        var slotOfLevel = [Int32](repeating: 0, count: SimilarityLevel.count)
        var rank = 0
        for level in slotOfLevel.indices {
            let signed = Int32(level - SimilarityLevel.one)
            while rank < levels.count, levels[rank] < signed { rank += 1 }
            slotOfLevel[level] = Int32(2 * rank + (rank < levels.count && levels[rank] == signed ? 1 : 0))
        }
        between = census.sample
        slots = census.sample.map { slotOfLevel[Int($0.level) + SimilarityLevel.one] }
        within = census.within.map { ($0.neuron, slotOfLevel[Int($0.level) + SimilarityLevel.one] / 2) }
    }

    /// The AUC, and the gap in levels, if each neuron counts `drawn` times; nil without pairs of both kinds.
    func statistics(of drawn: [Int32]) -> (auc: Double, gap: Double)? {
        var weights = [Int](repeating: 0, count: levels.count)
        var withinWeight = 0
        var withinSum = 0
        for pair in within {
            let weight = Int(drawn[Int(pair.neuron)])
            weights[Int(pair.rank)] += weight
            withinWeight += weight
            withinSum += weight * Int(levels[Int(pair.rank)])
        }
        // Twice the weight of the within-neuron pairs above a slot, ties counting half.
        var above = [Int](repeating: 0, count: 2 * levels.count + 1)
        var higher = 0
        for rank in levels.indices.reversed() {
            above[2 * rank + 1] = 2 * higher + weights[rank]
            higher += weights[rank]
            above[2 * rank] = 2 * higher
        }
        var wins = 0
        var betweenWeight = 0
        var betweenSum = 0
        between.withUnsafeBufferPointer { between in
            slots.withUnsafeBufferPointer { slots in
                drawn.withUnsafeBufferPointer { drawn in
                    above.withUnsafeBufferPointer { above in
                        for index in between.indices {
                            let pair = between[index]
                            let weight = Int(drawn[Int(pair.first)] &* drawn[Int(pair.second)])
                            wins &+= weight &* above[Int(slots[index])]
                            betweenWeight &+= weight
                            betweenSum &+= weight &* Int(pair.level)
                        }
                    }
                }
            }
        }
        guard withinWeight > 0, betweenWeight > 0 else { return nil }
        return (
            Double(wins) / (2 * Double(withinWeight) * Double(betweenWeight)),
            Double(withinSum) / Double(withinWeight) - Double(betweenSum) / Double(betweenWeight)
        )
    }
}
