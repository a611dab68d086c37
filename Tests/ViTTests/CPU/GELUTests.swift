// GELU: known values, the scalar reference for value and slope, and vectors against single values.

import Reference
import Testing

@testable import ViT

@Suite struct GELUTests {
    /// torch.nn.functional.gelu in float64.
    @Test(arguments: [
        (-3.0, -0.00404969409489), (-1.0, -0.158655253931), (-0.751791524693564457457904947, -0.169971207490),
        (0.0, 0.0), (0.5, 0.345731230636), (2.0, 1.95449973610),
    ])
    func knownValues(x: Double, y: Double) {
        #expect(abs(Double(gelu(Float(x)).value) - y) < 1e-6 * max(1, abs(y)))
        #expect(abs(Tape().gelu(Scalar(x)).value - y) < 1e-10)
    }

    @Test func theValueIsTheReferencesAndTheSlopeItsGradient() {
        let x = (0...24_000).map { Float(-6) + 12 * Float($0) / 24_000 }
        let truth = reference(x, dy: x.map { _ in 1 }) { tape, x in x.map(tape.gelu) }
        var worst: Float = 0
        var worstSlope: Float = 0
        for (i, x) in x.enumerated() {
            let (value, slope) = gelu(x)
            if x != 0 { worst = max(worst, abs(value / truth.y[i] - 1)) }
            // The slope is a sum of terms with both signs: its error is relative to the larger term, at least Φ(x).
            worstSlope = max(worstSlope, abs(slope - truth.dx[i]) / max(abs(truth.dx[i]), x == 0 ? 1 : truth.y[i] / x))
        }
        #expect(worst < 1e-6)
        #expect(worstSlope < 2e-6)
        #expect(abs(gelu(-0.751_791_5).slope) < 1e-6)
    }

    @Test(arguments: 0..<5) func rowsAreTheSingleValuesWithTheirBias(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let rows = 2
        let channels = 7 + seed * 3
        let x = generator.values(rows * channels, scale: 3)
        let bias = generator.values(channels)
        let slope = FloatBuffer(x)
        let y = filled(x.count) {
            biasGELUForward(x: slope.pointer, bias: bias, y: $0, rows: rows, channels: channels)
        }
        let truth = x.indices.map { gelu(x[$0] + bias[$0 % channels]) }
        #expect(y == truth.map(\.value))
        #expect(slope.array == truth.map(\.slope))
    }
}
