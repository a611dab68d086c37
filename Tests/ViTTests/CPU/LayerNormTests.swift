// LayerNorm: a row worked by hand, and the scalar reference forward and backward.

import Reference
import Testing

@testable import ViT

@Suite struct LayerNormTests {
    private func forward(
        _ x: [Float], gamma: [Float], beta: [Float], rows: Int, channels: Int
    ) -> (y: [Float], mean: [Float], inverse: [Float]) {
        let mean = FloatBuffer(count: rows)
        let inverse = FloatBuffer(count: rows)
        let y = filled(rows * channels) { y in
            layerNormForward(
                x: x, gamma: gamma, beta: beta, epsilon: 1e-6, y: y, mean: mean.pointer,
                inverseDeviation: inverse.pointer, rows: rows, channels: channels)
        }
        return (y, mean.array, inverse.array)
    }

    @Test func aHandWorkedRow() {
        // Mean 3, biased variance 5: deviations −3, −1, 1, 3 over √5.
        let (y, mean, _) = forward([0, 2, 4, 6], gamma: [1, 1, 2, 1], beta: [0, 0, 1, 0], rows: 1, channels: 4)
        let unit = 1 / Float(5).squareRoot()
        #expect(mean == [3])
        #expect(relativeError(y, [-3 * unit, -unit, 2 * unit + 1, 3 * unit]) < 1e-6)
    }

    @Test(arguments: 0..<10) func forwardAndBackwardAreTheReferences(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let rows = 3
        let channels = [5, 8, 12, 17, 48][seed % 5]
        let x = generator.values(rows * channels)
        let gamma = generator.values(channels)
        let beta = generator.values(channels)
        let dy = generator.values(rows * channels)
        let start = generator.values(rows * channels)
        let truth = reference(x, dy: dy) { tape, x in
            x.rows(of: channels).flatMap { tape.layerNorm($0, gamma: gamma, beta: beta, epsilon: 1e-6) }
        }
        let (y, mean, inverse) = forward(x, gamma: gamma, beta: beta, rows: rows, channels: channels)
        #expect(relativeError(y, truth.y) < 1e-5)
        let dx = filled(rows * channels) { dx in
            dx.update(from: start, count: start.count)
            layerNormBackward(
                dy: dy, x: x, gamma: gamma, mean: mean, inverseDeviation: inverse, dx: dx, rows: rows,
                channels: channels)
        }
        #expect(relativeError(zip(dx, start).map { $0 - $1 }, truth.dx) < 1e-5)
    }
}
