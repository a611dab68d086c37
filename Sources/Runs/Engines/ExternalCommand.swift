// Runs another program.

import Foundation
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
    /// Runs `command`, a program's name followed by its arguments, and waits until it ends.
    ///
    /// `Process` gives it a process group of its own, so that Ctrl-C in the terminal does not interrupt an sbatch that
    /// has already started.
    ///
    /// - Throws: `AtlasError` of code `data` if the program is not found, and `io` if it cannot be run.
    static func run(_ command: [String]) async throws -> CommandResult {
        guard let path = path(of: command[0]) else {
            throw AtlasError(
                .data, "The program \"\(command[0])\" was not found on this machine. Is Slurm installed and in PATH?")
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        do { try process.run() } catch { throw AtlasError(.io, "\(command[0]) could not be run: \(error)") }
        // Both at once: a program waits when a pipe that nobody reads is full.
        async let outputText = text(from: output)
        async let errorText = text(from: errors)
        let texts = await (outputText, errorText)
        process.waitUntilExit()
        return CommandResult(
            succeeded: process.terminationReason == .exit && process.terminationStatus == 0, output: texts.0,
            errors: texts.1)
    }

    /// The first executable file of this name in the folders of PATH.
    private static func path(of name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) && !FileSystem.isFolder($0) }
    }

    /// Everything that a program writes into a pipe. Read on a thread of its own, because reading blocks.
    private static func text(from pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let data = pipe.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
