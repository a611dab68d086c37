// The local engine: everything is made once, stored at once, and a stop or a failure loses nothing.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport

/// Makes records without a model, and keeps a log of its batches.
private struct RecordMaker: RunMaker {
    let batches: Guarded<[[Recipe]]>
    /// The neuron at which making fails.
    var failing: Int?

    func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]? {
        batches.change { $0.append(recipes) }
        for step in 1...recipes[0].variant.method.steps {
            if shouldStop() { return nil }
            onStep(step)
        }
        if recipes.contains(where: { $0.target.number == failing }) { throw AtlasError(.io, "it failed") }
        return recipes.map { .example($0) }
    }
}

@Suite struct LocalEngineTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let batches = Guarded<[[Recipe]]>([])

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas") { _ in }
    }

    /// Eight neurons of two groups, three seeds each.
    private let recipes: [Recipe] = (0..<8).flatMap { neuron in
        (0..<UInt64(3)).map { seed in
            Recipe.example(neuron: neuron, seed: seed) { if neuron >= 5 { $0.attention = .detached } }
        }
    }

    private func engine(workers: Int, batch: Int, failing: Int? = nil) -> LocalEngine {
        let batches = batches
        return LocalEngine(workerCount: workers, batchSize: batch, save: store.save) { _ in
            RecordMaker(batches: batches, failing: failing)
        }
    }

    @Test(arguments: [1, 2, 5, 40], [1, 4, 100]) func everyRunIsMadeOnce(workers: Int, batch: Int) async throws {
        let stored = Guarded(0)
        let summary = try await engine(workers: workers, batch: batch).make(recipes) { event in
            if case .stored(let headers, _) = event { stored.change { $0 += headers.count } }
        }
        #expect(summary == EngineSummary(made: 24, wasStopped: false))
        #expect(stored.value == 24)
        #expect(try store.missing(of: recipes).isEmpty)
        #expect(batches.value.flatMap { $0 }.count == 24)
        for made in batches.value {
            #expect(made.count <= batch)
            #expect(Set(made.map(\.batch)).count == 1)
        }
        if workers == 1 { #expect(batches.value.flatMap { $0 } == recipes) }
        for recipe in recipes {
            #expect(try store.record(recipe.key)?.hasSameResult(as: .example(recipe)) == true)
        }
    }

    @Test func nothingToMakeIsNoWork() async throws {
        #expect(try await engine(workers: 2, batch: 2).make([]) == EngineSummary())
        #expect(batches.value.isEmpty)
        #expect(try folder.files().isEmpty)
    }

    @Test(arguments: 0..<8) func aStopKeepsWhatIsDone(after count: Int) async throws {
        let signal = StopSignal()
        let seen = Guarded(0)
        if count == 0 { signal.stop() }
        let summary = try await engine(workers: 2, batch: 2).make(recipes, until: signal) { event in
            guard case .stored(let headers, _) = event else { return }
            seen.change { $0 += headers.count }
            if seen.value >= count { signal.stop() }
        }
        #expect(summary.wasStopped == (summary.made < 24))
        #expect(summary.made >= count)
        let missing = try store.missing(of: recipes)
        #expect(missing.count == 24 - summary.made)
        #expect(try store.verify() == .init(whole: summary.made, damaged: []))
        let rest = try await engine(workers: 2, batch: 2).make(missing)
        #expect(rest.made == missing.count)
        #expect(try store.missing(of: recipes).isEmpty)
    }

    @Test func aFailureIsToldAndLosesNothing() async throws {
        let error = try await #require(throws: AtlasError.self) {
            try await engine(workers: 1, batch: 3, failing: 4).make(recipes)
        }
        #expect(error.description == "it failed")
        #expect(try store.missing(of: recipes).count == 24 - 12)
    }

    @Test func aMakerThatCannotBeMadeIsAFailure() async throws {
        let engine = LocalEngine(workerCount: 3, batchSize: 1, save: store.save) { _ in
            throw AtlasError(.data, "no model")
        }
        let error = try await #require(throws: AtlasError.self) { try await engine.make(recipes) }
        #expect(error.description == "no model")
    }

    @Test func theLastBatchesAreShared() {
        let queue = WorkQueue(Array(recipes.prefix(3)), workerCount: 2, batchSize: 8)
        #expect([queue.next()?.count, queue.next()?.count, queue.next()?.count] == [2, 1, nil])
        let groups = WorkQueue(recipes, workerCount: 1, batchSize: 8)
        #expect([groups.next(), groups.next(), groups.next(), groups.next()].map { $0?.count } == [8, 7, 8, 1])
    }
}
