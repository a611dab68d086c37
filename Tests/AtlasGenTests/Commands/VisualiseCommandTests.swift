// `atlasgen visualise`, by running it: the atlas's own bytes, figures of several runs, and refusals.

import Foundation
import Testing
import ViT

@testable import AtlasGen
@testable import Render
@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct VisualiseCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func bytes(_ name: String, in folder: TemporaryFolder) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
    }

    @Test func oneRunIsTheAtlasesPicture() throws {
        let project = try TemporaryFolder.project("tokens: center\ndirection: \"-\"")
        #expect(try CommandRun("work", "--shard", "0/1", in: project).code == 0)
        let store = try Store(folder: "\(project.path)/.atlas") { _ in }
        let record = try #require(
            try Project(file: "\(project.path)/atlas.yml").plan.recipes
                .first { $0.target == .channel(5) && $0.seed == 1 }.flatMap { try store.record($0.key) })

        let run = try CommandRun("visualise", "encoder_layer_0.mlp.3/5", "--seeds", "1", in: project)
        #expect(run.code == 0 && run.errors.contains("1 of 1 runs"))
        let lines = run.output.split(separator: "\n")
        #expect(
            lines[0] == "encoder.layers.encoder_layer_0.mlp.3/5, method atlas rate 0.05, tokens center, direction -")
        #expect(
            lines[1].hasPrefix(
                "seed 1: final activation \(record.header.finalActivation), from \(record.header.startActivation)"))
        #expect(lines[2] == "Wrote neuron-encoder_layer_0.mlp.3-5.png")
        #expect(try bytes("neuron-encoder_layer_0.mlp.3-5.png", in: project) == record.png)

        // The same with nothing from a project; and nothing but the picture is left.
        let stated = try CommandRun(
            "visualize", "encoder.layers.encoder_layer_0.mlp.3/5", "--weights", Installation.embeddedModel(),
            "--seeds", "1", "--parameter", "rate=0.05", "--steps", "2", "--tokens", "center", "--direction", "-",
            "-o", "stated.png", in: folder)
        #expect(stated.code == 0)
        #expect(try bytes("stated.png", in: folder) == record.png)
        #expect(try folder.files() == ["stated.png"])
    }

    @Test func severalRunsStandSideBySide() throws {
        let arguments = ["visualise", "encoder_layer_1.mlp.1/9", "--steps", "2"]
        var pictures: [Picture] = []
        for seed in ["0", "1", "2"] {
            #expect(try CommandRun(arguments + ["--seeds", seed, "-o", "\(seed).png"], in: folder).code == 0)
            pictures.append(try PictureFile.read("\(folder.path)/\(seed).png"))
        }
        #expect(Set(pictures).count == 3)
        let run = try CommandRun(arguments + ["--seeds", "0-2", "--scale", "3", "-o", "all.png"], in: folder)
        #expect(run.output.split(separator: "\n").count == 5)
        let all = try PictureFile.read("\(folder.path)/all.png")
        #expect(all == Picture.montage(pictures.map { $0.scaled(by: 3) }, columns: 3))
    }

    @Test func aFileForEachSeed() throws {
        _ = try folder.write("before".utf8, to: "n-1.png")
        let arguments = ["visualise", "encoder_layer_1.mlp.1/9", "--steps", "2", "--scale", "2"]
        let run = try CommandRun(arguments + ["--seeds", "0-2", "-o", "n-{seed}.png"], in: folder)
        #expect(run.code == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.suffix(3) == ["Wrote n-0.png", "Replaced n-1.png", "Wrote n-2.png"] && lines.count == 7)
        #expect(try folder.files() == ["n-0.png", "n-1.png", "n-2.png"])
        for seed in 0..<3 {
            #expect(try CommandRun(arguments + ["--seeds", "\(seed)", "-o", "x.png"], in: folder).code == 0)
            #expect(try bytes("n-\(seed).png", in: folder) == bytes("x.png", in: folder))
        }
    }

    /// One of the names is a folder's: nothing is written, and no run is made.
    @Test func allFilesAreCheckedFirst() throws {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/n-2.png", withIntermediateDirectories: false)
        let run = try CommandRun(
            "visualise", "heads.head/1", "--steps", "1", "--seeds", "0-3", "-o", "n-{seed}.png", in: folder)
        #expect(run.code == 73 && run.errors == "atlasgen: n-2.png is a folder. Name a file in it.\n")
        #expect(try folder.files().isEmpty)
    }

    /// The second picture cannot be written: none has its name, and nothing else is left.
    @Test func noneIsWrittenIfOneCannotBe() throws {
        let files = try OutputPicture.files(named: "\(folder.path)/{seed}.png", seeds: [0, 1])
        #expect(throws: AtlasError.self) {
            // A folder that is in the way of the second one.
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/.atlasgen-\(getpid())-1.part", withIntermediateDirectories: false)
            try OutputPicture.write(files.map { ($0, [1, 2, 3]) })
        }
        #expect(try folder.files().isEmpty)
    }

    @Test func anEarlierPictureIsReplacedAndItIsSaid() throws {
        _ = try folder.write("before".utf8, to: "picture.png")
        let run = try CommandRun(
            "visualise", "heads.head/3", "--steps", "1", "-o", "picture.png", "--scale", "2", in: folder)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first == "heads.head/3 (boa constrictor), method atlas, tokens cls")
        #expect(lines.last == "Replaced picture.png")
        #expect(try PictureFile.read("\(folder.path)/picture.png").width == 128)
    }

    @Test(arguments: ["live", "detached", "frozen"]) func everyAttentionMode(_ attention: String) throws {
        let run = try CommandRun(
            "visualise", "encoder_layer_1.mlp.3/9", "--steps", "3", "--attention", attention, "-o", "a.png", in: folder)
        let model = try LoadedModel(path: Installation.embeddedModel())
        #expect(run.code == 0)
        var method = Method.atlas
        method.steps = 3
        let recipe = Recipe(
            model: ModelVersion(digest: model.digest), address: .block(1, .mlp3), number: 9,
            variant: Variant(tokens: .patches, attention: try #require(Attention(attention)), method: method), seed: 0)
        let maker = VisualiserMaker(
            RecipeModels(model: model.model, references: [:]).source, device: CPUDevice(), capacity: 1)
        let record = try #require(try maker.make([recipe], shouldStop: { false }, onStep: { _ in })?.first)
        #expect(try bytes("a.png", in: folder) == record.png)
    }

    /// Every row of a comparison can be made again with the command that its page prints.
    @Test func theCommandsOfAPageMakeItsPictures() async throws {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [encoder_layer_1.mlp.3]
                neurons: [1, 2]
                seeds: 1
                steps: 3
                attention: [frozen, live]
                compareSample: 1
                """)
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        // Two neurons of the grid, and one neuron under live attention and under each control.
        #expect(try project.runCount() == 5)
        let folder = "site/layers/encoder_layer_1.mlp.3/1"
        let page = try project.text("\(folder)/index.html")
        for words in [
            "shuffled within each matrix of each block, seed 0", "its singular values stay; seed 0",
            "Activation at each step, under its own pattern", "<span>under its own pattern</span>",
            "<span>under live attention</span>",
        ] {
            #expect(page.contains(words))
        }
        let commands = page.matches(of: /atlasgen (visualise [^\n<]+)/).map { String($0.1) }
        let runs = try JSONDecoder().decode(
            NeuronData.self, from: Data(contentsOf: URL(filePath: project.path("\(folder)/neuron.json")))
        ).runs
        #expect(runs.map(\.result.control) == [nil, nil, "shuffled", "rotated"] && commands.count == 4)
        for (command, run) in zip(commands, runs) {
            let made = try await project.run(command.split(separator: " ").map(String.init) + ["-o", "made.png"])
            #expect(made.code == 0, "\(made.messages)")
            #expect(made.output.contains("\(run.result.control ?? "trained") weights") == (run.result.control != nil))
            // Only a frozen run has a pattern of its own.
            #expect((run.result.underPattern == nil) == (run.variant.attention == .live))
            if let own = run.result.underPattern {
                let (start, final) = (try #require(own.start), try #require(own.final))
                let live = try #require(run.result.finalActivation)
                #expect(made.output.contains("\(final), from \(start) under its own pattern; \(live), from "))
                #expect(made.output.contains(" under live attention"))
            }
            let picture = try Data(contentsOf: URL(filePath: project.path("\(folder)/\(run.result.image)")))
            #expect(try Data(contentsOf: URL(filePath: project.path("made.png"))) == picture, "\(command)")
        }
    }

    @Test func refusals() throws {
        let cases: [(arguments: [String], code: Int32, message: String)] = [
            ([], 64, "Missing expected argument '<address/neuron>'"),
            (
                ["heads.head"], 64,
                "atlasgen: <address/neuron>: expected ADDRESS/NUMBER, such as heads.head/17, found \"heads.head\"\n"
            ),
            (["heads.head/-1"], 64, "such as heads.head/17, found \"heads.head/-1\""),
            (["encoder_layer_9.mlp.3/1"], 64, "the model has no address \"encoder_layer_9.mlp.3\"; the nearest: "),
            (
                ["encoder_layer_5.mlp.3/128"], 64,
                "atlasgen: <address/neuron>: neuron 128 is out of range; encoder.layers.encoder_layer_5.mlp.3 has the "
                    + "neurons 0 to 127\n"
            ),
            (
                ["encoder_layer_5.mlp.3/65", "--tokens", "slice"], 64,
                "atlasgen: <address/neuron>: neuron 65 is out of range for slice, which reads the token of the neuron's number; "
                    + "encoder.layers.encoder_layer_5.mlp.3 has the tokens 0 to 64\n"
            ),
            (["heads.head/1", "--method", "fourir"], 64, "Did you mean \"fourier\"?"),
            (["heads.head/1", "--parameter", "rat=1"], 64, "Did you mean \"rate\"?"),
            (
                ["heads.head/1", "--parameter", "rate"], 64,
                "atlasgen: --parameter: expected NAME=VALUE, such as rate=0.05, found \"rate\"\n"
            ),
            (["heads.head/1", "--steps", "0"], 64, "expected a whole number from 1"),
            (["heads.head/1", "--tokens", "class"], 64, "token:k (k from 0), found \"class\"; did you mean \"cls\"?"),
            (
                ["heads.head/1", "--attention", "dead"], 64,
                "'--attention <attention>': expected live, detached or frozen, found \"dead\""
            ),
            (
                ["heads.head/1", "--control", "rotatd"], 64,
                "'--control <control>': expected shuffled or rotated, found \"rotatd\"; did you mean \"rotated\"?"
            ),
            (
                ["heads.head/1", "--direction", "x"], 64,
                "'--direction <direction>': expected \"+\" or \"-\", found \"x\""
            ),
            (
                ["heads.head/1", "--seeds", "3-1"], 64,
                "The value '3-1' is invalid for '--seeds <list>': the range 3-1 ends before it starts"
            ),
            (
                ["heads.head/1", "--seeds", "0-1000"], 64,
                "The value '0-1000' is invalid for '--seeds <list>': more than 1000 seeds"
            ),
            (["heads.head/1", "--scale", "0"], 64, "--scale must be from 1 to 64; got 0."),
            (["heads.head/1", "--seeds", "0-999", "--scale", "64"], 64, "choose a smaller --scale"),
            (
                ["heads.head/1", "-o", "no/a.png"], 73,
                "atlasgen: no/a.png: there is no folder no. Create it, or choose another.\n"
            ),
            (["heads.head/1", "-o", "."], 73, "atlasgen: . is a folder. Name a file in it.\n"),
            (["heads.head/1", "-o", ""], 64, "atlasgen: \"\" is not a file name; name the PNG file to write\n"),
            (["heads.head/1", "-o", "a/"], 64, "atlasgen: \"a/\" is not a file name; name the PNG file to write\n"),
            (
                ["heads.head/1", "-o", "a.jpg"], 64,
                "atlasgen: a.jpg: the picture is a PNG; choose a name that ends in .png\n"
            ),
            (["heads.head/1", "-o", "/dev/null"], 73, "atlasgen: /dev/null is a device or a pipe. Name a file.\n"),
            (
                ["heads.head/1", "--steps", "1", "--parameter", "steps=2"], 64,
                "--steps and --parameter steps= set the same value"
            ),
        ]
        for (arguments, code, message) in cases {
            let run = try CommandRun(["visualise"] + arguments, in: folder)
            #expect(run.code == code && run.output.isEmpty, "\(arguments)")
            #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
        }
        #expect(try folder.files().isEmpty)
    }
}
