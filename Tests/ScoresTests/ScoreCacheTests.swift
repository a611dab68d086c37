// The cache of scores: what its names depend on, what it reads again, and what damage does to it.

import Foundation
import Testing

@testable import Runs
@testable import Scores
@testable import Support
@testable import TestSupport
@testable import ViT

struct ScoreCacheTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let recipes: [Recipe]

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: folder.path) { _ in }
        recipes = (0..<4).flatMap { neuron in
            (0..<2).map { seed in
                Recipe.example(neuron: neuron, seed: seed, address: .head)
            }
        }
        for recipe in recipes { try store.save(.drawn(recipe)) }
    }

    private func names() throws -> [String] { try FileSystem.names(in: "\(folder.path)/scores").sorted() }

    private func scores(_ recipes: [Recipe]) throws -> LayerScores {
        try ScoreCache(store: store, judge: nil) { _ in ScoreReference(of: ScoredRun.striped) }.scores(of: recipes)
    }

    @Test func whatIsStoredIsReadAgain() throws {
        let scores = try scores(recipes)
        let name = try #require(try names().first)
        #expect(try self.scores(recipes) == scores && self.scores(recipes.reversed()) == scores)
        #expect(try names() == [name])
        // Other scores under the same name are what the next reader gets.
        let other = LayerScores.none
        try store.saveSealed(Array(JSONEncoder().encode(other)), as: "scores/\(name)")
        #expect(try self.scores(recipes) == other)
    }

    /// Widths have names of their own beside the scores of the same runs.
    @Test func widthsAreKeptBesideTheScores() throws {
        func widths() throws -> SeedWidths {
            try ScoreCache(store: store, judge: nil) { _ in ScoreReference(of: ScoredRun.striped) }.widths(of: recipes)
        }
        let scores = try scores(recipes)
        #expect(try widths().look == .absent(.tooFewSeeds) && names().count == 2)
        #expect(try self.scores(recipes) == scores && widths().look == .absent(.tooFewSeeds) && names().count == 2)
    }

    @Test func otherRunsAreOtherScores() throws {
        let scores = try scores(recipes)
        let fewer = try self.scores(recipes.filter { $0.target.number < 3 })
        #expect(fewer != scores && fewer.look.value?.layer.runs == 6)
        #expect(try names().count == 2)
        // A run that is not there does not count, and is no reason for another name.
        let missing = recipes[0].condition.recipe(.head, 0, seed: 9)
        #expect(try self.scores(recipes + [missing]) == scores)
        #expect(try names().count == 2)
    }

    @Test func aDamagedRunIsLeftOutOfScoresAndName() throws {
        let path = store.path(of: recipes[0].key)
        var bytes = try #require(try FileSystem.read(path))
        bytes[bytes.count - 9] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        let damaged = try scores(recipes)
        #expect(damaged.look.value?.layer.runs == 7)
        #expect(damaged.scores(of: 0).reasons?.look == NoScore.tooFewRuns.description)
        #expect(try !store.contains(recipes[0].key))
        #expect(try names().count == 1 && scores(recipes) == damaged)
        // Made again, it is scored again.
        try store.save(.drawn(recipes[0]))
        #expect(try scores(recipes).look.value?.layer.runs == 8)
        #expect(try names().count == 2)
    }

    @Test func damagedScoresAreMadeAgain() throws {
        let scores = try scores(recipes)
        let path = "\(folder.path)/scores/\(try #require(try names().first))"
        try Data("sha256 of something else\n{}".utf8).write(to: URL(filePath: path))
        #expect(try self.scores(recipes) == scores)
        // So are those of a program that kept other fields.
        try store.saveSealed(Array("{}".utf8), as: "scores/\(try #require(try names().first))")
        #expect(try self.scores(recipes) == scores)
    }
}
