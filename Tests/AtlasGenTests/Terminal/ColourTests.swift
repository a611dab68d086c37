// Colours: of the words "error" and "warning" alone, and only on a terminal that wants them.

import Foundation
import Testing

@testable import AtlasGen
@testable import TestSupport

@Suite struct ColourTests {
    @Test func onlyTheFirstWordIsColoured() {
        func coloured(_ text: String, isError: Bool = false) -> String {
            Terminal.coloured(text, isError: isError).replacing("\u{1B}", with: "ESC")
        }
        #expect(coloured("atlasgen: warning: a warning: b\n") == "atlasgen: ESC[1;33mwarning:ESC[0m a warning: b\n")
        #expect(coloured("Error: Unknown option '--x'\n") == "ESC[1;31mError:ESC[0m Unknown option '--x'\n")
        #expect(coloured("atlasgen: x: no such file\n", isError: true) == "ESC[1;31matlasgen:ESC[0m x: no such file\n")
        for text in ["atlasgen: built in 3 s\n", "  warning: of a list\n", ""] { #expect(coloured(text) == text) }
    }

    @Test(arguments: [
        (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": ""], true),
        (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false), ([:], false),
    ]) func theTerminalDecides(environment: [String: String], isColoured: Bool) async throws {
        let message = try await onThread { try Self.errors(["inspect", "nothing.pth"], environment) }
        #expect(message.contains("nothing.pth: there is no such file or folder."))
        #expect(message.hasPrefix(isColoured ? "\u{1B}[1;31matlasgen:\u{1B}[0m nothing" : "atlasgen: nothing"))
        #expect(message.contains("\u{1B}") == isColoured)
    }

    /// What the program writes to its error stream, a terminal.
    private static func errors(_ arguments: [String], _ environment: [String: String]) throws -> String {
        var (main, terminal): (Int32, Int32) = (-1, -1)
        try #require(openpty(&main, &terminal, nil, nil, nil) == 0)
        let (reader, writer) = (FileHandle(fileDescriptor: main), FileHandle(fileDescriptor: terminal))
        let process = Process()
        process.executableURL = CommandRun.program
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = writer
        try process.run()
        process.waitUntilExit()
        // The message is short, and waits in the terminal.
        let text = reader.availableData
        try reader.close()
        try writer.close()
        return String(decoding: text, as: UTF8.self)
    }
}
