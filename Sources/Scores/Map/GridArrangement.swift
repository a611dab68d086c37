// Points of a plane as the cells of a grid, one in each, so that none hides another.

/// A rectangular grid, filled row by row; only the last row may have free cells, at its end.
struct GridArrangement {
    /// Number of columns and rows.
    let columns: Int
    let rows: Int
    /// The point in each cell.
    private(set) var points: [Int]

    /// How far cells are from each other that may exchange their points, in columns and in rows.
    private static let reach = 3
    /// The most rounds of exchanges; usually the last round finds none long before.
    private static let rounds = 30

    /// Width by height of the grids that are aimed at.
    private static let shape = 1.4

    /// The number of columns for so many points: a landscape format with few free cells.
    static func columns(for count: Int) -> Int {
        func cost(_ columns: Int) -> Double {
            let rows = (count + columns - 1) / columns
            let ratio = Double(columns) / Double(rows) / shape
            return max(ratio, 1 / ratio) + 6 * Double(columns * rows - count) / Double(count)
        }
        return count < 1 ? 0 : (1...count).min { cost($0) < cost($1) } ?? count
    }

    /// Arranges points by their places: the cells are halved across their longer side again and again, and the points
    /// with them, in the order of that coordinate. Then near cells exchange their points while that brings more similar
    /// ones together.
    init(of places: [SIMD2<Float>], _ distances: DistanceTable) {
        columns = Self.columns(for: places.count)
        rows = columns == 0 ? 0 : (places.count + columns - 1) / columns
        points = [Int](repeating: 0, count: places.count)
        place(Array(places.indices), of: places, in: 0..<columns, 0..<rows)
        exchange(distances)
    }

    /// Number of cells with a point in a rectangle.
    private func capacity(_ across: Range<Int>, _ down: Range<Int>) -> Int {
        down.reduce(0) { $0 + max(0, min(across.upperBound, points.count - $1 * columns) - across.lowerBound) }
    }

    private mutating func place(_ some: [Int], of places: [SIMD2<Float>], in across: Range<Int>, _ down: Range<Int>) {
        guard let first = some.first else { return }
        if some.count == 1, across.count * down.count == 1 {
            points[down.lowerBound * columns + across.lowerBound] = first
            return
        }
        let isWide = across.count >= down.count
        let axis = isWide ? 0 : 1
        let sorted = some.sorted { one, other in
            let (a, b) = (places[one][axis], places[other][axis])
            return a == b ? one < other : a < b
        }
        let middle = isWide ? across.lowerBound + across.count / 2 : down.lowerBound + down.count / 2
        let before = isWide ? (across.lowerBound..<middle, down) : (across, down.lowerBound..<middle)
        let after = isWide ? (middle..<across.upperBound, down) : (across, middle..<down.upperBound)
        let count = capacity(before.0, before.1)
        place(Array(sorted.prefix(count)), of: places, in: before.0, before.1)
        place(Array(sorted.dropFirst(count)), of: places, in: after.0, after.1)
    }

    // MARK: - Exchanges

    private mutating func exchange(_ distances: DistanceTable) {
        let around = points.indices.map(neighbours)
        for _ in 0..<Self.rounds {
            var isChanged = false
            for cell in points.indices {
                for other in later(than: cell) where gain(cell, other, around, distances) > 1e-6 {
                    points.swapAt(cell, other)
                    isChanged = true
                }
            }
            if !isChanged { return }
        }
    }

    /// The cells that touch a cell, with how much each counts: those at corners less.
    private func neighbours(of cell: Int) -> [(cell: Int, weight: Float)] {
        near(cell, reach: 1).map { other in
            let isCorner = other % columns != cell % columns && other / columns != cell / columns
            return (other, isCorner ? 0.5 : 1)
        }
    }

    /// The cells nearest to a cell; of equally near ones, those that come first.
    ///
    /// - Parameter count: at most 8, and less than half the cells.
    func nearest(to cell: Int, count: Int) -> [Int] {
        func distance(_ other: Int) -> Int {
            let (down, across) = (other / columns - cell / columns, other % columns - cell % columns)
            return down * down + across * across
        }
        return Array(near(cell, reach: 4).sorted { (distance($0), $0) < (distance($1), $1) }.prefix(count))
    }

    private func near(_ cell: Int, reach: Int) -> [Int] {
        let (row, column) = (cell / columns, cell % columns)
        return (max(0, row - reach)...min(rows - 1, row + reach)).flatMap { row in
            (max(0, column - reach)...min(columns - 1, column + reach)).map { row * columns + $0 }
        }.filter { $0 != cell && $0 < points.count }
    }

    private func later(than cell: Int) -> [Int] { near(cell, reach: Self.reach).filter { $0 > cell } }

    /// How much nearer the neighbours of two cells are to each other after an exchange.
    private func gain(
        _ cell: Int, _ other: Int, _ around: [[(cell: Int, weight: Float)]], _ distances: DistanceTable
    ) -> Float {
        let (own, its) = (points[cell], points[other])
        var gain: Float = 0
        for (place, weight) in around[cell] where place != other {
            gain += weight * (distances[own, points[place]] - distances[its, points[place]])
        }
        for (place, weight) in around[other] where place != cell {
            gain += weight * (distances[its, points[place]] - distances[own, points[place]])
        }
        return gain
    }
}
