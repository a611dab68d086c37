// `atlasgen visualise`: makes one figure of one neuron.

import ArgumentParser
import Foundation
import Render
import Runs
import Site
import Support
import Synchronization
import ViT

/// Makes one neuron's picture, or several side by side, without using the store.
struct VisualiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visualise",
        abstract: "Make a picture of one neuron.",
        discussion: HelpText.discussion(
            """
            The picture is byte for byte the same as an atlas's picture of the same neuron, method, tokens, attention, \
            steps and seed. In a project, the defaults are those of the project's grids.
            """,
            examples: [
                "atlasgen visualise heads.head/1 --seeds 0-5 --scale 3 -o goldfish.png",
                "atlasgen visualise heads.head/1 --seeds 0-5 -o 'goldfish-{seed}.png'",
                "atlasgen visualise encoder_layer_5.mlp.3/17 --method maco --tokens cls",
                "atlasgen visualise heads.head/1 --weights vit_b_16-c867db91.pth --json",
            ], documents: ["docs/methods.md", "docs/data.md (--json)"]),
        aliases: ["visualize"])

    @Argument(help: ArgumentHelp("The neuron, e.g. encoder_layer_5.mlp.3/17.", valueName: NeuronName.argument))
    var neuron: String

    @OptionGroup var model: ModelOptions

    @Option(
        help: """
            A method of the project, or a preset: atlas, pixel, fourier, ghiasi or maco. (default: the project's first, \
            otherwise atlas)
            """)
    var method: String?

    @Option(
        name: .customLong("parameter"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a parameter of the method; can be repeated. (default: the method's)", valueName: "name=value"))
    var parameters: [String] = []

    @Option(help: "Number of optimisation steps. (default: the method's)")
    var steps: Int?

    @Option(
        help: ArgumentHelp("The runs' seeds, e.g. 0,1 or 0-4. (default: 0)", valueName: "list"),
        transform: { try NumberList($0).seeds() })
    var seeds: [UInt64]?

    @Option(
        help: """
            The tokens to read: auto, patches, cls, center, token:k or slice. (default: the project's first, otherwise \
            auto)
            """)
    var tokens: String?

    @Option(
        help: "The attention mode: live, detached or frozen. (default: the project's first, otherwise live)",
        completion: .list(Attention.words),
        transform: { try Attention(word: $0) })
    var attention: Attention?

    @Option(
        help: "+ for what excites the neuron most, - for what inhibits it most. (default: the project's, otherwise +)",
        completion: .list(["+", "-"]),
        transform: { try Direction(named: $0) })
    var direction: Direction?

    @Option(
        help: "Make a control's picture: shuffled or rotated weights. (default: the trained weights)",
        completion: .list(Control.words),
        transform: { try Control(word: $0) })
    var control: Control?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The PNG file to write. With {seed} in its name, a file for each seed; otherwise the runs are side by side in "
                + "one. (default: neuron-ADDRESS-NEURON.png)", valueName: "file"),
        completion: .file(extensions: ["png"]))
    var output: String?

    @OptionGroup var device: DeviceOptions

    @Option(help: ArgumentHelp("Enlarge each pixel by this factor, 1 to 64.", valueName: "factor"))
    var scale = 1

    @Flag(help: "Print what was made as JSON.")
    var json = false

    func validate() throws {
        guard (1...64).contains(scale) else {
            throw ValidationError("--scale must be from 1 to 64; got \(scale).")
        }
        if steps != nil, parameters.contains(where: { $0.hasPrefix("steps=") }) {
            throw ValidationError("--steps and --parameter steps= set the same value; keep one.")
        }
    }

    func run() async throws {
        let (model, project) = try model.load()
        let shape = model.model.configuration
        let subject = try NeuronName(argument: neuron, in: shape)
        let tokens = try tokens(at: subject.address, project: project, in: shape)
        try subject.checkArgument(under: tokens, in: shape)
        let variant = Variant(
            direction: direction ?? project?.configuration.direction ?? .positive, tokens: tokens,
            attention: attention(in: project), method: try method(in: project),
            precision: project?.configuration.precision ?? .float32)
        let condition = Condition(model: ModelVersion(digest: model.digest, control: control), variant: variant)
        let recipes = (seeds ?? [0]).map { condition.recipe(subject.address, subject.number, seed: $0) }
        let figure = Figure(scale: scale)
        let name = output ?? "neuron-\(subject.address.shortName)-\(subject.number).png"
        let files = try OutputPicture.files(named: name, seeds: recipes.map(\.seed))
        try figure.check(count: recipes.count / files.count, shape)

        let device = try (device.device ?? project?.device ?? .cpu).open(precision: variant.precision)
        guard
            let records = try await make(
                recipes, model: model.model, references: project?.references ?? [:], on: device)
        else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        let pictures = files.count == 1 ? [records] : records.map { [$0] }
        try OutputPicture.write(try zip(files, pictures).map { ($0, try figure.png(of: $1)) })

        let report = VisualiseReport(subject, condition, of: model, records.map(\.header), files)
        try Terminal.write((json ? try JSONEncoder.commands.text(of: report) : report.text) + "\n")
    }

    // MARK: - The variant

    private func tokens(at address: Address, project: Project?, in shape: ViTConfiguration) throws -> TokenSelection {
        if let tokens { return try TokenSelection(argument: tokens, at: address, in: shape) }
        return project?.usualTokens(at: address) ?? .automatic(at: address, in: shape)
    }

    private func method(in project: Project?) throws -> Method {
        var overrides: [String: String] = [:]
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw AtlasError(.usage, "--parameter: expected NAME=VALUE, such as rate=0.05, found \"\(parameter)\"")
            }
            overrides[String(parts[0])] = String(parts[1])
        }
        if let steps { overrides["steps"] = "\(steps)" }
        let base = try base(in: project)
        do {
            return try base.applying(overrides)
        } catch {
            throw AtlasError(.usage, error.description + Method.question(base.name, overrides.keys))
        }
    }

    /// The method before overrides.
    private func base(in project: Project?) throws -> Method {
        do {
            if let project { return try method.map(project.method(named:)) ?? project.methods[0].method }
            return try method.map(Method.named) ?? .atlas
        } catch let error as NameError {
            throw AtlasError(.usage, "--method: \(error)")
        } catch let error as ViTError {
            throw AtlasError(.usage, error.description + Method.question(method ?? "", []))
        }
    }

    private func attention(in project: Project?) -> Attention {
        project?.attention.first { attention == nil || $0.word == attention?.word } ?? attention ?? .live
    }

    // MARK: - Making the runs

    /// Makes the runs and keeps them in memory; nil if Ctrl-C stopped it.
    private func make(
        _ recipes: [Recipe], model: ViT, references: [String: FloatBuffer], on device: any Device
    ) async throws -> [RunRecord]? {
        let made = Mutex<[Recipe: RunRecord]>([:])
        let making = RunMaking(model: model.configuration) {
            var engine = LocalEngine(model: model, references: references, device: device) { record in
                made.withLock { $0[record.header.recipe] = record }
            }
            engine.stopMessage = "No picture was written."
            return engine
        }
        guard try await making.make(Plan(recipes)) != nil else { return nil }
        return made.withLock { made in recipes.compactMap { made[$0] } }
    }
}

extension VisualiseCommand {
    /// The picture of one run, or of several side by side.
    private struct Figure {
        /// Number of runs per row.
        private static let columns = 6
        private static let gap = 4

        let scale: Int

        /// - Throws: `AtlasError` of code `usage` if the figure would be too large for a picture.
        func check(count: Int, _ model: ViTConfiguration) throws {
            let columns = min(count, Self.columns)
            let rows = (count + columns - 1) / columns
            guard
                Picture.canHold(
                    width: columns * (model.imageWidth * scale + Self.gap) + Self.gap,
                    height: rows * (model.imageHeight * scale + Self.gap) + Self.gap)
            else {
                throw AtlasError(
                    .usage,
                    "the figure would have more than \(Picture.largestPixelCount) pixels; choose a smaller --scale")
            }
        }

        /// The bytes of the PNG; for one run at scale 1, exactly the bytes of its record.
        func png(of records: [RunRecord]) throws -> [UInt8] {
            if records.count == 1, scale == 1 { return records[0].png }
            let pictures = try records.map { record in
                try PNG.decode(Data(record.png), file: "seed \(record.header.recipe.seed)").scaled(by: scale)
            }
            let figure =
                pictures.count == 1
                ? pictures[0] : Picture.montage(pictures, columns: Self.columns, gap: Self.gap)
            return Array(try PNG.encode(figure))
        }
    }
}
