// The map of a layer: its neurons' pictures on a grid where neighbours look and mean alike.

import ViT

/// A grid with one neuron in each cell. Near cells hold neurons whose pictures are alike; how far apart others are says
/// little.
///
/// Two pictures are as far from each other as their normalised descriptors and their normalised embeddings are, both
/// with equal weight. ``PlaneEmbedding`` brings the pictures to places on a plane, and ``GridArrangement`` the places to
/// cells.
package struct NeuronMap: Codable, Sendable, Equatable {
    /// A neuron, and which of its runs has the picture that stands for it.
    package struct Cell: Codable, Sendable, Equatable {
        package let neuron: Int
        package let seed: Int
    }

    /// Raised whenever the same runs give another map.
    static let version = 1
    /// The cells around each that ``trustworthiness`` looks at: those that touch it, but no more than half of all.
    private static let neighbours = 8

    /// Number of columns; 0 without a cell.
    package let columns: Int
    /// The cells, row by row; only the last row may be shorter.
    package let cells: [Cell]
    /// Whether the neurons nearest on the map are among the most similar: 1 if all are, about 0.5 by chance (Venna and
    /// Kaski 2001, with at most eight neighbours); nil for fewer than three neurons.
    package let trustworthiness: Double?

    /// Number of rows.
    package var rows: Int { columns == 0 ? 0 : (cells.count + columns - 1) / columns }

    /// Arranges neurons, each by the first of its runs that has a picture. The order of the neurons does not matter.
    init(of runs: [ScoredRun], by reference: ScoreReference) {
        var first: [Int: ScoredRun] = [:]
        for run in runs where Self.isUsable(run.look, for: reference.look) && first[run.neuron] == nil {
            first[run.neuron] = run
        }
        let shown = first.values.sorted { $0.neuron < $1.neuron }
        let vectors = Self.vectors(of: shown, by: reference)
        let distances = DistanceTable(of: vectors)
        let places = PlaneEmbedding.places(of: distances, from: PrincipalComponents.places(of: vectors))
        let grid = GridArrangement(of: places, distances)
        columns = grid.columns
        cells = grid.points.map { Cell(neuron: shown[$0].neuron, seed: shown[$0].seed) }
        trustworthiness = Self.trustworthiness(of: grid, distances)
    }

    /// The map of no neuron.
    static let none = NeuronMap()

    private init() {
        columns = 0
        cells = []
        trustworthiness = nil
    }

    private static func isUsable(_ vector: [Float]?, for normalisation: Normalisation) -> Bool {
        guard let vector else { return false }
        return vector.count == normalisation.means.count && vector.allSatisfy(\.isFinite)
    }

    /// Look and meaning side by side, each of length 1. A picture without a usable embedding has its look alone.
    private static func vectors(of runs: [ScoredRun], by reference: ScoreReference) -> [[Float]] {
        func rows(_ vectors: [[Float]], _ normalisation: Normalisation) -> [[Float]] {
            let rows = SimilarityRows(vectors, by: normalisation)
            return (0..<rows.count).map { row in
                (0..<rows.dimensions).map { rows.values.pointer[row * rows.dimensions + $0] }
            }
        }
        let meanings = runs.map { run in
            isUsable(run.meaning, for: reference.meaning)
                ? run.meaning ?? [] : reference.meaning.means.map { Float($0) }
        }
        return zip(rows(runs.map { $0.look ?? [] }, reference.look), rows(meanings, reference.meaning)).map { $0 + $1 }
    }

    /// One minus how far beyond the nearest the ranks of the neighbours on the grid are, by what the worst ones would be.
    static func trustworthiness(of grid: GridArrangement, _ distances: DistanceTable) -> Double? {
        let count = distances.count
        let near = min(neighbours, (count - 1) / 2)
        guard near > 0 else { return nil }
        var excess = 0
        for cell in grid.points.indices {
            for neighbour in grid.nearest(to: cell, count: near) {
                excess += max(0, distances.rank(of: grid.points[neighbour], around: grid.points[cell]) - near)
            }
        }
        return 1 - 2 * Double(excess) / Double(count * near * (2 * count - 3 * near - 1))
    }
}
