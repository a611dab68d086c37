// The runs that a configuration asks for, and their order.

import Testing

@testable import Runs
@testable import ViT

@Suite struct PlanConfigurationTests {
    private let layer = AtlasLayer(
        address: .block(5, .mlp3), neurons: Array(0..<6), tokens: [.cls, .patches], sample: [0, 3])
    private func plan(
        methods: [Method] = [.atlas], attention: [Attention] = [.live], controls: [Control] = []
    ) -> Plan {
        Plan([layer], seeds: [0, 7]) { layer in
            Condition.all(
                model: "w", direction: .negative, precision: .float32, tokens: layer.tokens, attention: attention,
                methods: methods,
                controls: controls)
        }
    }

    @Test func allSeedsOfANeuronComeFirst() {
        let plan = plan()
        #expect(plan.recipes.prefix(4).map(\.target.number) == [0, 0, 1, 1])
        #expect(plan.recipes.prefix(4).map(\.seed) == [0, 7, 0, 7])
        #expect(plan.recipes.count == 2 * 6 + 2 * 2)
        #expect(
            plan.recipes.allSatisfy {
                $0.variant.direction == .negative && $0.variant.method == .atlas && $0.numerics == 1
                    && $0.model == ModelVersion(digest: "w")
            })
        #expect(plan.recipes.suffix(4).allSatisfy { $0.variant.tokens == .patches })
        #expect(plan.recipes.suffix(4).map(\.target.number) == [0, 0, 3, 3])
    }

    @Test func furtherEntriesAreMadeForTheSampleOneAtATime() {
        let frozen = Attention.frozen(reference: "digest")
        let plan = plan(methods: [.atlas, .pixel], attention: [.live, frozen], controls: Control.all)
        let rest = plan.recipes.dropFirst(12)
        #expect(
            rest.map(\.variant.method.name)
                == ["pixel", "pixel", "pixel", "pixel"] + Array(repeating: "atlas", count: 16))
        #expect(rest.map { $0.variant.tokens == .patches } == (0..<20).map { (4..<8).contains($0) })
        #expect(rest.map { $0.variant.attention == frozen } == (0..<20).map { (8..<12).contains($0) })
        #expect(
            rest.map(\.model.control)
                == Array(repeating: nil, count: 12) + Array(repeating: .shuffled(seed: 0), count: 4)
                + Array(repeating: .rotated(seed: 0), count: 4))
        #expect(Set(plan.recipes.map(\.key)).count == plan.recipes.count)
    }
}
