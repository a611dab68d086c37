// Misspelt commands: the parser calls them unexpected arguments.

import ArgumentParser
import Support

/// The words of a command line that name commands.
enum CommandWords {
    /// Refuses a word where only the name of a command can stand.
    ///
    /// - Parameters:
    ///   - arguments: the command line, without the program's name.
    ///   - root: the program.
    /// - Throws: `AtlasError` of code `usage`, with the nearest name.
    static func check(_ arguments: [String], of root: any ParsableCommand.Type) throws {
        var (command, path) = (root, "")
        for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
            let configuration = command.configuration
            guard !configuration.subcommands.isEmpty, !word.hasPrefix("-") else { return }
            guard let next = configuration.subcommands.first(where: { $0.names.contains(word) }) else {
                let question = Suggestion.question(for: word, among: configuration.subcommands.flatMap { $0.names })
                throw AtlasError(
                    .usage,
                    "there is no command \"\(path)\(word)\"\(question.isEmpty ? "." : question) `atlasgen \(path)--help` "
                        + "lists the commands.")
            }
            path += "\(word) "
            command = next
        }
    }
}

extension ParsableCommand {
    /// The command's name and its other names.
    fileprivate static var names: [String] { [configuration.commandName ?? ""] + configuration.aliases }
}
