// How a command line names the project that a command is about.

import ArgumentParser
import Runs
import Site
import Support

/// The option that all commands of a project share.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp(
            "The project: its folder, or a configuration in it of another name. (default: \(Self.configuration))",
            valueName: "file"),
        completion: .file(extensions: ["yml", "yaml"]))
    var named: String?

    /// The configuration's name in a project's folder.
    static let configuration = "atlas.yml"

    /// The path of the project's configuration. Whether there is such a file is not known yet.
    var file: String {
        guard let named else { return Self.configuration }
        return FileSystem.isFolder(named) ? OutputPath.joined(named, Self.configuration) : named
    }
}

/// The same, and the folder as an argument, for commands that need no other.
struct ProjectArgument: ParsableArguments {
    @Argument(help: "The project's folder. (default: the current folder)", completion: .directory)
    var folder: String?

    @OptionGroup var options: ProjectOptions

    /// The path of the project's configuration. Whether there is such a file is not known yet.
    var file: String {
        guard let folder else { return options.file }
        // A name that does not exist is meant as a folder, so that the message is about one.
        return FileSystem.exists(folder) && !FileSystem.isFolder(folder)
            ? folder : OutputPath.joined(folder, ProjectOptions.configuration)
    }

    /// Refuses a project that is named twice. Called when a command runs: the parser validates before it refuses unknown
    /// options, whose values look like a folder.
    func check() throws {
        guard let folder else { return }
        if let named = options.named {
            throw ValidationError("\(folder) and --file \(named) both name the project; keep one.")
        }
        if folder.isEmpty { throw ValidationError("the folder's name is empty; . is the current folder.") }
    }
}

extension ProjectOptions {
    /// Refuses a project without a configuration, before anything else is done.
    ///
    /// - Throws: `AtlasError` of code `data`.
    static func check(_ file: String) throws {
        guard FileSystem.exists(file) else {
            throw AtlasError(
                .data, "\(file): there is no such file. \(AtlasConfiguration.advice(withoutFile: file))")
        }
    }
}
