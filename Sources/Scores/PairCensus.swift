// One pass over the similarities of all pairs of runs with different seeds; the whole matrix is never in memory.

import Support
import ViT

/// The counts, maxima and sums that the statistics need. All are whole numbers, so that neither the order of the blocks
/// nor the number of threads changes them.
struct PairCensus: Sendable {
    /// A pair of runs of one neuron. All fields but the level are indices into the table.
    struct Within: Sendable {
        var neuron: Int32
        var firstSeed: Int32
        var secondSeed: Int32
        var level: Int32
    }

    /// All pairs of runs of one neuron, ordered by neuron and seeds.
    private(set) var within: [Within] = []
    /// How many between-neuron pairs have each level, lowest first: `SimilarityLevel.count` entries.
    private(set) var between = [Int](repeating: 0, count: SimilarityLevel.count)
    /// For each neuron, what its pairs with other neurons add to the counts.
    private(set) var others: [Others]
    /// For each row, the highest level it has with a run of another seed.
    private(set) var nearestLevel: [Int32]
    /// For each row, the number of runs at that level.
    private(set) var nearestCount: [Int32]
    /// For each permutation of the labels, the sum of the within-neuron levels.
    private(set) var shuffledSums: [Int]

    /// A neuron's pairs with other neurons, from different seeds.
    struct Others: Sendable {
        /// Number of pairs.
        var count = 0
        /// Sum of their levels.
        var sum = 0
        /// Twice the number of times that a within-neuron pair of the layer is above one of them; ties count half.
        var wins = 0
        /// The same for the within-neuron pairs of this neuron alone.
        var ownWins = 0

        static func += (left: inout Others, right: Others) {
            left.count += right.count
            left.sum += right.sum
            left.wins += right.wins
            left.ownWins += right.ownWins
        }
    }

    /// Bins of the neurons' own nulls, evenly over all levels.
    static let bins = 64
    /// (neurons, bins): how many of a neuron's pairs with others have levels in each bin.
    private(set) var othersByBin: [Int32]

    /// The bin of a level.
    @inline(__always)
    static func bin(of level: Int) -> Int {
        min((level &+ SimilarityLevel.one) &* bins / (2 &* SimilarityLevel.one), bins &- 1)
    }

    /// Rows of one block; with 3,072 columns, a block takes 3 MB per thread.
    static let blockRows = 256

    /// Some runs of one seed against all runs of a later one. The seeds are indices into the table.
    struct Block: Sendable {
        var first: Int
        var second: Int
        var rows: Range<Int>

        /// Blocks that hold each pair of runs with different seeds once.
        static func all(of table: RunTable) -> [Block] {
            table.seeds.indices.flatMap { second in
                (0..<second).flatMap { first in
                    let count = table.members[first].count
                    return stride(from: 0, to: count, by: blockRows).map {
                        Block(first: first, second: second, rows: $0..<min($0 + blockRows, count))
                    }
                }
            }
        }
    }

    /// Counts the similarities of `rows`, which are laid out as in `table`.
    init(_ rows: SimilarityRows, table: RunTable, shuffles: LabelShuffles, settings: ScoreSettings) {
        let blocks = Block.all(of: table)
        let own = OwnPairs(rows, table)
        let workers = max(1, min(settings.workers, blocks.count))
        BLAS.useOneThread()
        let parts = concurrently(workers) { worker in
            var part = PairCensus(rowCount: rows.count, neurons: table.neurons.count, permutations: shuffles.count)
            let widest = table.members.map(\.count).max() ?? 0
            let buffer = FloatBuffer(count: Self.blockRows * widest)
            for index in stride(from: worker, to: blocks.count, by: workers) {
                Self.multiply(blocks[index], rows, table, own, into: buffer)
                part.count(blocks[index], in: buffer, table, own)
                part.addShuffled(blocks[index], in: buffer, table, shuffles)
            }
            return part
        }
        self.init(rowCount: rows.count, neurons: table.neurons.count, permutations: shuffles.count)
        for part in parts { merge(part) }
        within = own.pairs
    }

    private init(rowCount: Int, neurons: Int, permutations: Int) {
        nearestLevel = [Int32](repeating: .min, count: rowCount)
        nearestCount = [Int32](repeating: 0, count: rowCount)
        others = [Others](repeating: Others(), count: neurons)
        othersByBin = [Int32](repeating: 0, count: neurons * Self.bins)
        shuffledSums = [Int](repeating: 0, count: permutations)
    }

    private mutating func merge(_ other: PairCensus) {
        for neuron in others.indices { others[neuron] += other.others[neuron] }
        for index in othersByBin.indices { othersByBin[index] += other.othersByBin[index] }
        for level in between.indices { between[level] += other.between[level] }
        for index in shuffledSums.indices { shuffledSums[index] += other.shuffledSums[index] }
        for row in nearestLevel.indices {
            Self.raise(&nearestLevel[row], &nearestCount[row], to: other.nearestLevel[row], other.nearestCount[row])
        }
    }

    /// Keeps the higher of two maxima; if they are equal, adds their counts.
    @inline(__always)
    private static func raise(_ best: inout Int32, _ ties: inout Int32, to level: Int32, _ count: Int32) {
        if level > best {
            best = level
            ties = count
        } else if level == best {
            ties &+= count
        }
    }

    /// The cosines of the block's rows (of the first seed) with all runs of the second seed.
    ///
    /// Pairs of one neuron are overwritten with the levels that they have everywhere else: a matrix product rounds
    /// differently from one place to another.
    static func multiply(
        _ block: Block, _ rows: SimilarityRows, _ table: RunTable, _ own: OwnPairs, into buffer: FloatBuffer
    ) {
        let columns = table.members[block.second].count
        BLAS.multiply(
            rows: block.rows.count, columns: columns, inner: rows.dimensions,
            rows.values.pointer + (table.offsets[block.first] + block.rows.lowerBound) * rows.dimensions,
            aStride: rows.dimensions,
            rows.values.pointer + table.offsets[block.second] * rows.dimensions, bStride: rows.dimensions,
            bTransposed: true, into: buffer.pointer, cStride: columns)
        for pair in own.pairs where pair.firstSeed == block.first && pair.secondSeed == block.second {
            let neuron = Int(pair.neuron)
            guard let row = table.place(of: neuron, in: block.first), block.rows.contains(row),
                let column = table.place(of: neuron, in: block.second)
            else { continue }
            buffer.pointer[(row - block.rows.lowerBound) * columns + column] =
                Float(SimilarityLevel.cosine(Double(pair.level)))
        }
    }

    /// Counts the levels, and updates each run's maximum and each neuron's counts, for rows and columns.
    private mutating func count(_ block: Block, in buffer: FloatBuffer, _ table: RunTable, _ own: OwnPairs) {
        let columns = table.members[block.second].count
        let columnNeurons = table.members[block.second]
        let firstRow = table.offsets[block.first]
        let firstColumn = table.offsets[block.second]
        for row in block.rows {
            let cosines = buffer.pointer + (row - block.rows.lowerBound) * columns
            let neuron = table.members[block.first][row]
            var best = Int32.min
            var bestTies: Int32 = 0
            var added = Others()
            for column in 0..<columns {
                let level = SimilarityLevel.nearest(cosines[column])
                let narrow = Int32(truncatingIfNeeded: level)
                Self.raise(&best, &bestTies, to: narrow, 1)
                Self.raise(&nearestLevel[firstColumn &+ column], &nearestCount[firstColumn &+ column], to: narrow, 1)
                let other = columnNeurons[column]
                // The pair with the row's own neuron is not a between-neuron pair.
                if other == neuron { continue }
                between[level &+ SimilarityLevel.one] &+= 1
                let wins = own.winsAbove[level &+ SimilarityLevel.one]
                added.count &+= 1
                added.sum &+= level
                added.wins &+= wins
                added.ownWins &+= own.wins(of: neuron, above: narrow)
                others[other].count &+= 1
                others[other].sum &+= level
                others[other].wins &+= wins
                others[other].ownWins &+= own.wins(of: other, above: narrow)
                let bin = Self.bin(of: level)
                othersByBin[neuron &* Self.bins &+ bin] &+= 1
                othersByBin[other &* Self.bins &+ bin] &+= 1
            }
            others[neuron] += added
            Self.raise(&nearestLevel[firstRow + row], &nearestCount[firstRow + row], to: best, bestTies)
        }
    }

    /// Adds, for each permutation, the levels of the block's pairs of runs with equal labels.
    private mutating func addShuffled(
        _ block: Block, in buffer: FloatBuffer, _ table: RunTable, _ shuffles: LabelShuffles
    ) {
        let columns = table.members[block.second].count
        let rowCount = table.rows.count
        let neuronCount = table.neurons.count
        shuffles.labels.withUnsafeBufferPointer { labels in
            shuffles.places.withUnsafeBufferPointer { places in
                for permutation in 0..<shuffles.count {
                    let rowLabels = permutation &* rowCount &+ table.offsets[block.first] &+ block.rows.lowerBound
                    let labelPlaces = (permutation &* table.seeds.count &+ block.second) &* neuronCount
                    var sum = 0
                    for row in 0..<block.rows.count {
                        let column = Int(places[labelPlaces &+ Int(labels[rowLabels &+ row])])
                        if column >= 0 {
                            sum &+= SimilarityLevel.nearest(buffer.pointer[row &* columns &+ column])
                        }
                    }
                    shuffledSums[permutation] += sum
                }
            }
        }
    }
}
