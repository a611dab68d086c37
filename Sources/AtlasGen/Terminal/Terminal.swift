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
    static func say(_ message: String) { writeError(message.readable + "\n") }

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
