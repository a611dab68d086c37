// Linear layers and patches: the scalar reference, and an image worked by hand.

import Reference
import Testing

@testable import ViT

@Suite struct LinearTests {
    @Test(arguments: 0..<10) func forwardAndBackwardAreTheReferences(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let (rows, inputs, outputs) = (1 + seed, 3 + seed * 2, 5 + seed)
        let x = generator.values(rows * inputs)
        let weight = generator.values(outputs * inputs)
        let bias = generator.values(outputs)
        let dy = generator.values(rows * outputs)
        let truth = reference(x, dy: dy) { tape, x in
            x.rows(of: inputs).flatMap { tape.linear($0, weight: weight, bias: bias) }
        }
        let y = filled(rows * outputs) {
            linearForward(
                x: x, xStride: inputs, weight: weight, y: $0, yStride: outputs, images: 1, rows: rows, inputs: inputs,
                outputs: outputs)
            biasForward(x: $0, xStride: outputs, bias: bias, y: $0, yStride: outputs, rows: rows, channels: outputs)
        }
        let dx = filled(rows * inputs) {
            linearBackward(
                dy: dy, dyStride: outputs, weight: weight, dx: $0, images: 1, rows: rows, inputs: inputs,
                outputs: outputs)
        }
        #expect(relativeError(y, truth.y) < 1e-5)
        #expect(relativeError(dx, truth.dx) < 1e-5)
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

    @Test(arguments: 0..<5) func patchesForwardAndBackwardAreTheReferences(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let shape = PatchShape(rows: 1 + seed, columns: 2, size: 3 + seed)
        let count = 3 * shape.height * shape.width
        let x = generator.values(count)
        let dy = generator.values(count)
        let (mean, deviation): ([Float], [Float]) = ([0.5, 0.25, -1], [0.5, 0.25, 2])
        let inverse = deviation.map { 1 / $0 }
        let truth = reference(x, dy: dy) { tape, x in
            tape.patches(
                x, mean: mean, deviation: deviation, rows: shape.rows, columns: shape.columns, size: shape.size
            ).flatMap { $0 }
        }
        let y = filled(count) {
            patchesForward(image: x, mean: mean, inverseDeviation: inverse, patches: $0, shape: shape)
        }
        let dx = filled(count) {
            patchesBackward(dPatches: dy, inverseDeviation: inverse, dImage: $0, shape: shape)
        }
        #expect(relativeError(y, truth.y) < 1e-6)
        #expect(relativeError(dx, truth.dx) < 1e-6)
    }
}
