// Intervals by leaving out one neuron at a time: a layer's pairs are not independent, its neurons nearly are.

import Foundation

/// Intervals from delete-one estimates (Tukey 1958; for U-statistics such as the AUC, Arvesen 1969, Ann. Math. Stat. 40),
/// with Student's t for one degree of freedom less than there are neurons.
///
/// A percentile bootstrap over neurons was too narrow near 1: `docs/scores.md` has the coverage of both.
package enum Jackknife {
    /// With fewer neurons than this, their spread is unknown and there is no interval.
    package static let fewestNeurons = 5

    /// The share of the intervals that hold the truth.
    package static let coverage = 0.95

    /// The interval of a statistic without bounds.
    ///
    /// - Parameters:
    ///   - value: the statistic of all neurons.
    ///   - deleted: the same without each of the neurons.
    ///   - coverage: the share of the intervals that hold the truth.
    ///   - fewest: with fewer deleted values than this, nil.
    static func interval(
        of value: Double, deleted: [Double], coverage: Double = coverage, fewest: Int = fewestNeurons
    ) -> ClosedRange<Double>? {
        guard deleted.count >= max(2, fewest), value.isFinite, deleted.allSatisfy(\.isFinite) else { return nil }
        let reach =
            variance(of: deleted).squareRoot()
            * StudentT.quantile((1 + coverage) / 2, degreesOfFreedom: deleted.count - 1)
        return value - reach...value + reach
    }

    /// The interval of a proportion, which stays within 0…1.
    ///
    /// The exact interval of Clopper and Pearson for as many independent trials as would vary as much as the neurons do
    /// (Korn and Graubard 1998, Survey Methodology 24). Where nothing varies, as at 0 and 1, each neuron is a trial.
    static func proportion(_ value: Double, deleted: [Double]) -> ClosedRange<Double>? {
        guard deleted.count >= fewestNeurons, value.isFinite, deleted.allSatisfy(\.isFinite) else { return nil }
        let share = (1 + coverage) / 2
        let variance = variance(of: deleted)
        let trials = variance > 0 ? max(value * (1 - value) / variance, 1) : Double(deleted.count)
        // The normal quantile over Student's, because the variance is an estimate.
        let ratio = Normal.upper / StudentT.quantile(share, degreesOfFreedom: deleted.count - 1)
        let effective = trials * ratio * ratio
        let (hits, misses) = (effective * value, effective * (1 - value))
        let low = hits > 0 ? Beta.quantile(1 - share, hits, misses + 1) : 0
        return min(low, value)...max(misses > 0 ? Beta.quantile(share, hits + 1, misses) : 1, value)
    }

    /// The jackknife's variance.
    private static func variance(of deleted: [Double]) -> Double {
        let count = Double(deleted.count)
        let mean = deleted.reduce(0, +) / count
        return deleted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * (count - 1) / count
    }

    /// The interval of Σ sums / Σ counts, a proportion to which each neuron adds its own sum and count.
    static func proportion(sums: [Double], counts: [Int]) -> ClosedRange<Double>? {
        let (sum, count) = (sums.reduce(0, +), counts.reduce(0, +))
        guard count > 0 else { return nil }
        return proportion(sum / Double(count), deleted: deletedRatios(sums: sums, counts: counts))
    }

    /// Σ sums / Σ counts without each neuron that has a count.
    static func deletedRatios(sums: [Double], counts: [Int]) -> [Double] {
        let (sum, count) = (sums.reduce(0, +), counts.reduce(0, +))
        return zip(sums, counts).filter { $1 > 0 }.map { (sum - $0) / Double(count - $1) }
    }
}
