// A device that disappears in the middle of a build: one error, nothing lost, and the next build goes on.

import FaultyPlugin
import Reference
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct DeviceFaultTests {
    private let folder: TemporaryFolder
    private let model = RandomModel.make(seed: 1, side: 16)
    private let plugin: FaultyPlugin

    init() throws {
        folder = try TemporaryFolder()
        plugin = try FaultyPlugin()
    }

    /// Twelve neurons with two seeds.
    private func recipes() throws -> [Recipe] {
        let configuration = try AtlasConfiguration.parsed(
            """
            layers: [encoder_layer_1.mlp.3]
            neurons: 0-11
            seeds: 2
            steps: 4
            """)
        let methods = try configuration.resolvedMethods().map(\.method)
        return Plan(try configuration.layers(of: model.configuration), seeds: configuration.seeds) { layer in
            Condition.all(
                model: "none", direction: .positive, precision: .float32, tokens: layer.tokens, attention: [.live],
                methods: methods, controls: [])
        }.recipes
    }

    /// Makes runs on the plugin's device, four at a time.
    private func make(_ recipes: [Recipe], in store: Store) async throws -> EngineSummary {
        let model = model
        let device = try DeviceChoice.plugin(plugin.path).open(store: store)
        let source = VisualiserMaker.Source(model: { _ in model }, reference: { $1.configuration.meanPicture })
        return try await LocalEngine(workerCount: 1, batchSize: 4, save: store.save) { _ in
            VisualiserMaker(source, device: device, capacity: 4)
        }.make(recipes)
    }

    @Test func whatWasMadeStaysAndTheRestIsMadeLater() async throws {
        let recipes = try recipes()
        #expect(recipes.count == 24)
        plugin.fail("*", calls: 1_000_000...1_000_000)
        _ = try await make(recipes, in: try Store(folder: "\(folder.path)/whole") { _ in })
        let calls = plugin.calls
        for part in 1...3 {
            let store = try Store(folder: "\(folder.path)/\(part)") { _ in }
            plugin.fail("*", calls: calls * part / 4...1_000_000, "the device is gone")
            let error = try await #require(throws: AtlasError.self) { try await make(recipes, in: store) }
            #expect(error.description.contains("the device is gone"))
            #expect(error.description.contains("Finished runs are kept"))
            let missing = try store.missing(of: recipes)
            #expect((1...24).contains(missing.count))
            #expect(part == 1 || missing.count < 24)
            #expect(try store.verify() == .init(whole: 24 - missing.count, damaged: []))
            plugin.recover()
            #expect(try await make(missing, in: store).made == missing.count)
            #expect(try store.missing(of: recipes).isEmpty)
        }
        #expect(plugin.live == 0)
    }
}
