// The similarities of all pairs of runs, as the scores compare them, for exports.

import ViT

/// How alike every two runs of a group are by one measure: the levels that the statistics use, as cosines.
///
/// The whole matrix of a large layer does not fit into memory, so its rows are given seed by seed.
package struct SimilarityMatrix: Sendable {
    /// One run, with what was measured on its picture; nil if nothing was.
    package struct Run: Sendable {
        let neuron: Int
        let seed: Int
        let vector: [Float]?

        package init(neuron: Int, seed: UInt64, vector: [Float]?) {
            self.neuron = neuron
            self.seed = Int(clamping: seed)
            self.vector = vector
        }
    }

    /// Rows that are passed on at a time.
    private static let pieceRows = 256

    private let rows: SimilarityRows
    private let table: RunTable
    private let own: OwnPairs
    /// For each run of the table, row by row, its index among all runs.
    private let indices: [Int]
    /// The seed of each of all runs.
    private let seeds: [Int]

    /// Lays out `runs`, normalised by a reference. Nil if no two of them can be compared.
    package init?(_ runs: [Run], by normalisation: Normalisation) {
        let table = RunTable(
            runs.map { run in
                ScoredRun(
                    neuron: run.neuron, seed: run.seed, look: run.vector, meaning: nil, activations: nil,
                    finalActivation: 0)
            }, measuring: { $0.look?.count == normalisation.means.count ? $0.look : nil })
        guard table.seeds.count > 1 else { return nil }
        rows = SimilarityRows(table.rows, by: normalisation)
        own = OwnPairs(rows, table)
        var places: [[Int]: Int] = [:]
        for (index, run) in runs.enumerated() where places[[run.seed, run.neuron]] == nil {
            places[[run.seed, run.neuron]] = index
        }
        indices = table.owners.map { places[[table.seeds[$0.seed], table.neurons[$0.neuron]]] ?? 0 }
        seeds = runs.map(\.seed)
        self.table = table
    }

    /// Passes the matrix on in pieces of whole rows, in the order of the runs: −1…1, and NaN for two runs that are not
    /// compared, because they have one seed or nothing was measured on one of them.
    ///
    /// - Precondition: the runs were ordered by seed.
    package func write(_ write: ([Float]) throws -> Void) throws {
        var first = 0
        while first < seeds.count {
            let end = seeds[first...].firstIndex { $0 != seeds[first] } ?? seeds.count
            let strip = strip(of: first..<end)
            // Who writes a piece copies it.
            let size = Self.pieceRows * seeds.count
            for start in stride(from: 0, to: strip.count, by: size) {
                try write(Array(strip[start..<min(start + size, strip.count)]))
            }
            first = end
        }
    }

    /// The rows of the runs of one seed.
    private func strip(of runs: Range<Int>) -> [Float] {
        var strip = [Float](repeating: .nan, count: runs.count * seeds.count)
        guard let seed = table.seeds.firstIndex(of: seeds[runs.lowerBound]) else { return strip }
        let widest = table.members.map(\.count).max() ?? 0
        let buffer = FloatBuffer(count: PairCensus.blockRows * widest)
        // The same products as in a census, because rounding depends on their sizes.
        for block in PairCensus.Block.all(of: table) where block.first == seed || block.second == seed {
            PairCensus.multiply(block, rows, table, own, into: buffer)
            let columns = table.members[block.second].count
            for row in block.rows {
                let one = indices[table.offsets[block.first] + row]
                for column in 0..<columns {
                    let other = indices[table.offsets[block.second] + column]
                    let level = SimilarityLevel.nearest(
                        buffer.pointer[(row - block.rows.lowerBound) * columns + column])
                    let cosine = Float(SimilarityLevel.cosine(Double(level)))
                    let (own, far) = block.first == seed ? (one, other) : (other, one)
                    strip[(own - runs.lowerBound) * seeds.count + far] = cosine
                }
            }
        }
        return strip
    }
}
