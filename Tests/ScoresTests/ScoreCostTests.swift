// What scoring a large layer takes: printed, not judged, and only where it is asked for.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Scores
@testable import TestSupport
@testable import ViT

struct ScoreCostTests {
    /// 3,072 neurons × 4 seeds at 224 × 224 pixels, as ViT-B/16's `mlp.1` has; from stored records, with no score cached.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["ATLASGEN_MEASURE"] != nil))
    func aLayerOfThousands() throws {
        let folder = try TemporaryFolder()
        let store = try Store(folder: folder.path) { _ in }
        var generator = SplitMix64(state: 1)
        let pictures = try (0..<64).map { _ in try Self.picture(using: &generator) }
        let recipes = (0..<3_072).flatMap { neuron in
            (0..<4).map { seed in
                Recipe.example(neuron: neuron, seed: seed, address: .block(0, .mlp1)) { $0.tokens = .patches }
            }
        }
        for (index, recipe) in recipes.enumerated() {
            var record = RunRecord.example(recipe)
            record.png = pictures[index % pictures.count]
            record.numbers.embedding = (0..<768).map { _ in generator.uniform() }
            record.numbers.layerActivations = (0..<3_072).map { $0 == recipe.target.number ? 2 : generator.uniform() }
            try store.save(record)
        }
        let embeddings = (0..<256).map { _ in (0..<768).map { _ in generator.uniform() } }
        let channels = (0..<256).map { _ in (0..<3_072).map { _ in generator.uniform() } }
        let looks = (0..<256).map {
            LookDescriptor(width: 224, height: 224).describe(
                ReferencePictures.picture($0, width: 224, height: 224).pixels)
        }
        let reference = ScoreReference(
            look: Normalisation(of: looks, parts: LookDescriptor.parts), meaning: Normalisation(of: embeddings),
            channels: ChannelScale(channels))
        let start = (wall: ProcessInfo.processInfo.systemUptime, usage: Self.usage())
        let scores = try ScoreCache(store: store, judge: nil) { _ in reference }.scores(of: recipes)
        let wall = ProcessInfo.processInfo.systemUptime - start.wall
        let end = Self.usage()
        print(
            "scored \(recipes.count) runs in \(Format.number(wall)) s, "
                + "\(Format.number(end.seconds - start.usage.seconds)) s of processor time, "
                + "at most \(Format.number(end.megabytes)) MB in memory")
        #expect(scores.look.value?.layer.runs == recipes.count)
        #expect(scores.identification.value?.layer.top1 == 1)
    }

    /// Waves of three colours with noise.
    private static func picture(using generator: inout SplitMix64) throws -> [UInt8] {
        let waves = (0..<3).map { _ in (0.4 * generator.normal(), 0.4 * generator.normal()) }
        let pixels = (0..<224 * 224).flatMap { index in
            waves.map { x, y -> UInt8 in
                let wave = sinf(x * Float(index % 224) + y * Float(index / 224))
                return UInt8(128 + 90 * wave + 30 * generator.uniform())
            }
        }
        return Array(try PNG.encode(Picture(width: 224, height: 224, pixels: pixels)))
    }

    /// Processor time and the most memory so far, of the whole process.
    private static func usage() -> (seconds: Double, megabytes: Double) {
        var usage = rusage()
        // RUSAGE_SELF, which is a type of its own on Linux.
        getrusage(0, &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        let seconds = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return (seconds, Double(usage.ru_maxrss) / 1024)
    }
}
