// Runs another program; the one file that calls swift-subprocess.

import Subprocess
import Support

/// What a program that was run has said.
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
    /// More than any of these programs says.
    private static let outputLimit = 16 << 20

    /// Runs `command`, a program's name and its arguments, and waits for its end.
    ///
    /// - Throws: `AtlasError` of code `data` where there is no such program.
    static func run(_ command: [String]) async throws -> CommandResult {
        // Apart from this program's group, which a terminal's Ctrl-C goes to: what sbatch has begun it shall end.
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
                .data, "There is no program \"\(command[0])\" on this machine; is Slurm installed and in PATH?")
        } catch let error as SubprocessError {
            throw AtlasError(.io, "\(command[0]) could not be run: \(error)")
        }
    }
}
