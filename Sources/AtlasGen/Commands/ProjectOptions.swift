// The option that all commands of a project share.

import ArgumentParser

/// Which project a command is about.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "The project's configuration; the folder that contains it is the project.",
        completion: .file(extensions: ["yml", "yaml"]))
    var file = Self.defaultFile

    /// The configuration if the command line names none.
    static let defaultFile = "atlas.yml"
}
