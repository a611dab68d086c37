// Ten steps of each optimiser on a quadratic against torch.optim.

import Reference
import Testing

@testable import ViT

struct OptimiserTests {
    /// Climbs −Σ w·(p − target)² from (0.5, −1, 2) for ten steps.
    private func climbed(_ overrides: [String: String]) throws -> [Float] {
        let method = try Method.atlas.applying(overrides.merging(["steps": "10"]) { own, _ in own })
        let optimiser = Optimiser(method)
        let p = FloatBuffer([0.5, -1, 2, 0, 0, 0, 0, 0])
        let (m, v, g) = (FloatBuffer(count: 8), FloatBuffer(count: 8), FloatBuffer(count: 8))
        let (target, weight): ([Float], [Float]) = ([1, 2, 3], [1, 10, 0.1])
        for step in 0..<10 {
            for i in 0..<3 { g.pointer[i] = -2 * weight[i] * (p.pointer[i] - target[i]) }
            optimiser.step(step).apply(
                parameters: p.pointer, gradient: g.pointer, firstMoment: m.pointer, secondMoment: v.pointer, count: 8)
        }
        #expect(p.array.dropFirst(3).allSatisfy { $0 == 0 })
        return Array(p.array.prefix(3))
    }

    @Test func adamIsTorchs() throws {
        let p = try climbed(["rate": "0.05", "schedule": "constant"])
        #expect(relativeError(p, [0.9618754, -0.5030799, 2.4877064]) < 1e-6)
    }

    @Test func adamWithCosineIsTorchs() throws {
        let p = try climbed(["rate": "0.1", "beta1": "0.5", "beta2": "0.99", "schedule": "cosine"])
        #expect(relativeError(p, [0.9336641, -0.4628238, 2.5042634]) < 1e-6)
    }

    @Test func nadamIsTorchs() throws {
        let p = try climbed(["optimiser": "nadam", "rate": "0.3", "epsilon": "1e-7", "schedule": "constant"])
        #expect(relativeError(p, [1.0142474, 1.0299079, 3.0858581]) < 1e-6)
    }
}
