// Directions over channels, as `DirectionMatrix` computes them on the CPU.
//
// N  images    R  rows    C  channels    K  directions

import StableHLO
import ViT

/// Writes the values of directions, and what their nonlinearity makes of them.
struct DirectionWriter {
    let program: Program
    let matrix: DirectionMatrix

    /// The value and the activation of one direction of each image at each row, from channels (N, R, C): (N, R) each.
    ///
    /// - Parameter chosen: (N) of `int32`.
    func values(_ channels: Value, of chosen: Value) -> (values: Value, activations: Value) {
        let (w, b) = program.matrix(matrix.rows)
        let values =
            channels.dot(w.rows(at: chosen), over: ([2], [1]), batch: ([0], [0]), precision: program.precision)
            + b.reshaped([matrix.count, 1]).rows(at: chosen)
        switch matrix.nonlinearity {
        case .none: return (values, values)
        case .relu, .jumpReLU:
            let threshold = thresholds?.reshaped([matrix.count, 1]).rows(at: chosen)
            return (values, activated(values, above: threshold ?? zero(like: values)))
        case .topK:
            let all = program.linear(channels, matrix.rows).withoutGradient()
            // By the product that the others are compared by: another one rounds differently, and turns the last one off.
            let own = all.dot(chosen.oneHot(matrix.count), over: ([2], [1]), batch: ([0], [0])).withoutGradient()
            let isOff = own.isLess(than: lowest(all))
            return (values, isOff.choose(0, activated(values, above: zero(like: values))))
        }
    }

    /// The activations of all directions, from channels (N, R, C): (N, R, K).
    func activations(_ channels: Value) -> Value {
        let values = program.linear(channels, matrix.rows)
        switch matrix.nonlinearity {
        case .none: return values
        case .relu, .jumpReLU: return activated(values, above: thresholds ?? zero(like: values))
        case .topK:
            let lowest = lowest(values)
            let isOff = values.isLess(than: lowest.reshaped(lowest.shape + [1]))
            return isOff.choose(0, activated(values, above: zero(like: values)))
        }
    }

    private var thresholds: Value? { matrix.thresholds.map { program.weight($0, [matrix.count]) } }

    private func zero(like values: Value) -> Value { program.module.constant(0, values.type) }

    /// The lowest of the k highest values of each row, (N, R, K): (N, R); −∞ if there are no more than k.
    private func lowest(_ values: Value) -> Value {
        let rows = Array(values.shape.dropLast())
        guard case .topK(let k) = matrix.nonlinearity, k < matrix.count else {
            return program.module.constant(-.infinity, TensorType(rows))
        }
        return values.sortedFromHighest().sliced(k - 1..<k, along: values.shape.count - 1).reshaped(rows)
    }

    /// The values, but 0 where they are at most the threshold. A value that is no number stays none.
    private func activated(_ values: Value, above threshold: Value) -> Value {
        values.isAtMost(threshold).choose(0, values)
    }
}
