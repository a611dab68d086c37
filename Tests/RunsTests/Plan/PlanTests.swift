// The order of a plan and its shares.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport

@Suite struct PlanTests {
    /// Neurons 0..<count with seeds 0..<3, then a figure's recipes.
    private func plan(neurons: Int) -> Plan {
        var plan = Plan((0..<neurons).flatMap { neuron in (0..<3).map { .example(neuron: neuron, seed: $0) } })
        var extra = Recipe.example(neuron: 0)
        extra.method = "pixel"
        plan.append([.example(neuron: 0, seed: 1), extra])
        return plan
    }

    @Test func recipesAreUniqueAndKeepTheirOrder() {
        let recipes = plan(neurons: 4).recipes
        #expect(recipes.count == 13)
        #expect(recipes.prefix(5).map(\.neuron) == [0, 0, 0, 1, 1])
        #expect(recipes.last?.method == "pixel")
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

    @Test func groupsIgnoreWhatABatchMayMix() {
        var recipe = Recipe.example()
        recipe.neuron = 3
        recipe.seed = 9
        recipe.direction = .negative
        #expect(recipe.group == Recipe.example().group)
        recipe.steps = 3
        #expect(recipe.group != Recipe.example().group)
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
