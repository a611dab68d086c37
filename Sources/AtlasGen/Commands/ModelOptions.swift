// The options for a command's model, and for what its checkpoint does not contain.

import ArgumentParser
import Runs
import Support
import ViT

/// What the user states about a checkpoint on the command line.
struct CheckpointOptions: ParsableArguments {
    /// What is taken where an option is not given, in help texts.
    private static let fromCheckpoint = "(default: the checkpoint's or its library's)"

    @Option(help: ArgumentHelp("Attention heads per block. \(Self.fromCheckpoint)", valueName: "count"))
    var heads: Int?

    @Option(
        help: ArgumentHelp(
            "The MLPs' nonlinearity. \(Self.fromCheckpoint)",
            valueName: "name"))
    var activation: Activation?

    @Option(
        help: ArgumentHelp(
            "Mean that is subtracted from R, G, B in 0…1, e.g. 0.5,0.5,0.5. \(Self.fromCheckpoint)", valueName: "r,g,b")
    )
    var mean: ChannelValues?

    @Option(
        help: ArgumentHelp(
            "Standard deviation that R, G, B are divided by, e.g. 0.5,0.5,0.5. \(Self.fromCheckpoint)",
            valueName: "r,g,b"))
    var std: ChannelValues?

    @Option(help: ArgumentHelp("ε of the LayerNorms, e.g. 1e-6. \(Self.fromCheckpoint)", valueName: "number"))
    var epsilon: Float?

    @Option(
        help: ArgumentHelp(
            "Height and width of the images in pixels, e.g. 224 or 224,448. \(Self.fromCheckpoint)",
            valueName: "height,width"))
    var imageSize: SidesInPixels?

    @Option(
        help: ArgumentHelp(
            "Which model of a file that holds several, by the first part of its tensors' names, e.g. state_dict_ema. "
                + "(default: the moving average, if there is one)",
            valueName: "key"))
    var stateDict: String?

    /// The options as the loader takes them.
    var overrides: CheckpointOverrides {
        CheckpointOverrides(
            headCount: heads, activation: activation, mean: mean?.values, standardDeviation: std?.values,
            imageSize: imageSize?.size,
            layerNormEpsilon: epsilon, stateDict: stateDict)
    }
}

extension Activation: ExpressibleByArgument {}

/// A number for a square, or height and width.
struct SidesInPixels: ExpressibleByArgument {
    /// The size.
    let size: ImageSize

    init?(argument: String) {
        let sides = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count <= 2, let height = sides[0], let width = sides[sides.count - 1],
            (1...8192).contains(height), (1...8192).contains(width)
        else { return nil }
        size = ImageSize(height: height, width: width)
    }
}

/// A number for each of R, G, B.
struct ChannelValues: ExpressibleByArgument {
    /// The numbers.
    let values: [Float]

    init?(argument: String) {
        let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        let finite = values.compactMap(\.self).filter(\.isFinite)
        guard values.count == 3, finite.count == 3 else { return nil }
        self.values = finite
    }
}

/// Which model: the checkpoint of --weights; without it, the project's; without a project, the one that comes with
/// the program.
struct ModelOptions: ParsableArguments {
    @OptionGroup var project: ProjectOptions

    @Option(
        help: ArgumentHelp(
            "A checkpoint; atlas.yml is then not read. (default: the project's model; without a project, the one that "
                + "comes with atlasgen)", valueName: "file|folder"),
        completion: .file())
    var weights: String?

    @OptionGroup var checkpoint: CheckpointOptions

    /// Reads the model, and the project if the model is a project's.
    func load() throws -> (model: LoadedModel, project: Project?) {
        if let weights {
            return (try said(LoadedModel(argument: weights, overrides: checkpoint.overrides)), nil)
        }
        guard project.named != nil || FileSystem.exists(project.file) else {
            return (try LoadedModel(path: Installation.embeddedModel(), overrides: checkpoint.overrides), nil)
        }
        let project = try Project(file: project.file, stated: checkpoint.overrides)
        return (said(project.model), project)
    }

    /// The model, after saying which one of a file's it is.
    private func said(_ model: LoadedModel) -> LoadedModel {
        if let choice = model.unstatedChoice { Terminal.say("atlasgen: \(choice)") }
        return model
    }
}

extension LoadedModel {
    /// Reads the checkpoint that a command line names.
    ///
    /// - Throws: `AtlasError` of code `data` if it does not exist; `ViTError` if it is invalid.
    init(argument path: String, overrides: CheckpointOverrides) throws {
        guard FileSystem.exists(path) else {
            throw AtlasError(
                .data,
                "\(path): there is no such file or folder. Name a checkpoint (.safetensors, .pth, .pt, .bin, .ckpt) or a "
                    + "folder that contains one.")
        }
        try self.init(path: path, overrides: overrides)
    }
}
