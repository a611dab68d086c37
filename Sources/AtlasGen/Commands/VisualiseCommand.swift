// `atlasgen visualise`: one figure of one neuron, now.

import ArgumentParser
import Foundation
import Render
import ViT

/// Makes one neuron's picture, or several side by side, and stores nothing else.
struct VisualiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visualise",
        abstract: "Make one neuron's picture now.",
        discussion: """
            The picture is byte for byte the one that an atlas has of the same neuron, method, tokens, attention, \
            steps and seed. In a project, what is not stated is as in the project's grids.
            """,
        aliases: ["visualize"])

    @Argument(help: ArgumentHelp("The neuron, e.g. encoder_layer_5.mlp.3/17.", valueName: "address/neuron"))
    var neuron: String

    @OptionGroup var model: ModelOptions

    @Option(help: "The project's method of this name, or the preset: atlas, pixel, fourier, ghiasi or maco.")
    var method: String?

    @Option(
        name: .customLong("parameter"), parsing: .singleValue,
        help: ArgumentHelp("A parameter of the method in place of its own; repeatable.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(help: "Optimisation steps in place of the method's own.")
    var steps: Int?

    @Option(help: ArgumentHelp("The runs' seeds, e.g. 0,1 or 0-4. (default: 0)", valueName: "list"))
    var seeds: SeedList?

    @Option(help: "Over which tokens: auto, patches, cls, center, token:k or slice.")
    var tokens: String?

    @Option(help: "How attention takes part: live, detached or frozen.")
    var attention: AttentionKind?

    @Option(help: "+ for what excites the neuron, - for what inhibits it most.")
    var direction: Direction?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The PNG file to write. (default: neuron-ADDRESS-NEURON.png)", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Make each pixel a square of this side, 1 to 64.", valueName: "factor"))
    var scale = 1

    func validate() throws {
        guard (1...64).contains(scale) else {
            throw ValidationError("--scale takes a number from 1 to 64, and got \(scale).")
        }
    }

    func run() async throws {
        let (model, project) = try model.load()
        let shape = model.model.configuration
        let subject = try NeuronName(argument: neuron, in: shape)
        let tokens = try tokens(at: subject.address, project: project, in: shape)
        try subject.check(under: tokens, in: shape)
        let method = try plannedMethod(in: project)
        let attention = plannedAttention(in: project)
        let recipes = (seeds?.seeds ?? [0]).map { seed in
            Recipe(
                weights: model.digest, address: subject.address, neuron: subject.number,
                direction: direction ?? project?.configuration.direction ?? .positive, tokens: tokens,
                attention: attention.kind, reference: attention.reference, method: method.name,
                parameters: method.parameters, steps: method.steps, seed: seed)
        }
        let output = output ?? "neuron-\(subject.address.shortName)-\(subject.number).png"
        let figure = Figure(scale: scale)
        try figure.check(count: recipes.count, shape)
        let replaces = try Self.check(output)

        let source = RecipeModels(model: model.model, references: project?.references ?? [:]).source
        guard let records = try await Self.make(recipes, source: source) else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        try FileSystem.writeDurably(
            try figure.png(of: records), to: output, by: "\(output).\(UInt64.random(in: .min ... .max)).part")

        let label = model.label(subject.address, subject.number).map { " (\($0))" } ?? ""
        print("\(subject.address)/\(subject.number)\(label), method \(method.name), tokens \(tokens)")
        for record in records { print(record.header.report) }
        print("\(replaces ? "Replaced" : "Wrote") \(output)")
    }

    // MARK: - What is asked for

    private func tokens(at address: Address, project: Project?, in shape: ViTConfiguration) throws -> TokenSelection {
        if let tokens { return try TokenSelection(argument: tokens, at: address, in: shape) }
        guard case .selection(let selection) = project?.configuration.tokens.first?.value else {
            return .automatic(at: address, in: shape)
        }
        return try selection.checked(at: address, in: shape)
    }

    private func plannedMethod(in project: Project?) throws -> PlannedMethod {
        var overrides: [String: String] = [:]
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw AtlasError(.usage, "--parameter: expected NAME=VALUE, such as rate=0.05, found \"\(parameter)\"")
            }
            overrides[String(parts[0])] = String(parts[1])
        }
        if let steps { overrides["steps"] = "\(steps)" }
        do {
            let base: PlannedMethod
            if let known = project?.methods.first(where: { method == nil || $0.name == method }) {
                base = known
            } else {
                base = PlannedMethod(try method.map { try Method.named($0) } ?? .atlas)
            }
            return PlannedMethod(try base.makeMethod().applying(overrides))
        } catch let error as ViTError {
            throw AtlasError(.usage, error.description)
        }
    }

    private func plannedAttention(in project: Project?) -> PlannedAttention {
        project?.attention.first { attention == nil || $0.kind == attention }
            ?? PlannedAttention(kind: attention ?? .live, reference: nil)
    }

    /// Whether there is something in the output's place; nothing is made for a place that cannot be written to.
    private static func check(_ output: String) throws -> Bool {
        let folder = FileSystem.parent(of: output)
        guard folder.isEmpty || FileSystem.isFolder(folder) else {
            throw AtlasError(.cannotCreate, "\(output): there is no folder \(folder). Make it, or name another.")
        }
        guard !FileSystem.isFolder(output) else {
            throw AtlasError(.cannotCreate, "\(output): is a folder. Name a file in it.")
        }
        return FileSystem.exists(output)
    }

    // MARK: - Making it

    /// Makes the runs with progress, in a store that is gone afterwards; nil where Ctrl-C stopped it.
    private static func make(_ recipes: [Recipe], source: VisualiserMaker.Source) async throws -> [RunRecord]? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "atlasgen-\(UUID().uuidString)").path
        // What cannot be removed is left to the system's own cleaning.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder) { Terminal.writeError("atlasgen: \($0)\n") }
        let reporter = ProgressReporter(BuildProgress(recipes))
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) { reporter.say("atlasgen: stopping; nothing is written.") }
        defer { withExtendedLifetime(interrupts) {} }
        let engine = LocalEngine(
            store: store, workerCount: WorkerCount.automatic(), batchSize: SiteBuild.batchSize
        ) { _ in VisualiserMaker(source, capacity: min(recipes.count, SiteBuild.batchSize)) }
        let summary = try await engine.make(recipes, until: signal) { reporter.note($0) }
        reporter.finish()
        guard !summary.wasStopped else { return nil }
        return try recipes.map { recipe in
            guard let record = try store.record(recipe.key) else {
                throw AtlasError(.io, "\(folder) lost a run while it was made; run the command again")
            }
            return record
        }
    }
}

extension VisualiseCommand {
    /// The picture of one run as it is, or of several side by side.
    private struct Figure {
        /// Runs beside one another, before the next row begins.
        private static let columns = 6
        private static let gap = 4

        let scale: Int

        /// - Throws: `AtlasError` of code `usage` where the figure would be too large for a picture.
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
                    "the figure would have more than \(Picture.largestPixelCount) pixels; take a smaller --scale")
            }
        }

        /// The bytes of the PNG; those of the record where there is one, not enlarged.
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

extension RunHeader {
    /// A line about the run.
    fileprivate var report: String {
        let note =
            switch outcome {
            case .completed: ""
            case .neverActivated: "; it never activated"
            case .diverged(let step): "; it diverged at step \(step)"
            }
        return "seed \(recipe.seed): final activation \(finalActivation), from \(startActivation)\(note)"
    }
}

extension PlannedMethod {
    /// The method that the name and the parameters stand for.
    fileprivate func makeMethod() throws -> Method {
        var overrides = parameters
        overrides["steps"] = "\(steps)"
        return try Method.named(name).applying(overrides)
    }
}

extension AttentionKind: ExpressibleByArgument {}
extension Direction: ExpressibleByArgument {}
