// Total variation against Ghiasi et al.'s module in torch, and its gradient against finite differences.

import Foundation
import Reference
import Testing

@testable import ViT

struct TotalVariationTests {
    /// sin(1 + 0.7·channel + 1.3·row + 2.1·column), (3, 4, 5).
    private let picture: [Float] = (0..<60).map { (i: Int) -> Float in
        let (channel, row, column) = (Double(i / 20), Double(i % 20 / 5), Double(i % 5))
        return Float(sin(1 + 0.7 * channel + 1.3 * row + 2.1 * column))
    }
    private let size = PictureSize(height: 4, width: 5)

    @Test func valueAndGradientAreTorchs() {
        #expect(abs(TotalVariation.value(picture, size: size) - 15.100737) < 1e-5)
        let gradient = filled(60) { TotalVariation.subtractGradient(picture, weight: -1, dx: $0, size: size) }
        let expected: [Float] = [
            0.186204, -0.025564, -0.38934, 0.418677, -0.080152, 0.436041, -0.690412, 0.156075,
        ]
        #expect(relativeError(Array(gradient.prefix(8)), expected) < 2e-6)
    }

    @Test(arguments: 0..<6)
    func gradientIsThatOfFiniteDifferences(seed: Int) {
        var samples = SampleGenerator(seed: seed)
        let size = PictureSize(height: 6, width: 9 + seed)
        let x = samples.values(3 * size.count)
        let gradient = filled(x.count) { TotalVariation.subtractGradient(x, weight: -2, dx: $0, size: size) }
        let expected = numericalGradient(x) { 2 * Double(TotalVariation.value($0, size: size)) }
        #expect(relativeError(gradient, expected) < 2e-3)
    }

    @Test func aFlatPictureHasNoGradient() {
        let flat = [Float](repeating: 0.3, count: 60)
        let gradient = filled(60) { TotalVariation.subtractGradient(flat, weight: 1, dx: $0, size: size) }
        #expect(gradient.allSatisfy { $0 == 0 })
    }
}
