// The nonlinearities: known values, the scalar reference for value and slope, and vectors against single values.

import Reference
import Testing

@testable import ViT

@Suite struct ActivationTests {
    /// torch.nn.functional.gelu in float64.
    @Test(arguments: [
        (-3.0, -0.00404969409489), (-1.0, -0.158655253931), (-0.751791524693564457457904947, -0.169971207490),
        (0.0, 0.0), (0.5, 0.345731230636), (2.0, 1.95449973610),
    ])
    func knownValues(x: Double, y: Double) {
        #expect(abs(Double(Activation.gelu(Float(x)).value) - y) < 1e-6 * max(1, abs(y)))
        #expect(abs(Tape().gelu(Scalar(x)).value - y) < 1e-10)
    }

    @Test func theValueIsTheReferencesAndTheSlopeItsGradient() {
        let x = (0...24_000).map { Float(-6) + 12 * Float($0) / 24_000 }
        let truth = reference(x, dy: x.map { _ in 1 }) { tape, x in x.map(tape.gelu) }
        var worst: Float = 0
        var worstSlope: Float = 0
        for (i, x) in x.enumerated() {
            let (value, slope) = Activation.gelu(x)
            if x != 0 { worst = max(worst, abs(value / truth.y[i] - 1)) }
            // The slope is a sum of terms with both signs: its error is relative to the larger term, at least Φ(x).
            worstSlope = max(worstSlope, abs(slope - truth.dx[i]) / max(abs(truth.dx[i]), x == 0 ? 1 : truth.y[i] / x))
        }
        #expect(worst < 1e-6)
        #expect(worstSlope < 2e-6)
        #expect(abs(Activation.gelu(-0.751_791_5).slope) < 1e-6)
    }

    /// torch in float64: x * torch.sigmoid(1.702 * x), gelu(x, approximate="tanh") and silu(x).
    @Test(arguments: [
        (Activation.quickGELU, -3.0, -0.018071309708), (.quickGELU, -0.7, -0.163106048277),
        (.quickGELU, 2.0, 1.935658623144),
        (.tanhGELU, -3.0, -0.003637392082), (.tanhGELU, -0.7, -0.169429865295), (.tanhGELU, 2.0, 1.954597694088),
        (.silu, -3.0, -0.142277619533), (.silu, -0.7, -0.232268559482), (.silu, 2.0, 1.761594155956),
    ])
    func theOthersKnownValues(activation: Activation, x: Double, y: Double) {
        #expect(abs(Double(activation(Float(x)).value) - y) < 1e-6 * max(1, abs(y)))
        #expect(abs(Tape().activate(Scalar(x), activation).value - y) < 1e-8)
    }

    @Test(arguments: Activation.allCases) func valueAndSlopeAreTheReferences(activation: Activation) {
        let x = (0...4_000).map { Float(-8) + 16 * Float($0) / 4_000 } + [-60, 60]
        let truth = reference(x, dy: x.map { _ in 1 }) { tape, x in x.map { tape.activate($0, activation) } }
        for (i, x) in x.enumerated() {
            let (value, slope) = activation(x)
            #expect(abs(value - truth.y[i]) <= 1e-6 * max(1, abs(x)), "\(x)")
            #expect(abs(slope - truth.dx[i]) <= 3e-6, "\(x)")
        }
    }

    @Test(arguments: Activation.allCases, 0..<3)
    func rowsAreTheSingleValuesWithTheirBias(activation: Activation, seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let rows = 2
        let channels = 7 + seed * 6
        let x = generator.values(rows * channels, scale: 3)
        let bias = generator.values(channels)
        let slope = FloatBuffer(x)
        let y = filled(x.count) {
            biasActivationForward(activation, x: slope.pointer, bias: bias, y: $0, rows: rows, channels: channels)
        }
        let truth = x.indices.map { activation(x[$0] + bias[$0 % channels]) }
        #expect(y == truth.map(\.value))
        #expect(slope.array == truth.map(\.slope))
    }
}
