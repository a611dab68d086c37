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

    /// A pair of runs of two neurons, from different seeds. The neurons are indices into the table.
    struct Between: Sendable {
        var first: Int32
        var second: Int32
        var level: Int32
    }

    /// All pairs of runs of one neuron, ordered by neuron and seeds.
    private(set) var within: [Within] = []
    /// How many between-neuron pairs have each level, lowest first: `SimilarityLevel.count` entries.
    private(set) var between = [Int](repeating: 0, count: SimilarityLevel.count)
    /// A sample of the between-neuron pairs: one drawn from each `stride` neighbouring pairs; all of them at stride 1.
    private(set) var sample: [Between] = []
    /// For each row, the highest level it has with a run of another seed.
    private(set) var nearestLevel: [Int32]
    /// For each row, the number of runs at that level.
    private(set) var nearestCount: [Int32]
    /// For each permutation of the labels, the sum of the within-neuron levels.
    private(set) var shuffledSums: [Int]

    /// Rows of one block; with 3,072 columns, a block takes 3 MB per thread.
    private static let blockRows = 256

    /// Some runs of one seed against all runs of a later one. The seeds are indices into the table.
    private struct Block: Sendable {
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
        let pairs = blocks.reduce(0) { $0 + $1.rows.count * table.members[$1.second].count }
        let limit = max(settings.sampledPairs, 1)
        let sampleStride = max(1, (pairs + limit - 1) / limit)
        let workers = max(1, min(settings.workers, blocks.count))
        BLAS.useOneThread()
        let parts = concurrently(workers) { worker in
            var part = PairCensus(rowCount: rows.count, permutations: shuffles.count)
            let widest = table.members.map(\.count).max() ?? 0
            let buffer = FloatBuffer(count: Self.blockRows * widest)
            for index in stride(from: worker, to: blocks.count, by: workers) {
                var generator = SplitMix64(seed: settings.seed, stream: .pairSample, index: index)
                part.multiply(blocks[index], rows, table, into: buffer)
                part.count(blocks[index], in: buffer, table)
                part.drawSample(blocks[index], in: buffer, table, stride: sampleStride, using: &generator)
                part.addShuffled(blocks[index], in: buffer, table, shuffles)
            }
            return part
        }
        self.init(rowCount: rows.count, permutations: shuffles.count)
        for part in parts { merge(part) }
        within.sort { ($0.neuron, $0.firstSeed, $0.secondSeed) < ($1.neuron, $1.firstSeed, $1.secondSeed) }
    }

    private init(rowCount: Int, permutations: Int) {
        nearestLevel = [Int32](repeating: .min, count: rowCount)
        nearestCount = [Int32](repeating: 0, count: rowCount)
        shuffledSums = [Int](repeating: 0, count: permutations)
    }

    private mutating func merge(_ other: PairCensus) {
        within += other.within
        sample += other.sample
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
    private func multiply(_ block: Block, _ rows: SimilarityRows, _ table: RunTable, into buffer: FloatBuffer) {
        let columns = table.members[block.second].count
        BLAS.multiply(
            rows: block.rows.count, columns: columns, inner: rows.dimensions,
            rows.values.pointer + (table.offsets[block.first] + block.rows.lowerBound) * rows.dimensions,
            aStride: rows.dimensions,
            rows.values.pointer + table.offsets[block.second] * rows.dimensions, bStride: rows.dimensions,
            bTransposed: true, into: buffer.pointer, cStride: columns)
    }

    /// Counts the levels and updates each run's maximum, for rows and columns.
    private mutating func count(_ block: Block, in buffer: FloatBuffer, _ table: RunTable) {
        let columns = table.members[block.second].count
        let firstRow = table.offsets[block.first]
        let firstColumn = table.offsets[block.second]
        between.withUnsafeMutableBufferPointer { histogram in
            nearestLevel.withUnsafeMutableBufferPointer { nearest in
                nearestCount.withUnsafeMutableBufferPointer { ties in
                    for row in block.rows {
                        let cosines = buffer.pointer + (row &- block.rows.lowerBound) &* columns
                        var best = Int32.min
                        var bestTies: Int32 = 0
                        for column in 0..<columns {
                            let level = SimilarityLevel.nearest(cosines[column])
                            histogram[level &+ SimilarityLevel.one] &+= 1
                            let narrow = Int32(truncatingIfNeeded: level)
                            Self.raise(&best, &bestTies, to: narrow, 1)
                            Self.raise(&nearest[firstColumn &+ column], &ties[firstColumn &+ column], to: narrow, 1)
                        }
                        Self.raise(&nearest[firstRow + row], &ties[firstRow + row], to: best, bestTies)
                        // The pair with the row's own neuron is not a between-neuron pair.
                        let neuron = table.members[block.first][row]
                        guard let own = table.place(of: neuron, in: block.second) else { continue }
                        let level = SimilarityLevel.nearest(cosines[own])
                        histogram[level + SimilarityLevel.one] -= 1
                        within.append(
                            Within(
                                neuron: Int32(neuron), firstSeed: Int32(block.first), secondSeed: Int32(block.second),
                                level: Int32(level)))
                    }
                }
            }
        }
    }

    /// Draws one pair from each `stride` neighbours of the block; a drawn pair of one neuron is dropped.
    private mutating func drawSample(
        _ block: Block, in buffer: FloatBuffer, _ table: RunTable, stride width: Int, using generator: inout SplitMix64
    ) {
        let columns = table.members[block.second].count
        let total = block.rows.count * columns
        for start in stride(from: 0, to: total, by: width) {
            let pair = width == 1 ? start : start + generator.next(below: width)
            guard pair < total else { break }
            let first = table.members[block.first][block.rows.lowerBound + pair / columns]
            let second = table.members[block.second][pair % columns]
            if first == second { continue }
            let level = SimilarityLevel.nearest(buffer.pointer[pair])
            sample.append(Between(first: Int32(first), second: Int32(second), level: Int32(level)))
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
