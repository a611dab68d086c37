// The two directions in which points differ most.

/// The first two principal components.
enum PrincipalComponents {
    /// Passes over the points for each component; near the end the direction hardly moves.
    private static let passes = 60

    /// Each row's coordinates along the two directions in which the rows vary most, by power iteration.
    ///
    /// The iteration begins at the row that is furthest from the mean, so nothing is drawn.
    ///
    /// - Precondition: the rows are finite and of one length.
    static func places(of rows: [[Float]]) -> [SIMD2<Float>] {
        guard let width = rows.first?.count else { return [] }
        var mean = [Double](repeating: 0, count: width)
        for row in rows { for column in 0..<width { mean[column] += Double(row[column]) } }
        var centred = rows.map { row in (0..<width).map { Double(row[$0]) - mean[$0] / Double(rows.count) } }
        let components = (0..<2).map { _ in component(of: &centred) }
        return rows.indices.map { SIMD2(Float(components[0][$0]), Float(components[1][$0])) }
    }

    /// The rows' coordinates along their first component, which is then removed from them.
    private static func component(of rows: inout [[Double]]) -> [Double] {
        let lengths = rows.map { dot($0, $0) }
        guard let longest = lengths.max(), longest > 0, let start = lengths.firstIndex(of: longest) else {
            return lengths
        }
        var direction = unit(rows[start])
        for _ in 0..<passes {
            var next = [Double](repeating: 0, count: direction.count)
            for row in rows { add(dot(row, direction), row, to: &next) }
            direction = unit(next)
        }
        let coordinates = rows.map { dot($0, direction) }
        for index in rows.indices { add(-coordinates[index], direction, to: &rows[index]) }
        return coordinates
    }

    private static func dot(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for index in first.indices { sum += first[index] * second[index] }
        return sum
    }

    private static func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
        for index in vector.indices { sum[index] += factor * vector[index] }
    }

    private static func unit(_ vector: [Double]) -> [Double] {
        let length = dot(vector, vector).squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }
}
