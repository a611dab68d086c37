// Help texts: every command's is whole, its examples are commands, and it fits a terminal of 80 columns.

import ArgumentParser
import Foundation
import Testing

@testable import AtlasGen
@testable import Support
@testable import TestSupport

@Suite struct HelpTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// The program and all its commands.
    private static let commands = all(below: AtlasGenCommand.self)

    private static func all(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap(all)
    }

    private func help(_ command: any ParsableCommand.Type) -> String {
        AtlasGenCommand.helpMessage(for: command, columns: 80)
    }

    @Test func everyLineFitsEightyColumns() {
        for command in Self.commands {
            for line in help(command).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test func everyCommandHasExamplesAndDocuments() throws {
        for command in Self.commands {
            let help = help(command)
            let block = help.components(separatedBy: "\n\n").first { $0.hasPrefix("Examples:\n") }
            let examples = try #require(block, "\(command)").split(separator: "\n").dropFirst()
            #expect(!examples.isEmpty, "\(command)")
            for example in examples {
                // A line that is too long would go on in the next.
                #expect(example.hasPrefix("  atlasgen "), "\(example)")
                let words = example.prefix { $0 != "#" && $0 != ">" }.matches(of: /'([^']*)'|"([^"]*)"|(\S+)/).map {
                    String($0.1 ?? $0.2 ?? $0.3 ?? "")
                }
                #expect(throws: Never.self, "\(example)") {
                    try CommandWords.check(Array(words.dropFirst()), of: AtlasGenCommand.self)
                    _ = try AtlasGenCommand.parseAsRoot(Array(words.dropFirst()))
                }
            }
            let documents = try #require(help.firstMatch(of: /\nDocuments: ([^\n]+)\n/)?.1, "\(command)")
            for document in documents.split(separator: ", ") {
                let path = Self.root.appending(path: document.replacing(" (--json)", with: "")).path
                #expect(FileSystem.exists(path), "\(document)")
            }
        }
    }

    /// A command as `--experimental-dump-help` describes it.
    private struct Dump: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable { let name: String }

            let kind: String
            let isOptional: Bool
            let abstract: String?
            let defaultValue: String?
            let names: [Name]?
        }

        let commandName: String
        let arguments: [Argument]?
        let subcommands: [Dump]?
    }

    @Test func everyOptionNamesItsDefault() throws {
        struct Program: Decodable { let command: Dump }
        let program = try JSONDecoder().decode(Program.self, from: Data(AtlasGenCommand._dumpHelp().utf8))
        func check(_ command: Dump) {
            for argument in command.arguments ?? [] where argument.kind != "flag" && argument.isOptional {
                #expect(
                    argument.defaultValue != nil || argument.abstract?.contains("(default: ") == true,
                    "\(command.commandName) \(argument.names?.last?.name ?? argument.abstract ?? "")")
            }
            // The parser's own command has no options of ours.
            for subcommand in command.subcommands ?? [] where subcommand.commandName != "help" { check(subcommand) }
        }
        check(program.command)
    }

    @Test func everyExitCodeIsInTheProgramsHelp() {
        let codes = [0, 1] + AtlasError.Code.allCases.map(\.rawValue) + [130]
        #expect(ExitCodes.all.map(\.code) == codes)
        let help = help(AtlasGenCommand.self)
        for (code, meaning) in ExitCodes.all { #expect(help.contains("\(code)  \(meaning)\n")) }
    }

    // MARK: - Misspelt words

    @Test(arguments: [
        (["biuld"], "there is no command \"biuld\"; did you mean \"build\"? `atlasgen --help` lists the commands."),
        (["Build"], "there is no command \"Build\"; did you mean \"build\"? `atlasgen --help` lists the commands."),
        (["xyzzy"], "there is no command \"xyzzy\". `atlasgen --help` lists the commands."),
        (
            ["store", "lst", "--file", "x"],
            "there is no command \"store lst\"; did you mean \"list\"? `atlasgen store --help` lists the commands."
        ),
        (
            ["help", "new", "pots"],
            "there is no command \"new pots\"; did you mean \"post\"? `atlasgen new --help` lists the commands."
        ),
    ]) func aMisspeltCommandIsNamed(arguments: [String], message: String) throws {
        let run = try CommandRun(arguments, in: TemporaryFolder())
        #expect(run.code == 64 && run.output.isEmpty && run.errors == "atlasgen: \(message)\n")
    }

    @Test(arguments: [[], ["--help"], ["help"], ["help", "visualize"], ["store"], ["store", "list", "-h"]])
    func helpIsNoMistake(arguments: [String]) throws {
        let run = try CommandRun(arguments, in: TemporaryFolder())
        #expect(run.code == 0 && run.output.hasPrefix("OVERVIEW: ") && run.errors.isEmpty)
    }
}
