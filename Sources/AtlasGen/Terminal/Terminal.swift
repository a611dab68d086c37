// What the program writes on its standard streams, and the terminal behind them.

import Foundation
import Support

/// Writes to the standard streams, and reads the terminal's width.
enum Terminal {
    /// How progress looks on the standard error stream.
    static func errorStyle() -> ProgressReporter.Style {
        guard isatty(STDERR_FILENO) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return .plain }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return .terminal(columns: 80)
        }
        return .terminal(columns: Int(size.ws_col))
    }

    /// Writes a command's result to the standard output, byte for byte.
    ///
    /// - Throws: `AtlasError` of code `io` if not all of it could be written.
    static func write(_ text: String) throws {
        let code = write(text, to: STDOUT_FILENO)
        guard code == 0 else {
            throw AtlasError(
                .io,
                "the standard output could not be written: \(String(cString: strerror(code))). Send it to a terminal, "
                    + "or to a file or a program that takes all of it.")
        }
    }

    /// Writes a message and a line break to the standard error stream, as ``readable`` text.
    ///
    /// - Parameter isError: whether it says why the program ends.
    static func say(_ message: String, isError: Bool = false) {
        let text = message.readable + "\n"
        writeError(showsColours ? coloured(text, isError: isError) : text)
    }

    /// Whether messages may have colours: on a terminal that knows them, unless NO_COLOR has a value
    /// (https://no-color.org).
    private static var showsColours: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDERR_FILENO) == 1 && !["dumb", "", nil].contains(environment["TERM"])
            && environment["NO_COLOR", default: ""].isEmpty
    }

    /// A message whose first word is coloured if it is an error's or a warning's. The rest stays as it is.
    static func coloured(_ text: String, isError: Bool) -> String {
        var marks = [(before: "atlasgen: ", word: "warning:", colour: 33), (before: "", word: "Error:", colour: 31)]
        if isError { marks.append((before: "", word: "atlasgen:", colour: 31)) }
        for (before, word, colour) in marks where text.hasPrefix(before + word) {
            return "\(before)\u{1B}[1;\(colour)m\(word)\u{1B}[0m\(text.dropFirst(before.count + word.count))"
        }
        return text
    }

    /// Writes text to the standard error stream as it is. Errors are ignored: a closed stream must not end a build.
    static func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// Returns 0, or the system's error.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: break
            case EAGAIN:
                // Another program made the terminal or the pipe non-blocking.
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&event, 1, -1)
            case let code: return code
            }
        }
        return 0
    }
}
