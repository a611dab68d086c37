// `atlasgen inspect`: describes a checkpoint, and how long its runs take here.

import ArgumentParser
import Foundation
import Render
import Runs
import Support
import ViT

/// Reads a checkpoint and prints what it contains, what was assumed about it, and how long a run takes on this machine.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Describe a checkpoint, and how long its runs take on this machine.",
        usage: "atlasgen inspect [<options>] [<checkpoint>]",
        discussion: HelpText.discussion(
            examples: [
                "atlasgen inspect vit_b_16-c867db91.pth", "atlasgen inspect clip-vit-base-patch32 --json",
                "atlasgen inspect --file examples/sae",
            ],
            documents: ["docs/models.md"]))

    @Argument(
        help: ArgumentHelp(
            "A checkpoint, file or folder; atlas.yml is then not read. (default: the project's model with its "
                + "directions; without a project, the one that comes with atlasgen)", valueName: "checkpoint"),
        completion: .file())
    var path: String?

    @OptionGroup var project: ProjectOptions

    @OptionGroup var checkpoint: CheckpointOptions

    @OptionGroup var device: DeviceOptions

    @Option(help: "The address at which a run is timed. (default: the last block's mlp.3)")
    var layer: String?

    @Flag(help: "Print everything as JSON.")
    var json = false

    func run() throws {
        let model = try load()
        let shape = model.model.configuration
        let address =
            try layer.map { try Address(argument: $0, of: "--layer", in: shape) } ?? .block(shape.blockCount - 1, .mlp3)
        let timing = try RunTiming(measuring: model.model, at: address, on: try (device.device ?? .cpu).open())
        let inspection = Inspection(model, timing: timing)
        try Terminal.write((json ? try JSONEncoder.commands.text(of: inspection) : inspection.text) + "\n")
    }
}

extension InspectCommand {
    /// The checkpoint that is named; otherwise the project's model, or the one that comes with the program.
    private func load() throws -> LoadedModel {
        if let path { return try LoadedModel(argument: path, overrides: checkpoint.overrides) }
        guard project.named != nil || FileSystem.exists(project.file) else {
            return try LoadedModel(path: Installation.embeddedModel(), overrides: checkpoint.overrides)
        }
        return try Project(file: project.file, stated: checkpoint.overrides).model
    }
}

/// What `inspect` prints about a checkpoint.
struct Inspection: Encodable {
    /// An address with its size.
    struct Entry: Encodable {
        let address: String
        /// Number of neurons.
        let width: Int
        /// Number of tokens.
        let tokens: Int
    }

    let path: String
    let files: [String]
    let format: String
    let naming: String
    let precision: [String]
    let parameters: Int
    let sha256: String
    let configuration: ViTConfiguration
    /// How a picture of another size becomes the model's image.
    let preparation: PicturePreparation
    let assumptions: [Assumption]
    let ignoredTensors: [String]
    let ignoredKinds: [String]
    let addresses: [Entry]
    /// The project's directions; nil if there are none.
    let directions: [Directions]?
    let timing: RunTiming

    /// A set of directions.
    struct Directions: Encodable {
        let address: String
        let file: String
        let sha256: String
        /// The file's recognised layout; nil if there is none.
        let layout: String?
        let nonlinearity: String
    }

    init(_ model: LoadedModel, timing: RunTiming) {
        let checkpoint = model.checkpoint
        let shape = model.model.configuration
        path = checkpoint.path
        files = checkpoint.weightPaths
        format = checkpoint.format
        naming = checkpoint.naming.rawValue
        precision = checkpoint.elementTypes.map(\.rawValue)
        parameters = checkpoint.parameterCount
        sha256 = model.weightsDigest
        configuration = shape
        preparation = checkpoint.preparation
        assumptions = checkpoint.assumptions
        ignoredTensors = checkpoint.ignoredTensors
        ignoredKinds = checkpoint.ignoredKinds
        addresses = Address.all(in: shape).map {
            Entry(address: $0.description, width: $0.width(in: shape), tokens: $0.tokenCount(in: shape))
        }
        directions =
            model.directions.isEmpty
            ? nil
            : model.directions.map {
                Directions(
                    address: Address.directions($0.set).description, file: $0.path, sha256: $0.fileDigest,
                    layout: $0.file.layout, nonlinearity: $0.set.nonlinearity.description)
            }
        self.timing = timing
    }

    /// The inspection as text.
    var text: String {
        var lines = [
            path.readableLine,
            "Vision Transformer, \(Format.count(parameters)) parameters, \(precision.joined(separator: " and ")), "
                + "\(format) with \(naming)'s names",
            "SHA-256 \(sha256)" + (files.count > 1 ? " (of the SHA-256s of \(files.count) files)" : ""), "",
        ]
        lines += architecture
        if !assumptions.isEmpty {
            var table = TextTable(columns: [.init(title: "assumed"), .init(title: "value"), .init(title: "source")])
            table.rows = assumptions.map { [$0.name, $0.value, $0.source] }
            lines += ["", table.text]
        }
        if !ignoredKinds.isEmpty {
            let kinds = ignoredKinds.map(\.readableLine).joined(separator: ", ")
            lines += ["", "Ignored, because the model does not need them: \(kinds)"]
        }
        var table = TextTable(
            columns: [
                .init(title: "address"), .init(title: "neurons", isNumeric: true),
                .init(title: "tokens", isNumeric: true),
            ])
        table.rows = addresses.map { [$0.address, "\($0.width)", "\($0.tokens)"] }
        lines += ["", table.text]
        if let directions {
            var table = TextTable(
                columns: [.init(title: "directions"), .init(title: "file"), .init(title: "nonlinearity")])
            table.rows = directions.map { set in
                [set.address, set.file.readableLine + (set.layout.map { " (\($0))" } ?? ""), set.nonlinearity]
            }
            lines += ["", table.text]
        }
        lines += ["", timing.text]
        return lines.joined(separator: "\n")
    }

    private var architecture: [String] {
        let c = configuration
        let prefix = c.prefixTokenCount == 0 ? "" : " and \(c.prefixTokenCount) before them"
        let count = Format.count(c.classCount)
        let output =
            switch c.output {
            case .classes: "\(count) classes"
            case .projection: "a projection to \(count) dimensions"
            case .pooled: "\(count) pooled channels"
            }
        let source =
            switch c.pooling {
            case .classToken: c.headTokenCount == 1 ? "the class token" : "the first \(c.headTokenCount) tokens"
            case .classTokenAndPatchMean: "the class token and the mean of the patches"
            case .patchMean, .patchMeanThenNorm: "the mean of the patches"
            case .attention: "all patches by attention pooling"
            }
        let head = c.classCount == 0 ? "no head" : "\(output), read from \(source)"
        let parts = [
            c.hasInputNorm ? "a LayerNorm before the blocks" : nil, c.hasLayerScale ? "LayerScale" : nil,
            c.hasGatedMLP ? "a gated MLP" : nil, c.hasRotaryPositions ? "rotary positions" : nil,
        ].compactMap { $0 }
        return [
            "\(c.blockCount) blocks of width \(c.width), \(c.headCount) heads, MLP width \(c.mlpWidth) with "
                + (["\(c.activation.rawValue)"] + parts).joined(separator: ", ") + "; \(head)",
            "image \(c.imageWidth) × \(c.imageHeight) pixels in patches of \(c.patchSize): \(c.patchCount) tokens\(prefix)",
            "pictures of other sizes: \(preparation.words), by \(preparation.source.readableLine)",
            "mean \(Self.list(c.mean)), standard deviation \(Self.list(c.standardDeviation)), "
                + "LayerNorm ε \(c.layerNormEpsilon)",
        ]
    }

    private static func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
}
