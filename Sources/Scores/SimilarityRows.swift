// Descriptors or embeddings of a layer's pictures, normalised for cosine similarity.

import ViT

/// Rows whose dot products are the cosines of the given vectors, centred over the layer.
///
/// Centring removes what all pictures of the layer share (its method, its palette), which would otherwise make every
/// pair look alike. Each part is then scaled so that all parts vary alike over the layer, and each row to length 1. A
/// vector that does not vary beyond rounding (a millionth) has no direction: its row and all its similarities are 0.
struct SimilarityRows: Sendable {
    /// Number of rows.
    let count: Int
    /// Number of values a row.
    let dimensions: Int
    /// (count, dimensions): rows of length 1 or 0.
    let values: FloatBuffer

    /// A deviation below this fraction of the vector's size is rounding.
    private static let tolerance = 1e-6

    /// Centres, balances and normalises `rows`, which are finite and all of one length; `parts` cover that length.
    init(_ rows: [[Float]], parts: [Range<Int>]) {
        let dimensions = parts.last?.upperBound ?? 0
        precondition(rows.allSatisfy { $0.count == dimensions })
        count = rows.count
        self.dimensions = dimensions
        values = FloatBuffer(count: rows.count * dimensions)
        guard count > 0, dimensions > 0 else { return }

        var means = [Double](repeating: 0, count: dimensions)
        for row in rows {
            for column in 0..<dimensions { means[column] += Double(row[column]) }
        }
        for column in 0..<dimensions { means[column] /= Double(count) }

        var scales = [Double](repeating: 0, count: dimensions)
        for part in parts {
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
            // The mean squared length of the part's rows becomes 1.
            let scale = (Double(count) / deviation).squareRoot()
            for column in part { scales[column] = scale }
        }

        var scaled = [Double](repeating: 0, count: dimensions)
        for (index, row) in rows.enumerated() {
            var squares = 0.0
            for column in 0..<dimensions {
                scaled[column] = (Double(row[column]) - means[column]) * scales[column]
                squares += scaled[column] * scaled[column]
            }
            let length = squares.squareRoot()
            guard length > Self.tolerance else { continue }
            let target = values.pointer + index * dimensions
            for column in 0..<dimensions { target[column] = Float(scaled[column] / length) }
        }
    }
}

/// A cosine as a whole number of steps of 2⁻¹⁵, from −32,768 to 32,768.
///
/// All statistics use these levels: counts are exact, equal pictures tie despite rounding, and the results do not
/// depend on the order in which threads add.
enum SimilarityLevel {
    /// The level of a cosine of 1.
    static let one = 32_768
    /// Number of levels.
    static let count = 2 * one + 1

    /// The level nearest to a finite cosine.
    @inline(__always)
    static func nearest(_ cosine: Float) -> Int {
        // Adding 1.5·2²³ leaves the nearest integer in the mantissa; rounding in another way is a function call on
        // baseline x86-64.
        let shifted = cosine * 32_768 + 12_582_912
        let level = Int(Int32(bitPattern: shifted.bitPattern &- 0x4B40_0000))
        return min(max(level, -one), one)
    }

    /// The cosine of a level, or of a mean of levels.
    static func cosine(_ level: Double) -> Double { level / Double(one) }
}
