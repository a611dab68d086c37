// How alike the runs of one neuron are, compared with runs of different neurons: one measure of one layer.

import ViT

/// One neuron's consistency by one measure.
package struct NeuronConsistency: Codable, Sendable, Equatable {
    /// Mean similarity of its pairs of runs, −1…1.
    package let similarity: Double
    /// The percentage of pairs of different neurons (from different seeds) that are less alike than that, 0…100; ties
    /// count half.
    package let percentile: Double
    /// The percentage of those pairs that are exactly as alike, 0…100.
    package let equal: Double
    /// Number of its pairs of runs.
    package let pairs: Int
    /// The similarity's 95 % interval, by jackknife over its runs' seeds; nil for fewer than three runs.
    package let interval: ClosedRange<Double>?
    /// The lowest and the highest similarity with one seed left out; nil for fewer than three runs.
    package let withoutOneSeed: ClosedRange<Double>?
    /// The percentile's 95 % interval: the percentiles of the similarity's interval, and as much further as another
    /// choice of the other neurons could move them; nil without an interval.
    package let percentileInterval: ClosedRange<Double>?
}

/// One layer's consistency by one measure.
package struct LayerConsistency: Codable, Sendable, Equatable {
    /// The probability that a random pair of one neuron's runs is more alike than a random pair of different neurons'
    /// runs, both from different seeds; ties count half (the Mann–Whitney statistic).
    package let auc: Double
    /// Its 95 % interval by jackknife over neurons; nil for fewer than `Jackknife.fewestNeurons` neurons.
    package let aucInterval: ClosedRange<Double>?
    /// Top-1 retrieval: the fraction of runs whose nearest run from another seed is of the same neuron; ties count in
    /// part.
    package let retrieval: Double
    /// Its 95 % interval by jackknife over the neurons of the queries, against all runs.
    package let retrievalInterval: ClosedRange<Double>?
    /// Top-1 retrieval by chance.
    package let chance: Double
    /// Mean similarity within neurons minus mean similarity between neurons.
    package let gap: Double
    /// Its 95 % interval by jackknife over neurons.
    package let gapInterval: ClosedRange<Double>?
    /// The fraction of the label permutations, including the unshuffled labels, that have a gap at least this large;
    /// never below 1 / (permutations + 1) (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9).
    package let p: Double
    /// Number of permutations behind `p`.
    package let permutations: Int
    /// Number of neurons with at least two usable runs.
    package let neurons: Int
    /// Number of usable runs.
    package let runs: Int
    /// Number of runs left out because they diverged.
    package let excluded: Int
    /// Number of pairs of runs of one neuron.
    package let withinPairs: Int
    /// Number of pairs of runs of different neurons from different seeds.
    package let betweenPairs: Int
}

/// How alike every two runs of one neuron are.
package struct RunSimilarities: Codable, Sendable, Equatable {
    /// The seeds of the usable runs, ascending.
    package let seeds: [Int]
    /// The similarity of every two runs, symmetric, 1 on the diagonal.
    package let values: [[Double]]
}

/// How the similarities of pairs are distributed, for a chart.
package struct SimilarityDistribution: Codable, Sendable, Equatable {
    /// The bins' edges, ascending, from −1 to 1: one more than there are bins.
    package let edges: [Double]
    /// Number of pairs of one neuron in each bin.
    package let within: [Int]
    /// Number of pairs of different neurons in each bin.
    package let between: [Int]

    init(_ census: PairCensus) {
        let bins = PairCensus.bins
        edges = (0...bins).map { 2 * Double($0) / Double(bins) - 1 }
        var within = [Int](repeating: 0, count: bins)
        var between = within
        for pair in census.within { within[PairCensus.bin(of: Int(pair.level))] += 1 }
        for (index, count) in census.between.enumerated() {
            between[PairCensus.bin(of: index - SimilarityLevel.one)] += count
        }
        self.within = within
        self.between = between
    }
}

/// A layer's figures by one measure without one of its neurons.
package struct DeletedNeuron: Codable, Sendable, Equatable {
    /// The AUC; nil if that leaves no pairs of either kind.
    let auc: Double?
    /// Top-1 retrieval; nil if that leaves no queries, or if the neuron has none.
    let retrieval: Double?
    /// The gap; nil like the AUC.
    let gap: Double?
}

/// A layer's consistency by one measure: the layer's figures, each neuron's, and what the charts show.
package struct Consistency: Codable, Sendable, Equatable {
    /// The layer's figures.
    package let layer: LayerConsistency
    /// Each neuron's figures, by its number; neurons with fewer than two usable runs have none.
    package let neurons: [Int: NeuronConsistency]
    /// Each neuron's run × run similarities, by its number; the same neurons.
    package let matrices: [Int: RunSimilarities]
    /// The similarities within and between neurons.
    package let distribution: SimilarityDistribution
    /// The layer's figures without each neuron, by its number: what intervals and paired differences come from.
    package let deleted: [Int: DeletedNeuron]

    /// Scores the vectors that `measure` gives for the runs, normalised by a reference.
    ///
    /// - Throws: The reason, if there is nothing to compare.
    init(
        of runs: [ScoredRun], by normalisation: Normalisation, settings: ScoreSettings = ScoreSettings(),
        measuring measure: (ScoredRun) -> [Float]?
    ) throws(NoScore) {
        var shuffles: LabelShuffles?
        try self.init(of: runs, by: normalisation, settings: settings, sharing: &shuffles, measuring: measure)
    }

    /// The same, with the shuffles of another measure of the same runs, if there are any yet.
    init(
        of runs: [ScoredRun], by normalisation: Normalisation, settings: ScoreSettings,
        sharing shared: inout LabelShuffles?, measuring measure: (ScoredRun) -> [Float]?
    ) throws(NoScore) {
        let table = RunTable(runs) { run in
            measure(run).flatMap { $0.count == normalisation.means.count ? $0 : nil }
        }
        guard !table.rows.isEmpty else { throw .nothingMeasured }
        guard table.neurons.count > 1 else { throw .oneNeuron }
        guard table.seeds.count > 1 else { throw .oneSeed }

        let shuffles =
            shared.flatMap { $0.fit(table) ? $0 : nil }
            ?? LabelShuffles(of: table, count: max(settings.permutations, 0), seed: settings.seed)
        shared = shuffles
        let rows = SimilarityRows(table.rows, by: normalisation)
        let census = PairCensus(rows, table: table, shuffles: shuffles, settings: settings)
        guard !census.within.isEmpty else { throw .noRepeatedNeuron }
        let null = SimilarityNull(census, neurons: table.neurons.count)
        guard null.count > 0 else { throw .noNull }

        let pairs = Dictionary(grouping: census.within) { Int($0.neuron) }
        neurons = Dictionary(
            uniqueKeysWithValues: pairs.map { (table.neurons[$0], NeuronConsistency($1, among: null)) })
        matrices = Dictionary(
            uniqueKeysWithValues: pairs.map { neuron, pairs in
                (table.neurons[neuron], RunSimilarities(pairs, of: neuron, in: table))
            })
        distribution = SimilarityDistribution(census)

        let retrieval = Retrieval(census, table: table)
        let sums = PairSums(census, pairs: pairs, null: null)
        let without = table.neurons.indices.map { index in
            let figures = sums.without(index)
            return DeletedNeuron(auc: figures?.auc, retrieval: retrieval.without(index), gap: figures?.gap)
        }
        deleted = Dictionary(uniqueKeysWithValues: zip(table.neurons, without))
        let isEnough = pairs.count >= Jackknife.fewestNeurons
        func interval(_ value: Double, _ path: KeyPath<DeletedNeuron, Double?>) -> ClosedRange<Double>? {
            isEnough ? Jackknife.proportion(value, deleted: without.compactMap { $0[keyPath: path] }) : nil
        }
        // The sum over all pairs is the same for every labelling, so a larger within-neuron sum is a larger gap.
        let withinSum = census.within.reduce(0) { $0 + Int($1.level) }
        let atLeast = census.shuffledSums.count { $0 >= withinSum }
        layer = LayerConsistency(
            auc: sums.all.auc, aucInterval: interval(sums.all.auc, \.auc), retrieval: retrieval.fraction,
            retrievalInterval: interval(retrieval.fraction, \.retrieval), chance: retrieval.chance, gap: sums.all.gap,
            gapInterval: isEnough ? Jackknife.interval(of: sums.all.gap, deleted: without.compactMap(\.gap)) : nil,
            p: Double(1 + atLeast) / Double(1 + shuffles.count), permutations: shuffles.count, neurons: pairs.count,
            runs: table.rows.count, excluded: table.excluded, withinPairs: census.within.count,
            betweenPairs: null.count)
    }
}

/// The sums that the AUC and the gap are made of, so that a neuron's part can be taken away.
private struct PairSums {
    /// The figures of all neurons.
    let all: (auc: Double, gap: Double)
    private let census: PairCensus
    /// Twice the number of between-neuron pairs that a within-neuron pair is above, ties counting half: of all, and by
    /// neuron.
    private let wins: Int
    private let winsOf: [Int: Int]
    private let withinSum: Int
    private let withinSumOf: [Int: Int]
    private let withinCountOf: [Int: Int]
    private let betweenSum: Int
    private let betweenCount: Int

    init(_ census: PairCensus, pairs: [Int: [PairCensus.Within]], null: SimilarityNull) {
        self.census = census
        winsOf = pairs.mapValues { $0.reduce(0) { $0 + null.wins(of: Int($1.level)) } }
        withinSumOf = pairs.mapValues { $0.reduce(0) { $0 + Int($1.level) } }
        withinCountOf = pairs.mapValues(\.count)
        wins = winsOf.values.reduce(0, +)
        withinSum = withinSumOf.values.reduce(0, +)
        betweenSum = null.sum
        betweenCount = null.count
        all = Self.figures(wins, withinSum, census.within.count, betweenSum, betweenCount)
    }

    /// The figures without a neuron; nil if no pairs of either kind are left.
    func without(_ neuron: Int) -> (auc: Double, gap: Double)? {
        let others = census.others[neuron]
        let withinCount = census.within.count - (withinCountOf[neuron] ?? 0)
        guard withinCount > 0, betweenCount > others.count else { return nil }
        return Self.figures(
            wins - (winsOf[neuron] ?? 0) - others.wins + others.ownWins, withinSum - (withinSumOf[neuron] ?? 0),
            withinCount, betweenSum - others.sum, betweenCount - others.count)
    }

    private static func figures(
        _ wins: Int, _ withinSum: Int, _ withinCount: Int, _ betweenSum: Int, _ betweenCount: Int
    ) -> (auc: Double, gap: Double) {
        (
            Double(wins) / (2 * Double(withinCount) * Double(betweenCount)),
            SimilarityLevel.cosine(
                Double(withinSum) / Double(withinCount) - Double(betweenSum) / Double(betweenCount))
        )
    }
}

extension NeuronConsistency {
    /// The consistency of one neuron's pairs, which are not empty.
    fileprivate init(_ pairs: [PairCensus.Within], among null: SimilarityNull) {
        let sum = pairs.reduce(0) { $0 + Int($1.level) }
        let mean = Double(sum) / Double(pairs.count)
        similarity = SimilarityLevel.cosine(mean)
        percentile = 100 * null.fraction(below: mean)
        equal = 100 * null.fraction(at: mean)
        self.pairs = pairs.count
        let seeds = Set(pairs.flatMap { [$0.firstSeed, $0.secondSeed] })
        let deleted = seeds.sorted().compactMap { seed -> Double? in
            let rest = pairs.filter { $0.firstSeed != seed && $0.secondSeed != seed }
            guard !rest.isEmpty else { return nil }
            return SimilarityLevel.cosine(Double(rest.reduce(0) { $0 + Int($1.level) }) / Double(rest.count))
        }
        guard deleted.count >= 3, let low = deleted.min(), let high = deleted.max(),
            let range = Jackknife.interval(of: similarity, deleted: deleted, fewest: 3)
        else {
            interval = nil
            withoutOneSeed = nil
            percentileInterval = nil
            return
        }
        let ends = max(-1, range.lowerBound)...min(1, range.upperBound)
        interval = ends
        withoutOneSeed = low...high
        percentileInterval = null.percentiles(of: ends)
    }
}

extension RunSimilarities {
    /// The matrix of one neuron (an index into the table) from its pairs.
    fileprivate init(_ pairs: [PairCensus.Within], of neuron: Int, in table: RunTable) {
        let present = table.seeds.indices.filter { table.place(of: neuron, in: $0) != nil }
        seeds = present.map { table.seeds[$0] }
        let position = Dictionary(uniqueKeysWithValues: zip(present, present.indices))
        var values = present.indices.map { row in present.indices.map { $0 == row ? 1.0 : 0.0 } }
        for pair in pairs {
            guard let first = position[Int(pair.firstSeed)], let second = position[Int(pair.secondSeed)] else {
                continue
            }
            let similarity = SimilarityLevel.cosine(Double(pair.level))
            values[first][second] = similarity
            values[second][first] = similarity
        }
        self.values = values
    }
}

/// The null distribution: the similarities of runs of different neurons from different seeds.
private struct SimilarityNull {
    /// Number of pairs.
    let count: Int
    /// Sum of their levels.
    let sum: Int
    /// Number of pairs below each level; the last entry is the number of all pairs.
    private let below: [Int]
    /// At the edge of each bin, the standard error of the fraction below it, over the neurons that the pairs are of.
    private let errors: [Double]

    init(_ census: PairCensus, neurons: Int) {
        var below = [0]
        var sum = 0
        for (index, count) in census.between.enumerated() {
            below.append(below[index] + count)
            sum += count * (index - SimilarityLevel.one)
        }
        count = below.last ?? 0
        self.sum = sum
        self.below = below
        errors = Self.errors(census, neurons: neurons)
    }

    /// A mean over pairs of independent neurons varies, to first order, by four times the variance of the neurons' own
    /// means over their number (Hoeffding 1948, Ann. Math. Stat. 19).
    private static func errors(_ census: PairCensus, neurons: Int) -> [Double] {
        let present = (0..<neurons).filter { census.others[$0].count > 0 }
        guard present.count > 1 else { return [Double](repeating: 0, count: PairCensus.bins + 1) }
        var fractions = [Double](repeating: 0, count: neurons)
        return (0...PairCensus.bins).map { edge in
            if edge > 0 {
                for neuron in present {
                    fractions[neuron] +=
                        Double(census.othersByBin[neuron * PairCensus.bins + edge - 1])
                        / Double(census.others[neuron].count)
                }
            }
            let mean = present.reduce(0) { $0 + fractions[$1] } / Double(present.count)
            let squares = present.reduce(0) { $0 + (fractions[$1] - mean) * (fractions[$1] - mean) }
            return (4 * squares / Double((present.count - 1) * present.count)).squareRoot()
        }
    }

    /// The fraction of pairs below a level (or a mean of levels) in −one…one; ties count half.
    func fraction(below level: Double) -> Double {
        Double(below[Int(level.rounded(.up)) + SimilarityLevel.one]) / Double(count) + fraction(at: level) / 2
    }

    /// The fraction of pairs at a level; 0 between two levels.
    func fraction(at level: Double) -> Double {
        guard level == level.rounded() else { return 0 }
        let index = Int(level) + SimilarityLevel.one
        return Double(below[index + 1] - below[index]) / Double(count)
    }

    /// Twice the number of pairs below a level, ties counting half.
    func wins(of level: Int) -> Int { below[level + SimilarityLevel.one] + below[level + SimilarityLevel.one + 1] }

    /// The percentiles of a range of similarities, each moved outwards by the reach of a 95 % interval.
    func percentiles(of range: ClosedRange<Double>) -> ClosedRange<Double> {
        func percentile(_ similarity: Double, _ sign: Double) -> Double {
            let place = (similarity + 1) / 2 * Double(PairCensus.bins)
            let lower = min(Int(place), PairCensus.bins - 1)
            let part = place - Double(lower)
            let error = errors[lower] * (1 - part) + errors[lower + 1] * part
            let fraction = fraction(below: similarity * Double(SimilarityLevel.one)) + sign * Normal.upper * error
            return 100 * min(1, max(0, fraction))
        }
        let low = percentile(range.lowerBound, -1)
        return low...max(low, percentile(range.upperBound, 1))
    }
}

/// Top-1 retrieval: whether each run's nearest run from another seed is of its own neuron.
private struct Retrieval {
    /// For each neuron (an index into the table), the number of its queries that hit; ties count in part.
    let hits: [Double]
    /// For each neuron, the number of its queries: its runs that have another run from another seed.
    let queries: [Int]
    /// The fraction of all queries that hit.
    let fraction: Double
    /// The same if the nearest run were random.
    let chance: Double

    init(_ census: PairCensus, table: RunTable) {
        var ownCount = [Int](repeating: 0, count: table.rows.count)
        var ownNearest = ownCount
        for pair in census.within {
            for seed in [Int(pair.firstSeed), Int(pair.secondSeed)] {
                guard let place = table.place(of: Int(pair.neuron), in: seed) else { continue }
                let row = table.offsets[seed] + place
                ownCount[row] += 1
                if pair.level == census.nearestLevel[row] { ownNearest[row] += 1 }
            }
        }
        var hits = [Double](repeating: 0, count: table.neurons.count)
        var queries = [Int](repeating: 0, count: table.neurons.count)
        var chances = 0.0
        for (row, owner) in table.owners.enumerated() where ownCount[row] > 0 {
            queries[owner.neuron] += 1
            hits[owner.neuron] += Double(ownNearest[row]) / Double(census.nearestCount[row])
            chances += Double(ownCount[row]) / Double(table.rows.count - table.members[owner.seed].count)
        }
        let total = Double(queries.reduce(0, +))
        self.hits = hits
        self.queries = queries
        fraction = hits.reduce(0, +) / total
        chance = chances / total
    }

    /// The fraction without a neuron's queries, against all runs; nil if it has none, or all.
    func without(_ neuron: Int) -> Double? {
        let count = queries.reduce(0, +) - queries[neuron]
        guard queries[neuron] > 0, count > 0 else { return nil }
        return (hits.reduce(0, +) - hits[neuron]) / Double(count)
    }
}
