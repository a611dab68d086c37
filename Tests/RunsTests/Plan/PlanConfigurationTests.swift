// The runs that a configuration asks for, and their order.

import Testing

@testable import Runs

@Suite struct PlanConfigurationTests {
    private let layer = AtlasLayer(
        address: .block(5, .mlp3), neurons: Array(0..<6), tokens: [.cls, .patches], sample: [0, 3])
    private var setting: Plan.Setting {
        Plan.Setting(
            weights: "w", methods: [PlannedMethod(name: "atlas", parameters: ["rate": "0.1"], steps: 64)],
            attention: [PlannedAttention(kind: .live, reference: nil)], seeds: [0, 7], direction: .negative,
            control: false)
    }

    @Test func allSeedsOfANeuronComeFirst() {
        let plan = Plan([layer], setting)
        #expect(plan.recipes.prefix(4).map(\.neuron) == [0, 0, 1, 1])
        #expect(plan.recipes.prefix(4).map(\.seed) == [0, 7, 0, 7])
        #expect(plan.recipes.count == 2 * 6 + 2 * 2)
        #expect(plan.recipes.allSatisfy { $0.direction == .negative && $0.steps == 64 && $0.numerics == 1 })
        #expect(plan.recipes.suffix(4).allSatisfy { $0.tokens == .patches })
        #expect(plan.recipes.suffix(4).map(\.neuron) == [0, 0, 3, 3])
    }

    @Test func furtherEntriesAreMadeForTheSampleOneAtATime() {
        var setting = setting
        setting.methods.append(PlannedMethod(name: "pixel", parameters: [:], steps: 512))
        setting.attention.append(PlannedAttention(kind: .frozen, reference: "digest"))
        setting.control = true
        let plan = Plan([layer], setting)
        let rest = plan.recipes.dropFirst(12)
        #expect(rest.map(\.method) == ["pixel", "pixel", "pixel", "pixel"] + Array(repeating: "atlas", count: 12))
        #expect(rest.map { $0.tokens == .patches } == (0..<16).map { (4..<8).contains($0) })
        #expect(rest.map { $0.reference == "digest" } == (0..<16).map { (8..<12).contains($0) })
        #expect(rest.map { $0.shuffle == 0 } == (0..<16).map { $0 >= 12 })
        #expect(Set(plan.recipes.map(\.key)).count == plan.recipes.count)
    }
}
