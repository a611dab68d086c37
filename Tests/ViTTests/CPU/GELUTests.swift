// GELU: published values, its slope by finite differences, lanes against the single value.

import Foundation
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
    }

    @Test func theSlopeIsTheGradientAndVanishesWhereGELUIsLeast() {
        for i in -40...40 {
            let x = Double(i) / 8
            func exact(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }
            let truth = (exact(x + 1e-5) - exact(x - 1e-5)) / 2e-5
            #expect(abs(Double(gelu(Float(x)).slope) - truth) < 1e-6)
        }
        #expect(abs(gelu(-0.751_791_5).slope) < 1e-6)
    }

    @Test func theNormalDistributionInItAgreesWithLibm() {
        var worst = 0.0
        var worstSlope = 0.0
        for i in 0...24_000 {
            let x = Float(-6) + 12 * Float(i) / 24_000
            let z = Double(x)
            let cumulative = 0.5 * erfc(-z / 2.0.squareRoot())
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let (value, slope) = gelu(x)
            if x != 0 { worst = max(worst, abs(Double(value) / (z * cumulative) - 1)) }
            // The slope is a sum of terms of either sign: its error is relative to the larger term.
            worstSlope = max(
                worstSlope, abs(Double(slope) - (cumulative + z * density)) / max(cumulative, abs(z) * density))
        }
        #expect(worst < 1e-6)
        #expect(worstSlope < 1e-6)
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
