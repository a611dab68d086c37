// Linear layers and patches: naive loops, adjoints and a hand-worked image.

import Testing

@testable import ViT

@Suite struct LinearTests {
    @Test(arguments: 0..<10) func forwardAndBackwardMatchNaiveLoops(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let (rows, inputs, outputs) = (1 + seed, 3 + seed * 2, 5 + seed)
        let x = generator.values(rows * inputs)
        let weight = generator.values(outputs * inputs)
        let bias = generator.values(outputs)
        let dy = generator.values(rows * outputs)
        var y = [Float](repeating: 0, count: rows * outputs)
        var dx = [Float](repeating: 0, count: rows * inputs)
        for row in 0..<rows {
            for output in 0..<outputs {
                for input in 0..<inputs {
                    y[row * outputs + output] += x[row * inputs + input] * weight[output * inputs + input]
                    dx[row * inputs + input] += dy[row * outputs + output] * weight[output * inputs + input]
                }
                y[row * outputs + output] += bias[output]
            }
        }
        let computed = filled(y.count) {
            linearForward(
                x: x, xStride: inputs, weight: weight, y: $0, yStride: outputs, images: 1, rows: rows, inputs: inputs,
                outputs: outputs)
            biasForward(x: $0, xStride: outputs, bias: bias, y: $0, yStride: outputs, rows: rows, channels: outputs)
        }
        let gradient = filled(dx.count) {
            linearBackward(
                dy: dy, dyStride: outputs, weight: weight, dx: $0, images: 1, rows: rows, inputs: inputs,
                outputs: outputs)
        }
        #expect(relativeError(computed, y) < 1e-5)
        #expect(relativeError(gradient, dx) < 1e-5)
    }

    @Test func patchesAreCutRowByRowChannelFirst() {
        // A 2 × 4 image of two 2 × 2 patches; value = 100·channel + 10·row + column.
        let shape = PatchShape(rows: 1, columns: 2, size: 2)
        let image: [Float] = [0, 100, 200].flatMap { channel in
            [0, 1, 2, 3, 10, 11, 12, 13].map { channel + $0 }
        }
        let patches = filled(2 * shape.values) {
            patchesForward(
                image: image, mean: [0, 100, 0], inverseDeviation: [1, 1, 0.5], patches: $0, shape: shape)
        }
        #expect(
            patches == [
                0, 1, 10, 11, 0, 1, 10, 11, 100, 100.5, 105, 105.5, 2, 3, 12, 13, 2, 3, 12, 13, 101, 101.5, 106, 106.5,
            ])
    }

    @Test(arguments: 0..<5) func patchesBackwardIsTheAdjoint(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let shape = PatchShape(rows: 1 + seed, columns: 2, size: 3 + seed)
        let count = 3 * shape.height * shape.width
        let x = generator.values(count)
        let y = generator.values(count)
        let inverse: [Float] = [2, 3, 0.5]
        let ax = filled(count) {
            patchesForward(image: x, mean: [0, 0, 0], inverseDeviation: inverse, patches: $0, shape: shape)
        }
        let aty = filled(count) {
            patchesBackward(dPatches: y, inverseDeviation: inverse, dImage: $0, shape: shape)
        }
        #expect(abs(weighted(ax, y) - weighted(x, aty)) < 1e-3)
    }
}
