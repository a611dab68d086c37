// The terminal behind the standard error stream.

import Foundation

/// Reads the terminal's width, and writes to it.
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

    /// Writes to the standard error stream. Errors are ignored: a closed stream must not end a build.
    static func writeError(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
