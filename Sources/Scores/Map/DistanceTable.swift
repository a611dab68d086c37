// The distances of all pairs of points, computed in a fixed order.

import Support

/// The squared Euclidean distances of all pairs of rows.
struct DistanceTable: Sendable {
    /// Number of points.
    let count: Int
    /// (count, count), symmetric, with zeros on the diagonal.
    private let values: [Float]

    /// - Precondition: the rows are finite and of one length.
    init(of rows: [[Float]]) {
        count = rows.count
        let lanes = 8
        let groups = ((rows.first?.count ?? 0) + lanes - 1) / lanes
        let vectors = rows.flatMap { row in
            precondition(row.count == rows[0].count)
            return (0..<groups).map { group in
                var vector = SIMD8<Float>.zero
                for lane in 0..<min(lanes, row.count - group * lanes) { vector[lane] = row[group * lanes + lane] }
                return vector
            }
        }
        let upper = concurrently(rows.count) { first in
            vectors.withUnsafeBufferPointer { vectors in
                (first..<rows.count).map { second in
                    var sum = SIMD8<Float>.zero
                    for group in 0..<groups {
                        let difference = vectors[first * groups + group] - vectors[second * groups + group]
                        sum += difference * difference
                    }
                    return sum.sum()
                }
            }
        }
        var values = [Float](repeating: 0, count: rows.count * rows.count)
        for (first, row) in upper.enumerated() {
            for (offset, value) in row.enumerated() {
                values[first * rows.count + first + offset] = value
                values[(first + offset) * rows.count + first] = value
            }
        }
        self.values = values
    }

    /// The squared distance of two points.
    subscript(first: Int, second: Int32) -> Float { self[first, Int(second)] }
    subscript(first: Int, second: Int) -> Float { values[first * count + second] }

    /// The other points, the nearest first; equally near ones by number.
    func order(around point: Int) -> [Int32] {
        (0..<Int32(count)).filter { $0 != point }.sorted { first, second in
            let (near, far) = (self[point, first], self[point, second])
            return near == far ? first < second : near < far
        }
    }

    /// The place of a point among the others around a point, the nearest first, counted from 1.
    func rank(of point: Int, around centre: Int) -> Int {
        let own = self[centre, point]
        var rank = 1
        for other in 0..<count where other != centre && other != point {
            let value = self[centre, other]
            if value < own || value == own && other < point { rank += 1 }
        }
        return rank
    }
}
