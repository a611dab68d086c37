// The neurons of a layer whose pictures are most like a neuron's.

import Support
import ViT

/// For each neuron of a layer, the other neurons whose pictures are most like its own, by each measure.
///
/// A neuron stands at the mean of its runs' normalised vectors; neurons are compared by the cosines of these. Levels of
/// similarity decide, and equally near neurons are ordered by number, so that rounding changes nothing.
package struct NeuronNeighbours: Codable, Sendable, Equatable {
    /// Raised by one whenever the same runs give other neighbours.
    static let version = 1
    /// The most neighbours of a neuron.
    private static let most = 6

    /// By what the pictures look like; the nearest first.
    package let look: [Int: [Int]]
    /// By what the judge makes of them.
    package let meaning: [Int: [Int]]

    init(of runs: [ScoredRun], by reference: ScoreReference) {
        look = Self.nearest(runs, by: reference.look, \.look)
        meaning = Self.nearest(runs, by: reference.meaning, \.meaning)
    }

    /// Those of no neuron.
    static let none = NeuronNeighbours()

    private init() {
        look = [:]
        meaning = [:]
    }

    private static func nearest(
        _ runs: [ScoredRun], by normalisation: Normalisation, _ measure: (ScoredRun) -> [Float]?
    ) -> [Int: [Int]] {
        var vectors: [Int: [[Float]]] = [:]
        for run in runs {
            if let vector = measure(run), vector.count == normalisation.means.count, vector.allSatisfy(\.isFinite) {
                vectors[run.neuron, default: []].append(vector)
            }
        }
        let neurons = vectors.keys.sorted()
        let width = normalisation.means.count
        let rows = FloatBuffer(count: neurons.count * width)
        for (index, neuron) in neurons.enumerated() {
            let own = SimilarityRows(vectors[neuron] ?? [], by: normalisation)
            let target = rows.pointer + index * width
            for column in 0..<width {
                target[column] = (0..<own.count).reduce(0) { $0 + own.values.pointer[$1 * width + column] }
            }
            let length = (0..<width).reduce(Float(0)) { $0 + target[$1] * target[$1] }.squareRoot()
            // Pictures that point nowhere, or in opposite directions, are like no others.
            for column in 0..<width { target[column] = length > 1e-3 ? target[column] / length : 0 }
        }
        BLAS.useOneThread()
        let lists = concurrently(neurons.count) { index -> [Int] in
            let cosines = FloatBuffer(count: neurons.count)
            BLAS.multiply(
                rows: 1, columns: neurons.count, inner: width, rows.pointer + index * width, aStride: width,
                rows.pointer, bStride: width, bTransposed: true, into: cosines.pointer, cStride: neurons.count)
            let levels = (0..<neurons.count).map { SimilarityLevel.nearest(cosines.pointer[$0]) }
            return neurons.indices.filter { $0 != index }.sorted { (levels[$1], $0) < (levels[$0], $1) }.prefix(most)
                .map { neurons[$0] }
        }
        return Dictionary(uniqueKeysWithValues: zip(neurons, lists))
    }
}
