// The entry of the program.

import ArgumentParser
import Foundation
import Render
import Support
import ViT

/// `atlasgen`, the root command.
@main
struct AtlasGenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atlasgen",
        abstract: "Turn a Vision Transformer's weights into a website of its neurons.",
        discussion: HelpText.program,
        version: Version.generator,
        subcommands: [
            BuildCommand.self, ServeCommand.self, NewCommand.self, InitCommand.self, VisualiseCommand.self,
            ProbeCommand.self, InspectCommand.self, ExportCommand.self, WorkCommand.self,
            DevicesCommand.self,
            StoreCommand.self, TemplatesCommand.self,
        ]
    )

    /// Runs the command that the arguments name. An error prints one message and sets an exit code from sysexits.h.
    static func main() async {
        do {
            try Descriptors.prepare()
            try CommandWords.check(Array(CommandLine.arguments.dropFirst()), of: Self.self)
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            end(0)
        } catch {
            stop(error)
        }
    }

    /// Ends the program with an error's message and exit code. Help texts arrive here too: their code is 0.
    private static func stop(_ error: any Error) -> Never {
        switch error {
        case let error as AtlasError: stop(error.description, error.code)
        case let error as ViTError: stop(error.description, .data)
        case let error as RenderError: stop(error.description, .data)
        default:
            var (text, code) = (fullMessage(for: error), exitCode(for: error))
            // Only `--version` gives this text; what belongs to it is found out when it is asked for.
            if text == Version.generator { text = VersionReport.text }
            if !text.isEmpty, code.isSuccess {
                do { try Terminal.write(text + "\n") } catch { stop(error) }
            } else if !text.isEmpty {
                Terminal.say(text)
            }
            end(code.rawValue)
        }
    }

    private static func stop(_ message: String, _ code: AtlasError.Code) -> Never {
        Terminal.say("atlasgen: \(message)", isError: true)
        end(code.rawValue)
    }

    /// Ends the process at once, without destructors of libraries: those of a plugin would race with its threads, and
    /// with a worker that is still releasing a device.
    private static func end(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
