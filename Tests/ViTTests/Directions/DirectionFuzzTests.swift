// Mutations of good files of directions: every one ends in a typed error or in a matrix of finite numbers.

import Foundation
import Reference
import Testing

@testable import ViT

struct DirectionFuzzTests {
    /// Each file to mutate, and the folder's other files that it needs.
    static let files: [(name: String, companions: [String])] = [
        ("sklearn/coef.npy", []), ("sklearn/fortran-1.npy", []), ("sklearn/half-2.npy", []),
        ("sklearn/transposed-3.npy", []), ("saev-5-topk.pt", []), ("prisma.pt", []), ("overcomplete-jump.pt", []),
        ("saelens-batchtopk/cfg.json", ["sae_weights.safetensors"]),
        ("saelens-jumprelu/sae_weights.safetensors", ["cfg.json"]), ("prisma-hub/config.json", ["weights.pt"]),
    ]

    @Test(arguments: files.indices) func everyMutationEndsInAnErrorOrDirections(_ index: Int) throws {
        let (name, companions) = Self.files[index]
        let folder = try TemporaryFolder()
        let original = URL(filePath: Fixture.path("directions/\(name)"))
        for companion in companions {
            let source = original.deletingLastPathComponent().appending(path: companion)
            try FileManager.default.copyItem(at: source, to: folder.url.appending(path: companion))
        }
        let bytes = try [UInt8](Data(contentsOf: original))
        let places = Mutation.interestingPlaces(in: bytes)
        var matrices = 0
        for seed in 0...CheckpointFuzzTests.count / (2 * Self.files.count) {
            var generator = SampleGenerator(seed: seed << 8 | index)
            let file = try folder.write(
                original.lastPathComponent, Mutation.apply(to: bytes, near: places, using: &generator))
            let path = companions.isEmpty ? file : folder.url.path(percentEncoded: false)
            do {
                let matrix = try DirectionFile.load(DirectionRequest(path: path), width: 8, layer: "encoder.ln").matrix
                matrices += 1
                let values = matrix.rows.weight.array + matrix.rows.bias.array + (matrix.thresholds?.array ?? [])
                #expect(values.allSatisfy { $0.isFinite }, "seed \(seed)")
                #expect(matrix.activations(of: [Float](repeating: 1, count: 8)).count == matrix.count, "seed \(seed)")
            } catch let error as ViTError {
                #expect(!error.description.isEmpty)
            } catch {
                Issue.record("seed \(seed): an error that is no ViTError: \(error)")
            }
        }
        // A mutation of a weight leaves directions. If there were none, mutations would be too coarse.
        #expect(matrices > 0)
    }
}
