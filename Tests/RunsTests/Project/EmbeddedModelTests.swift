// The embedded model as users meet it: found beside the program, shown pictures, and compared with PyTorch.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import ViT

@Suite struct EmbeddedModelTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
    private static let fixtures = root.appending(path: "Tests/ViTTests/Fixtures")

    @Test(arguments: ["disc", "gradient", "noise", "rings", "stripes"])
    func aPicturesLogitsArePyTorchs(_ name: String) throws {
        let loaded = try LoadedModel(path: Self.root.appending(path: "models/vit-tiny64.safetensors").path)
        let reference = try Safetensors(path: Self.fixtures.appending(path: "pictures.reference.safetensors").path)
        let expected = try #require(reference.tensors[name]).values().array
        let picture = try PictureFile.read(Self.fixtures.appending(path: "pictures/\(name).png").path)
        let reader = try CPUDevice().makeReader(model: loaded.model, address: .head, tokens: .cls, capacity: 1)
        let logits = try reader.activations(of: [picture.planes])[0]
        let worst = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
        let largest = expected.map(abs).max() ?? 0
        #expect(logits.count == 50 && worst <= 1e-4 * largest)
    }

    @Test func itsDigestFollowsTheWeightsAndTheSettings() throws {
        let path = Self.root.appending(path: "models/vit-tiny64.safetensors").path
        let plain = try LoadedModel(path: path)
        let other = try LoadedModel(path: path, overrides: CheckpointOverrides(mean: [0.5, 0.5, 0.5]))
        #expect(plain.weightsDigest == "8515eea4290aae7968673dace4e99c7cc74ef640e7f2ab6891caef1a4e4253fa")
        #expect(other.weightsDigest == plain.weightsDigest && other.digest != plain.digest)
        #expect(plain.label(.head, 0) == "goldfish" && plain.label(.block(0, .mlp3), 0) == nil)
        #expect(plain.unstatedChoice == nil && !plain.checkpoint.assumptions.contains(where: \.leavesOut))
    }

    /// Two models of one file are two versions: their runs have different keys.
    @Test func itsDigestFollowsTheChosenModelOfAFile() throws {
        let path = Self.fixtures.appending(path: "training-2.pth").path
        func load(_ key: String?) throws -> LoadedModel {
            try LoadedModel(path: path, overrides: CheckpointOverrides(headCount: 1, stateDict: key))
        }
        let (chosen, average, model) = (try load(nil), try load("model_ema"), try load("model"))
        #expect(chosen.digest == average.digest && average.digest != model.digest)
        #expect(chosen.weightsDigest == model.weightsDigest)
        #expect(chosen.unstatedChoice?.contains("'model_ema.module'") == true && average.unstatedChoice == nil)
        #expect(chosen.assumed.count == 2)
    }
}
