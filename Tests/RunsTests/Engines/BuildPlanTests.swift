// The plan in one line.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct BuildPlanTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let recipes = (0..<10).map { Recipe.example(neuron: $0) }

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas") { _ in }
    }

    private struct NoMaker: RunMaker {
        func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]? { nil }
    }

    private var engine: LocalEngine {
        LocalEngine(workerCount: 2, batchSize: 1, save: store.save) { _ in NoMaker() }
    }

    private func plan(cost: (Recipe) -> Double = { _ in 1 }) throws -> BuildPlan {
        try BuildPlan(
            recipes, missing: store.missing(of: recipes), store: store, engine: engine, cost: cost)
    }

    @Test func anEmptyStoreTellsNoTime() throws {
        let plan = try plan()
        #expect(plan.seconds == nil)
        #expect(plan.text == "10 runs to make, 2 workers on this machine")
    }

    @Test func storedRunsTellTheTimeOfOthersByTheirWork() throws {
        try store.save(.example(recipes[0], seconds: 100))
        try store.save(.example(recipes[1], seconds: 300))
        let expensive = Set(recipes.suffix(4))
        // Eight runs, of which four have the double work, of 200 s each, by two workers.
        let plan = try plan { expensive.contains($0) ? 2 : 1 }
        #expect(abs((plan.seconds ?? 0) - 12 * 200 / 2) < 1e-6)
        #expect(plan.text == "8 runs to make (2 are stored), 2 workers on this machine; about 20 min")
    }
}
