// Descriptors or embeddings of pictures, normalised for cosine similarity.

import ViT

/// Rows whose dot products are the cosines of the normalised vectors.
///
/// A vector that is at the mean within rounding (a millionth) has no direction: its row and all its similarities are 0.
struct SimilarityRows: Sendable {
    /// Number of rows.
    let count: Int
    /// Number of values a row.
    let dimensions: Int
    /// (count, dimensions): rows of length 1 or 0.
    let values: FloatBuffer

    /// Normalises `rows` and brings them to length 1.
    ///
    /// - Precondition: the rows are finite and as long as the normalisation's means.
    init(_ rows: [[Float]], by normalisation: Normalisation) {
        let (means, scales) = (normalisation.means, normalisation.scales)
        dimensions = means.count
        count = rows.count
        values = FloatBuffer(count: rows.count * dimensions)
        var scaled = [Double](repeating: 0, count: dimensions)
        for (index, row) in rows.enumerated() {
            precondition(row.count == dimensions)
            var squares = 0.0
            for column in 0..<dimensions {
                scaled[column] = (Double(row[column]) - means[column]) * scales[column]
                squares += scaled[column] * scaled[column]
            }
            let length = squares.squareRoot()
            guard length > Normalisation.tolerance else { continue }
            let target = values.pointer + index * dimensions
            for column in 0..<dimensions { target[column] = Float(scaled[column] / length) }
        }
    }

    /// The level of the cosine of two rows.
    func level(_ first: Int, _ second: Int) -> Int {
        let (a, b) = (values.pointer + first * dimensions, values.pointer + second * dimensions)
        var sum: Float = 0
        for column in 0..<dimensions { sum += a[column] * b[column] }
        return SimilarityLevel.nearest(sum)
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
