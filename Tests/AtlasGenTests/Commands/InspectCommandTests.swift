// `atlasgen inspect`, by running it.

import Foundation
import Testing

@testable import AtlasGen
@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct InspectCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Inspection: Decodable {
        struct Entry: Decodable {
            let address: String
            let width: Int
            let tokens: Int
        }
        struct Timing: Decodable {
            let address: String
            let steps: Int
            let neurons: Int
            let secondsPerRun: Double
            let workers: Int
            let secondsPerLayer: Double
        }
        let path: String
        let format: String
        let naming: String
        let precision: [String]
        let parameters: Int
        let sha256: String
        let configuration: ViTConfiguration
        let assumptions: [Assumption]
        let ignoredTensors: [String]
        let addresses: [Entry]
        let timing: Timing
    }

    @Test func theEmbeddedModelAsJSON() throws {
        let run = try CommandRun("inspect", "--json", in: folder)
        #expect(run.code == 0 && run.errors.isEmpty)
        let inspection = try run.decoded(Inspection.self)
        // The numbers of the model card.
        #expect(inspection.parameters == 1_229_490)
        #expect(inspection.format == "safetensors" && inspection.naming == "torchvision")
        #expect(inspection.precision == ["F16"])
        #expect(inspection.configuration == .tiny64)
        #expect(
            inspection.assumptions.contains { $0.name == "heads" && $0.value == "4" && $0.source.contains("metadata") })
        #expect(inspection.addresses.count == 6 * 7 + 2)
        #expect(inspection.addresses.first { $0.address == "encoder.layers.encoder_layer_2.mlp.1" }?.width == 512)
        #expect(inspection.addresses.last?.address == "heads.head" && inspection.addresses.last?.tokens == 1)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Installation.embeddedModel()))
        #expect(inspection.sha256 == Digest.hexadecimal(bytes))
        let timing = inspection.timing
        #expect(timing.address == "encoder.layers.encoder_layer_5.mlp.3" && timing.steps == 64)
        #expect(timing.neurons == 128 && timing.secondsPerRun > 0)
        let layer = timing.secondsPerRun * 128 / Double(timing.workers)
        #expect(abs(timing.secondsPerLayer - layer) < 1e-9 * layer)
    }

    @Test func aFolderOfShardsForPeople() throws {
        let run = try CommandRun(
            "inspect", CommandRun.fixture("hf-deit"), "--layer", "heads.head", "--mean", "0.5,0.5,0.25", in: folder)
        #expect(run.code == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines[1].contains("safetensors in 3 shards with Hugging Face's names"))
        #expect(lines[2].hasPrefix("SHA-256 ") && lines[2].hasSuffix("(of the SHA-256s of 3 files)"))
        #expect(run.output.contains("mean 0.5, 0.5, 0.25, standard deviation"))
        #expect(lines.contains { $0.hasPrefix("mean ") && $0.hasSuffix(" given") })
        #expect(lines.contains { $0.hasPrefix("heads ") && $0.contains("config.json") })
        #expect(
            lines.contains { $0.hasPrefix("A run of the method atlas (64 steps, tokens cls) at heads.head takes ") })
    }

    @Test func whatIsIgnoredIsNamed() throws {
        let run = try CommandRun("inspect", CommandRun.fixture("hf-backbone"), in: folder)
        #expect(
            run.output.contains(
                "does not need them: embeddings.mask_token, 2 tensors under 'pooler.'\n"))
        #expect(run.output.contains("; no head\n") && !run.output.contains("heads.head"))
    }

    /// The commands have one set of options about a checkpoint; a rectangle needs them all.
    @Test func everyCommandIsToldWhatAFileDoesNotSay() throws {
        let file = CommandRun.fixture("timm-noclass.safetensors")
        let options = [
            "--heads", "3", "--image-size", "16,24", "--epsilon", "0.5", "--mean", "0,0,0", "--std", "1,1,1",
        ]
        let inspection = try CommandRun(["inspect", file, "--json"] + options, in: folder).decoded(Inspection.self)
        #expect(inspection.configuration.imageHeight == 16 && inspection.configuration.imageWidth == 24)
        #expect(inspection.configuration.layerNormEpsilon == 0.5 && inspection.configuration.mean == [0, 0, 0])
        let picture = CommandRun.fixture("pictures/disc.png")
        for command in [["probe", picture, "--layer", "heads.head"], ["visualise", "heads.head/1", "--steps", "1"]] {
            let run = try CommandRun(command + ["--weights", file] + options, in: folder)
            #expect(run.code == 0, "\(run.errors)")
            #expect(!run.errors.contains("assumed"))
        }
        let unknown = try CommandRun(
            "inspect", CommandRun.fixture("timm-noclass.safetensors"), "--heads", "3", in: folder)
        #expect(unknown.code == 65 && unknown.errors.contains("--image-size HEIGHT,WIDTH"))
    }

    @Test func aFileOfSeveralModels() throws {
        let file = CommandRun.fixture("training-2.pth")
        let picture = CommandRun.fixture("pictures/disc.png")
        let inspection = try CommandRun("inspect", file, "--heads", "1", in: folder)
        #expect(
            inspection.output.contains("'model_ema.module'") && inspection.output.contains("20 tensors under 'model.'"))
        let probe = ["probe", picture, "--weights", file, "--heads", "1", "--layer", "heads.head"]
        let unstated = try CommandRun(probe, in: folder)
        #expect(unstated.errors.contains("state dict 'model_ema.module'"))
        let stated = try CommandRun(probe + ["--state-dict", "model"], in: folder)
        #expect(stated.code == 0 && !stated.errors.contains("state dict") && stated.output != unstated.output)
    }

    @Test func refusals() throws {
        let missing = try CommandRun("inspect", "nothing.pth", in: folder)
        #expect(missing.code == 65 && missing.output.isEmpty)
        #expect(
            missing.errors
                == "atlasgen: nothing.pth: there is no such file or folder. Name a checkpoint (.safetensors, .pth, "
                + ".pt, .bin, .ckpt) or a folder that contains one.\n")
        _ = try folder.write("hello".utf8, to: "text.pth")
        let text = try CommandRun("inspect", "text.pth", in: folder)
        #expect(text.code == 65 && text.output.isEmpty)
        #expect(text.errors.hasPrefix("atlasgen: text.pth: is neither a safetensors file nor a PyTorch checkpoint"))
        let layer = try CommandRun("inspect", "--layer", "encoder_layer_5.mlp.4", in: folder)
        #expect(layer.code == 64 && layer.output.isEmpty)
        #expect(layer.errors.contains("the model has no address \"encoder_layer_5.mlp.4\"; the nearest: "))
        for (option, value) in [
            ("--mean", "0.5,0.5"), ("--std", "a,b,c"), ("--mean", "nan,0,0"), ("--heads", "x"),
            ("--image-size", "0,8"), ("--image-size", "8,8,8"), ("--epsilon", "small"),
        ] {
            let run = try CommandRun("inspect", option, value, in: folder)
            #expect(run.code == 64 && run.output.isEmpty)
            #expect(run.errors.contains("The value '\(value)' is invalid for '\(option)"))
        }
        let heads = try CommandRun("inspect", "--heads", "3", in: folder)
        #expect(heads.code == 65)
        #expect(heads.errors.contains("3 attention heads (given) do not divide the width 128"))
    }
}
