// How vectors are centred and scaled before they are compared.

/// What is subtracted from vectors of one measure, and what their parts are multiplied by.
///
/// Centring removes what all pictures share, which would otherwise make every pair look alike. Each part (look has two)
/// is scaled so that all parts vary alike.
package struct Normalisation: Codable, Sendable, Equatable {
    /// Number of vectors that it comes from.
    package let count: Int
    /// Each value's mean.
    package let means: [Double]
    /// Each value's factor, the same within a part; 0 for a part that does not vary beyond rounding.
    package let scales: [Double]

    /// A deviation below this fraction of the vectors' size is rounding.
    static let tolerance = 1e-6

    /// The normalisation after which the mean squared length of each part of `rows` is 1.
    ///
    /// - Precondition: the rows are finite and of one length; `parts` cover that length (nil: it is one part).
    init(of rows: [[Float]], parts: [Range<Int>]? = nil) {
        let dimensions = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == dimensions })
        var means = [Double](repeating: 0, count: dimensions)
        for row in rows {
            for column in 0..<dimensions { means[column] += Double(row[column]) }
        }
        for column in 0..<dimensions { means[column] /= Double(rows.count) }
        var scales = [Double](repeating: 0, count: dimensions)
        for part in parts ?? [0..<dimensions] {
            var size = 0.0
            var deviation = 0.0
            for row in rows {
                for column in part {
                    let value = Double(row[column])
                    size += value * value
                    deviation += (value - means[column]) * (value - means[column])
                }
            }
            guard deviation.squareRoot() > Self.tolerance * size.squareRoot() else { continue }
            let scale = (Double(rows.count) / deviation).squareRoot()
            for column in part { scales[column] = scale }
        }
        count = rows.count
        self.means = means
        self.scales = scales
    }
}
