// Points in many dimensions as points on a plane: t-SNE, written out, with all pairs.

import Foundation
import Support

/// Places on a plane for points that are known by their distances, so that near points are near.
///
/// t-SNE (van der Maaten and Hinton 2008, "Visualizing Data using t-SNE"). Departures: it begins with principal
/// components instead of noise, as Kobak and Berens (2019) advise, so that nothing is drawn; each point attracts only
/// its nearest, three times the perplexity (van der Maaten 2014); the rate grows with the number of points (Belkina and
/// others 2019). Sums are taken in a fixed order and no product is fused, so the places depend on the distances alone.
struct PlaneEmbedding {
    /// How many neighbours a point has, roughly; fewer points have a third of their number.
    static let perplexity = 30.0
    /// Steps with attraction times `exaggeration`, in which groups form, and steps without.
    static let steps = (early: 250, late: 400)
    static let exaggeration: Float = 12

    /// Points computed together; their coordinates fill whole vectors.
    private typealias Vector = SIMD8<Float>
    private static let lanes = 8
    /// Points that one thread moves at a time.
    private static let pieceSize = 64

    /// For each point, the points that it attracts, ascending.
    private let neighbours: [[(point: Int, weight: Float)]]
    private var x: [Vector]
    private var y: [Vector]
    private let count: Int

    /// Places `distances.count` points.
    ///
    /// - Parameters:
    ///   - distances: the squared distances of all pairs.
    ///   - start: where the points begin; only the shape matters, not the scale.
    static func places(of distances: DistanceTable, from start: [SIMD2<Float>]) -> [SIMD2<Float>] {
        // Each point has to have neighbours and others.
        guard distances.count > 3 else { return start }
        var embedding = PlaneEmbedding(distances, from: start)
        embedding.run()
        return (0..<embedding.count).map {
            SIMD2(embedding.x[$0 / lanes][$0 % lanes], embedding.y[$0 / lanes][$0 % lanes])
        }
    }

    private init(_ distances: DistanceTable, from start: [SIMD2<Float>]) {
        count = distances.count
        neighbours = Self.attraction(distances)
        // Padding is so far away that it repels nothing: q is 10⁻³⁰, and its square is 0.
        let groups = (count + Self.lanes - 1) / Self.lanes
        x = [Vector](repeating: Vector(repeating: 1e15), count: groups)
        y = x
        // The start is small, so that no point is far from where it belongs.
        let spread = (start.reduce(0) { $0 + $1.x * $1.x } / Float(count)).squareRoot()
        let scale = spread > 0 ? 1e-4 / spread : 0
        for (index, place) in start.enumerated() {
            x[index / Self.lanes][index % Self.lanes] = place.x * scale
            y[index / Self.lanes][index % Self.lanes] = place.y * scale
        }
    }

    // MARK: - Attraction

    /// The joint probabilities of pairs, from a Gaussian around each point whose entropy is that of the perplexity.
    private static func attraction(_ distances: DistanceTable) -> [[(point: Int, weight: Float)]] {
        let count = distances.count
        let perplexity = min(Self.perplexity, Double(count - 1) / 3)
        let near = min(count - 1, Int(3 * perplexity))
        let conditional = concurrently(count) { point -> [(point: Int, weight: Double)] in
            let nearest = distances.order(around: point).prefix(near)
            let weights = gaussian(nearest.map { Double(distances[point, $0]) }, entropy: log(perplexity))
            return zip(nearest, weights).map { (Int($0), $1) }
        }
        var joint = [[Int: Double]](repeating: [:], count: count)
        for (point, others) in conditional.enumerated() {
            for (other, weight) in others {
                joint[point][other, default: 0] += weight / Double(2 * count)
                joint[other][point, default: 0] += weight / Double(2 * count)
            }
        }
        return joint.map { others in others.sorted { $0.key < $1.key }.map { ($0.key, Float($0.value)) } }
    }

    /// The probabilities of neighbours at these squared distances, by the Gaussian that gives them this entropy.
    private static func gaussian(_ distances: [Double], entropy wanted: Double) -> [Double] {
        let least = distances.first ?? 0
        let mean = distances.reduce(0) { $0 + $1 - least } / Double(distances.count)
        // Neighbours that are all equally far have no scale.
        guard mean > 0 else { return distances.map { _ in 1 / Double(distances.count) } }
        var (low, high, precision) = (0.0, Double.infinity, 1 / mean)
        var weights: [Double] = []
        for _ in 0..<50 {
            weights = distances.map { exp(-($0 - least) * precision) }
            let sum = weights.reduce(0, +)
            let moment = zip(distances, weights).reduce(0) { $0 + ($1.0 - least) * $1.1 }
            weights = weights.map { $0 / sum }
            let entropy = log(sum) + precision * moment / sum
            if abs(entropy - wanted) < 1e-6 { break }
            if entropy > wanted { low = precision } else { high = precision }
            precision = high.isInfinite ? 2 * precision : (low + high) / 2
        }
        return weights
    }

    // MARK: - Steps

    private mutating func run() {
        let rate = max(Float(count) / (4 * Self.exaggeration), 50)
        var speed = [SIMD2<Float>](repeating: .zero, count: count)
        var gain = [SIMD2<Float>](repeating: .one, count: count)
        for step in 0..<(Self.steps.early + Self.steps.late) {
            let isEarly = step < Self.steps.early
            let slope = gradient(exaggeration: isEarly ? Self.exaggeration : 1)
            for point in 0..<count {
                // A coordinate that keeps its direction gets faster (Jacobs 1988).
                let turns = (slope[point] * speed[point]) .> 0
                gain[point].replace(with: pointwiseMax(gain[point] * 0.8, SIMD2(repeating: 0.01)), where: turns)
                gain[point].replace(with: gain[point] + 0.2, where: .!turns)
                speed[point] = (isEarly ? 0.5 : 0.8) * speed[point] - rate * gain[point] * slope[point]
                x[point / Self.lanes][point % Self.lanes] += speed[point].x
                y[point / Self.lanes][point % Self.lanes] += speed[point].y
            }
        }
    }

    /// The derivative of the divergence by each point's place.
    private func gradient(exaggeration: Float) -> [SIMD2<Float>] {
        let pieces = (count + Self.pieceSize - 1) / Self.pieceSize
        let forces = concurrently(pieces) { piece in
            (piece * Self.pieceSize..<min(count, (piece + 1) * Self.pieceSize)).map(force)
        }.joined()
        // Each point repels itself by 1, which moves nothing but must not count.
        let whole = Float(forces.reduce(0.0) { $0 + Double($1.sum) } - Double(count))
        return forces.map { 4 * (exaggeration * $0.attraction - $0.repulsion / whole) }
    }

    /// The pull and the push on one point, and the sum of the kernel over all points.
    private func force(on point: Int) -> (attraction: SIMD2<Float>, repulsion: SIMD2<Float>, sum: Float) {
        let (ownX, ownY) = (x[point / Self.lanes][point % Self.lanes], y[point / Self.lanes][point % Self.lanes])
        var (sum, pushX, pushY) = (Vector.zero, Vector.zero, Vector.zero)
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                for group in x.indices {
                    let (dx, dy) = (ownX - x[group], ownY - y[group])
                    let kernel = 1 / (1 + dx * dx + dy * dy)
                    let square = kernel * kernel
                    sum += kernel
                    pushX += square * dx
                    pushY += square * dy
                }
            }
        }
        var pull = SIMD2<Float>.zero
        for (other, weight) in neighbours[point] {
            let difference = SIMD2(
                ownX - x[other / Self.lanes][other % Self.lanes], ownY - y[other / Self.lanes][other % Self.lanes])
            pull += weight / (1 + (difference * difference).sum()) * difference
        }
        return (pull, SIMD2(pushX.sum(), pushY.sum()), sum.sum())
    }
}
