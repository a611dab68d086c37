// exp and sums against libm and their definitions.

import Foundation
import Reference
import Testing

@testable import ViT

@Suite struct VectorMathTests {
    @Test func exponentialAgreesWithLibm() {
        var worst = 0.0
        for i in 0...20_000 {
            let x = Float(-87) + 175 * Float(i) / 20_000
            let y = Double(exponential(Lanes(repeating: x))[i % 8])
            worst = max(worst, abs(y / exp(Double(x)) - 1))
        }
        #expect(worst < 2e-7)
    }

    @Test func exponentialEndsInZeroAndStaysFinite() {
        let y = exponential(Lanes(-.infinity, -1e30, -88, 0, 88, 1000, -87, 1))
        #expect(y[0] == 0 && y[1] == 0 && y[2] == 0 && y[3] == 1)
        #expect(y[4].isFinite && y[5].isFinite)
    }

    @Test(arguments: 0..<20) func dotProductAndSumMatchTheirDefinition(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let count = 1 + seed * 7
        let a = generator.values(count)
        let b = generator.values(count)
        #expect(abs(Double(dotProduct(a, b, count: count)) - weighted(a, b)) < 1e-5)
        #expect(abs(Double(sum(a, count: count)) - a.reduce(0) { $0 + Double($1) }) < 1e-5)
    }
}
