// What every command of a project takes.

import ArgumentParser

/// Which project a command is about.
struct ProjectOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The project's configuration; its folder is the project.")
    var file = Self.defaultFile

    /// The configuration of a project whose command line names none.
    static let defaultFile = "atlas.yml"
}
