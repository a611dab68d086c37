// `atlasgen probe`, by running it; PyTorch's logits are the truth.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import TestSupport
@testable import ViT

@Suite struct ProbeCommandTests {
    private let folder: TemporaryFolder
    private let disc = CommandRun.fixture("pictures/disc.png")

    init() throws { folder = try TemporaryFolder() }

    private struct Result: Decodable {
        let image: String
        let address: String
        let tokens: String
        let activations: [Float]
    }

    @Test(arguments: ["disc", "gradient", "noise", "rings", "stripes"]) func logitsArePyTorchs(_ name: String) throws {
        let picture = CommandRun.fixture("pictures/\(name).png")
        let run = try CommandRun("probe", picture, "--layer", "heads.head", "--json", in: folder)
        #expect(run.code == 0 && run.errors.isEmpty)
        let result = try run.decoded(Result.self)
        #expect(result.image == picture && result.address == "heads.head" && result.tokens == "cls")
        let reference = try Safetensors(path: CommandRun.fixture("pictures.reference.safetensors"))
        let expected = try #require(reference.tensors[name]).values().array
        let worst = zip(result.activations, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(result.activations.count == expected.count)
        #expect(worst <= 1e-4 * (expected.map(abs).max() ?? 0))
    }

    @Test func everyActivationAtFullPrecision() throws {
        let model = try LoadedModel(path: Installation.embeddedModel()).model
        let picture = try PictureFile.read(disc)
        for (layer, tokens) in [
            ("encoder_layer_2.mlp.1", "token:7"), ("encoder_layer_3", "slice"), ("encoder.ln", "auto"),
        ] {
            let run = try CommandRun("probe", disc, "--layer", layer, "--tokens", tokens, "--json", in: folder)
            let result = try run.decoded(Result.self)
            let address = try #require(Address(layer))
            let selection = TokenSelection(tokens) ?? .automatic(at: address, in: model.configuration)
            let expected = try CPUDevice().makeReader(model: model, address: address, tokens: selection, capacity: 1)
                .activations(of: [picture.planes])[0]
            #expect(result.address == address.description && result.tokens == selection.description)
            #expect(result.activations == expected)
        }
    }

    @Test func theTableRanksNeurons() throws {
        let json = try CommandRun("probe", disc, "--layer", "heads.head", "--json", in: folder).decoded(Result.self)
        let table = try CommandRun("probe", disc, "--layer", "heads.head", "--top", "3", in: folder)
        let lines = table.output.split(separator: "\n")
        #expect(
            lines[0] == "\(disc) at heads.head of vit-tiny64, tokens cls: the 3 most excited of 50 neurons")
        #expect(lines[1] == "neuron  activation  class" && lines.count == 5)
        let ranked = json.activations.indices.sorted { json.activations[$0] > json.activations[$1] }
        let labels = try #require(try Checkpoint.load(path: Installation.embeddedModel()).labels)
        for (line, neuron) in zip(lines.dropFirst(2), ranked) {
            #expect(line.drop { $0 == " " }.hasPrefix("\(neuron) ") && line.hasSuffix("  \(labels[neuron])"))
        }
    }

    @Test func anotherSizeIsScaledAndSaid() throws {
        let large = try PictureFile.read(disc).scaled(by: 2)
        let path = try folder.write(PNG.encode(large), to: "large.png")
        let run = try CommandRun("probe", path, "--layer", "heads.head", "--json", in: folder)
        #expect(run.code == 0)
        #expect(
            run.errors
                == "atlasgen: \(path) has 128 × 128 pixels, but the model reads 64 × 64. It was prepared: shorter side to 64 "
                + "(bilinear), centre 64 × 64\n")
        // The model's image, given as a file, is read as it is.
        let preparation = try Checkpoint.load(path: Installation.embeddedModel()).preparation
        let small = try folder.write(PNG.encode(large.prepared(preparation)), to: "small.png")
        let prepared = try CommandRun("probe", small, "--layer", "heads.head", "--json", in: folder)
        #expect(prepared.errors.isEmpty)
        #expect(try run.decoded(Result.self).activations == prepared.decoded(Result.self).activations)
    }

    @Test func weightsComeFromTheCommandLineTheProjectOrTheProgram() throws {
        let other = CommandRun.fixture("tv-i32-p8-h2.safetensors")
        let project = try TemporaryFolder.project("model: {weights: \(other)}")
        func count(_ arguments: String..., in folder: TemporaryFolder) throws -> Int {
            try CommandRun(["probe", disc, "--layer", "heads.head", "--json"] + arguments, in: folder)
                .decoded(Result.self).activations.count
        }
        let classes = try Checkpoint.load(path: other).configuration.classCount
        #expect(classes != 50)
        #expect(try count(in: folder) == 50)
        #expect(try count(in: project) == classes)
        #expect(try count("-f", "\(project.path)/atlas.yml", in: folder) == classes)
        #expect(try count("--weights", Installation.embeddedModel(), in: project) == 50)
    }

    @Test func whatIsStatedGoesBeforeTheProject() throws {
        let project = try TemporaryFolder.project("model: {mean: [0.1, 0.1, 0.1]}")
        func logits(_ arguments: String..., in folder: TemporaryFolder) throws -> [Float] {
            try CommandRun(["probe", disc, "--layer", "heads.head", "--json"] + arguments, in: folder)
                .decoded(Result.self).activations
        }
        let stated = try logits("--mean", "0.485,0.456,0.406", in: project)
        #expect(try stated == logits(in: folder))
        #expect(try stated != logits(in: project))
        #expect(try logits(in: project) == logits("--mean", "0.1,0.1,0.1", in: folder))
    }

    @Test func refusals() throws {
        _ = try folder.write("no picture".utf8, to: "text.png")
        let cases: [(arguments: [String], code: Int32, message: String)] = [
            (
                ["none.png", "--layer", "heads.head"], 65,
                "atlasgen: none.png: there is no such file. Name a PNG or JPEG file.\n"
            ),
            (
                ["text.png", "--layer", "heads.head"], 65,
                "text.png: is neither a PNG nor a JPEG file (it begins with the bytes 6e 6f 20 70). Name a PNG or JPEG "
                    + "file.\n"
            ),
            ([".", "--layer", "heads.head"], 65, ".: is a folder, not a picture. Name a PNG or JPEG file.\n"),
            ([disc], 64, "Missing expected argument '--layer <layer>'"),
            (
                [disc, "--layer", "heads.hed"], 64,
                "atlasgen: --layer: the model has no address \"heads.hed\"; the nearest: heads.head."
            ),
            ([disc, "--layer", "heads.head", "--top", "0"], 64, "--top must be at least 1; got 0."),
            (
                [disc, "--layer", "encoder.ln", "--tokens", "pathces"], 64,
                "atlasgen: --tokens: expected auto, patches, cls, center, slice or token:k (k from 0), found "
                    + "\"pathces\"; did you mean \"patches\"?\n"
            ),
            (
                [disc, "--layer", "encoder.ln", "--tokens", "token:65"], 64,
                "atlasgen: --tokens: token:65 is out of range; encoder.ln has the tokens 0 to 64\n"
            ),
            (
                [disc, "--layer", "heads.head", "--tokens", "slice"], 64,
                "atlasgen: --tokens: slice needs an address of several tokens, and heads.head has one; "
                    + "name another, or put another first in atlas.yml\n"
            ),
            ([disc, "--layer", "heads.head", "-f", "none.yml"], 65, "none.yml: there is no such file."),
            // A name that Foundation's own path functions trap on.
            ([disc, "--layer", "heads.head", "-f", "x"], 65, "x: there is no such file."),
            ([disc, "--layer", "heads.head", "--weights", "none"], 65, "none: there is no such file or folder."),
        ]
        for (arguments, code, message) in cases {
            let run = try CommandRun(["probe"] + arguments, in: folder)
            #expect(run.code == code && run.output.isEmpty, "\(arguments)")
            #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
        }
    }
}
