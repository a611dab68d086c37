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
}

/// One layer's consistency by one measure.
package struct LayerConsistency: Codable, Sendable, Equatable {
    /// The probability that a random pair of one neuron's runs is more alike than a random pair of different neurons'
    /// runs, both from different seeds; ties count half (the Mann–Whitney statistic).
    package let auc: Double
    /// Its 95 % interval by bootstrap over neurons; nil for fewer than `Bootstrap.fewestNeurons` neurons.
    package let aucInterval: ClosedRange<Double>?
    /// Top-1 retrieval: the fraction of runs whose nearest run from another seed is of the same neuron; ties count in
    /// part.
    package let retrieval: Double
    /// Its 95 % interval by bootstrap over the neurons of the queries, against all runs.
    package let retrievalInterval: ClosedRange<Double>?
    /// Top-1 retrieval by chance.
    package let chance: Double
    /// Mean similarity within neurons minus mean similarity between neurons.
    package let gap: Double
    /// Its 95 % interval by bootstrap over neurons.
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

    /// Number of bins; divides the number of levels below 1, so that all bins are equally wide.
    private static let bins = 64

    init(_ census: PairCensus) {
        func bin(_ level: Int) -> Int {
            min((level + SimilarityLevel.one) * Self.bins / (2 * SimilarityLevel.one), Self.bins - 1)
        }
        edges = (0...Self.bins).map { 2 * Double($0) / Double(Self.bins) - 1 }
        var within = [Int](repeating: 0, count: Self.bins)
        var between = within
        for pair in census.within { within[bin(Int(pair.level))] += 1 }
        for (index, count) in census.between.enumerated() { between[bin(index - SimilarityLevel.one)] += count }
        self.within = within
        self.between = between
    }
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

    /// Scores the vectors that `measure` gives for the runs; `parts` of a vector get equal weight (nil: it is one
    /// part).
    ///
    /// - Throws: The reason, if there is nothing to compare.
    init(
        of runs: [ScoredRun], parts: [Range<Int>]? = nil, settings: ScoreSettings = ScoreSettings(),
        measuring measure: (ScoredRun) -> [Float]?
    ) throws(NoScore) {
        var shuffles: LabelShuffles?
        try self.init(of: runs, parts: parts, settings: settings, sharing: &shuffles, measuring: measure)
    }

    /// The same, with the shuffles of another measure of the same runs, if there are any yet.
    init(
        of runs: [ScoredRun], parts: [Range<Int>]? = nil, settings: ScoreSettings, sharing shared: inout LabelShuffles?,
        measuring measure: (ScoredRun) -> [Float]?
    ) throws(NoScore) {
        let table = RunTable(runs, measuring: measure)
        guard let dimensions = table.rows.first?.count else { throw .nothingMeasured }
        guard table.neurons.count > 1 else { throw .oneNeuron }
        guard table.seeds.count > 1 else { throw .oneSeed }

        let shuffles =
            shared.flatMap { $0.fit(table) ? $0 : nil }
            ?? LabelShuffles(of: table, count: max(settings.permutations, 0), seed: settings.seed)
        shared = shuffles
        let rows = SimilarityRows(table.rows, parts: parts ?? [0..<dimensions])
        let census = PairCensus(rows, table: table, shuffles: shuffles, settings: settings)
        guard !census.within.isEmpty else { throw .noRepeatedNeuron }
        let null = SimilarityNull(census.between)
        guard null.count > 0 else { throw .noNull }

        let pairs = Dictionary(grouping: census.within) { Int($0.neuron) }
        neurons = Dictionary(
            uniqueKeysWithValues: pairs.map { neuron, pairs in
                let mean = Double(pairs.reduce(0) { $0 + Int($1.level) }) / Double(pairs.count)
                return (
                    table.neurons[neuron],
                    NeuronConsistency(
                        similarity: SimilarityLevel.cosine(mean), percentile: 100 * null.fraction(below: mean),
                        equal: 100 * null.fraction(at: mean), pairs: pairs.count)
                )
            })
        matrices = Dictionary(
            uniqueKeysWithValues: pairs.map { neuron, pairs in
                (table.neurons[neuron], RunSimilarities(pairs, of: neuron, in: table))
            })
        distribution = SimilarityDistribution(census)

        let withinSum = census.within.reduce(0) { $0 + Int($1.level) }
        let gap = Double(withinSum) / Double(census.within.count) - null.mean
        let auc =
            census.within.reduce(0.0) { $0 + null.fraction(below: Double($1.level)) } / Double(census.within.count)
        let bootstrap = PairBootstrap(census, neuronCount: table.neurons.count, settings: settings)
        let retrieval = Retrieval(census, table: table)
        // The sum over all pairs is the same for every labelling, so a larger within-neuron sum is a larger gap.
        let atLeast = census.shuffledSums.count { $0 >= withinSum }
        layer = LayerConsistency(
            auc: auc, aucInterval: bootstrap.auc, retrieval: retrieval.fraction,
            retrievalInterval: Bootstrap.interval(sums: retrieval.hits, counts: retrieval.queries, settings: settings),
            chance: retrieval.chance, gap: SimilarityLevel.cosine(gap),
            gapInterval: bootstrap.gap.map {
                SimilarityLevel.cosine($0.lowerBound)...SimilarityLevel.cosine($0.upperBound)
            },
            p: Double(1 + atLeast) / Double(1 + shuffles.count), permutations: shuffles.count, neurons: pairs.count,
            runs: table.rows.count, excluded: table.excluded, withinPairs: census.within.count,
            betweenPairs: null.count)
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
    /// Mean level.
    let mean: Double
    /// Number of pairs below each level; the last entry is the number of all pairs.
    private let below: [Int]

    init(_ histogram: [Int]) {
        var below = [0]
        var sum = 0
        for (index, count) in histogram.enumerated() {
            below.append(below[index] + count)
            sum += count * (index - SimilarityLevel.one)
        }
        count = below.last ?? 0
        mean = count > 0 ? Double(sum) / Double(count) : 0
        self.below = below
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
}
