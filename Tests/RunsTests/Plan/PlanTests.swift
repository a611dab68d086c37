// The order of a plan and its shares.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct PlanTests {
    /// Neurons 0..<count with seeds 0..<3, then a figure's recipes.
    private func plan(neurons: Int) -> Plan {
        var plan = Plan((0..<neurons).flatMap { neuron in (0..<3).map { .example(neuron: neuron, seed: $0) } })
        plan.append([.example(neuron: 0, seed: 1), .example(neuron: 0) { $0.method = .pixel }])
        return plan
    }

    @Test func recipesAreUniqueAndKeepTheirOrder() {
        let recipes = plan(neurons: 4).recipes
        #expect(recipes.count == 13)
        #expect(recipes.prefix(5).map(\.target.number) == [0, 0, 0, 1, 1])
        #expect(recipes.last?.variant.method == .pixel)
    }

    @Test func unitsAreNeurons() {
        let units = plan(neurons: 4).units
        #expect(units.map(\.count) == [3, 3, 3, 3, 1])
        #expect(Array(units.joined()) == plan(neurons: 4).recipes)
        #expect(Plan().units.isEmpty)
    }

    @Test(arguments: 1...9) func sharesCoverThePlanOnce(count: Int) throws {
        let plan = plan(neurons: 5)
        var made: [Recipe] = []
        for index in 0..<count { made += plan.recipes(of: try Shard(index: index, count: count)) }
        #expect(made.count == plan.recipes.count)
        #expect(Set(made) == Set(plan.recipes))
    }

    @Test func batchesMixTargetsDirectionsAndSeeds() {
        let recipe = Recipe.example(neuron: 3, seed: 9) { $0.direction = .negative }
        #expect(recipe.batch == Recipe.example().batch)
        for other: Recipe in [
            .example { $0.method.steps = 3 }, .example { $0.tokens = .slice }, .example { $0.attention = .detached },
            .example(model: .init(digest: "00")), .example(address: .head),
        ] {
            #expect(other.batch != recipe.batch)
        }
    }

    @Test(arguments: ["4/4", "-1/4", "0/0", "1", "1/2/3", "a/b", "", "0/-1"]) func badShardsAreRefused(text: String) {
        let error = #expect(throws: AtlasError.self) { try Shard(text) }
        #expect(error?.code == .usage)
        #expect(error?.description.contains("such as 0/4") == true)
    }

    @Test func shardsAreRead() throws {
        #expect(try Shard("3/4") == Shard(index: 3, count: 4))
        #expect(try Shard("3/4").description == "3/4")
    }
}
