// The pairs of runs of one neuron, which the counts of all other pairs are compared with.

/// The pairs of runs of one neuron, known before all others are counted.
struct OwnPairs: Sendable {
    /// All pairs, ordered by neuron and seeds.
    let pairs: [PairCensus.Within]
    /// By level, lowest first: twice the number of these pairs above it, ties counting half.
    let winsAbove: [Int]
    /// The pairs' levels, in the order of `pairs`, and where each neuron's begin.
    private let levels: [Int32]
    private let starts: [Int]

    init(_ rows: SimilarityRows, _ table: RunTable) {
        var pairs: [PairCensus.Within] = []
        var starts = [0]
        for neuron in table.neurons.indices {
            let seeds = table.seeds.indices.filter { table.place(of: neuron, in: $0) != nil }
            let places = seeds.map { table.offsets[$0] + (table.place(of: neuron, in: $0) ?? 0) }
            for first in seeds.indices {
                for second in seeds.indices.dropFirst(first + 1) {
                    pairs.append(
                        .init(
                            neuron: Int32(neuron), firstSeed: Int32(seeds[first]), secondSeed: Int32(seeds[second]),
                            level: Int32(rows.level(places[first], places[second]))))
                }
            }
            starts.append(pairs.count)
        }
        var counts = [Int](repeating: 0, count: SimilarityLevel.count)
        for pair in pairs { counts[Int(pair.level) + SimilarityLevel.one] += 1 }
        var above = 0
        var wins = counts
        for index in counts.indices.reversed() {
            wins[index] = 2 * above + counts[index]
            above += counts[index]
        }
        self.pairs = pairs
        self.starts = starts
        levels = pairs.map(\.level)
        winsAbove = wins
    }

    /// Twice the number of a neuron's pairs that are above a level, ties counting half.
    @inline(__always)
    func wins(of neuron: Int, above level: Int32) -> Int {
        var wins = 0
        for index in starts[neuron]..<starts[neuron &+ 1] {
            wins &+= (levels[index] > level ? 1 : 0) &+ (levels[index] >= level ? 1 : 0)
        }
        return wins
    }
}
