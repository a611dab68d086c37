// Runs another program; the only file that calls swift-subprocess.

import Subprocess
import Support

/// The result of running another program.
package struct CommandResult: Sendable, Equatable {
    /// Whether it exited with 0.
    var succeeded: Bool
    /// Its standard output.
    var output: String
    /// Its standard error stream.
    var errors: String
}

/// Programs found by name, run with argument lists and never through a shell.
enum ExternalCommand {
    /// In bytes; more than any of these programs prints.
    private static let outputLimit = 16 << 20

    /// Runs `command`, a program's name followed by its arguments, and waits until it ends.
    ///
    /// - Throws: `AtlasError` of code `data` if the program is not found, and `io` if it cannot be run.
    static func run(_ command: [String]) async throws -> CommandResult {
        // Its own process group, so that Ctrl-C in the terminal does not interrupt an sbatch that has already started.
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .name(command[0]), arguments: Arguments(Array(command.dropFirst())), platformOptions: options,
                output: .string(limit: outputLimit), error: .string(limit: outputLimit))
            return CommandResult(
                succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
                errors: result.standardError)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw AtlasError(
                .data, "The program \"\(command[0])\" was not found on this machine. Is Slurm installed and in PATH?")
        } catch let error as SubprocessError {
            throw AtlasError(.io, "\(command[0]) could not be run: \(error)")
        }
    }
}
