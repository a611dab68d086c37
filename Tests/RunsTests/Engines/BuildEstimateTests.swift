// The plan that --dry-run prints: counts and core-hours from records and from measured steps.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct BuildEstimateTests {
    private let folder: TemporaryFolder
    private let store: Store
    /// Twelve runs of block 5, then four of block 2.
    private let plan = Plan(
        (0..<6).flatMap { neuron in (0..<2).map { .example(neuron: neuron, seed: $0) } }
            + (0..<4).map { .example(neuron: $0, address: .block(2, .mlp3)) })

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas") { _ in }
    }

    @Test func secondsComeFromRecordsAndElseFromMeasuring() throws {
        for (recipe, seconds) in zip(plan.recipes, [1.0, 2.0, 6.0]) {
            try store.save(.example(recipe, seconds: seconds))
        }
        var asked: [[Recipe]] = []
        let estimate = try BuildEstimate(plan, store: store, workers: 2) { recipes in
            asked.append(recipes)
            return 10
        }
        #expect(asked == [Array(plan.recipes[12...])])
        #expect(estimate.wanted == 16 && estimate.present == 3 && estimate.missing == 13)
        // Nine runs of 3 s, the records' mean, and four of 10 s.
        #expect(abs(estimate.coreHours * 3600 - 67) < 1e-9)
        #expect(
            estimate.groups.map(\.layer) == [
                "encoder.layers.encoder_layer_5.mlp.3", "encoder.layers.encoder_layer_2.mlp.3",
            ])
        #expect(estimate.groups.map(\.missing) == [9, 4])
        #expect(estimate.groups.map(\.secondsPerRun) == [3, 10])
        #expect(estimate.groups.map(\.basis) == [.records, .measured])
        #expect(
            estimate.text(workers: 2).hasSuffix(
                """
                encoder.layers.encoder_layer_2.mlp.3, atlas, 64 steps: 4 of 4 runs, 10.0 s each (measured in a few steps).
                About 0.0186 core-hours: 34 s with 2 workers.
                """))
    }

    @Test func aMeasuredBatchIsOfOneKind() throws {
        let other = Recipe.example(neuron: 3) { $0.tokens = .patches }
        let mixed = Plan([Recipe.example(neuron: 1), other, Recipe.example(neuron: 2)])
        var asked: [[Recipe]] = []
        let estimate = try BuildEstimate(mixed, store: store, workers: 2) { recipes in
            asked.append(recipes)
            return 1
        }
        #expect(asked == [[.example(neuron: 1), .example(neuron: 2)]])
        #expect(estimate.groups.map(\.missing) == [3])
    }

    @Test func aFullStoreCostsNothing() throws {
        for recipe in plan.recipes { try store.save(.example(recipe)) }
        let estimate = try BuildEstimate(plan, store: store, workers: 2) { _ in
            throw AtlasError(.io, "nothing to measure")
        }
        #expect(estimate.missing == 0 && estimate.coreHours == 0)
        #expect(estimate.text(workers: 1) == "16 runs wanted, 16 present, 0 missing.")
    }
}
