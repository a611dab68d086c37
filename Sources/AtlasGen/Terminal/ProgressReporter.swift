// Shows a build's progress: a bar on a terminal, plain lines elsewhere.

import Foundation
import Runs
import Support

/// Writes progress, by default to the standard error stream.
///
/// Unchecked Sendable: the state is read and written under the lock.
final class ProgressReporter: @unchecked Sendable {
    /// Where progress is shown.
    enum Style: Sendable, Equatable {
        /// A terminal of this many columns: one line, redrawn.
        case terminal(columns: Int)
        /// A file or a pipe: a new line at intervals.
        case plain
    }

    /// Seconds between two redraws on a terminal.
    private static let redrawInterval = 0.1
    /// Seconds between two plain lines.
    private static let lineInterval = 30.0

    private let lock = NSLock()
    private let style: @Sendable () -> Style
    private let now: @Sendable () -> Double
    private let write: @Sendable (String) -> Void
    private let start: Double
    private var progress: BuildProgress
    private var lastShown: Double?
    private var isLineOpen = false

    /// - Parameters:
    ///   - progress: the progress at the start.
    ///   - style: called at each redraw, because a terminal can be resized.
    ///   - now: seconds of a monotonic clock.
    ///   - write: shows text.
    init(
        _ progress: BuildProgress, style: @escaping @Sendable () -> Style = Terminal.errorStyle,
        now: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping @Sendable (String) -> Void = Terminal.writeError
    ) {
        self.progress = progress
        self.style = style
        self.now = now
        self.write = write
        start = now()
    }

    /// Counts an event, and shows the progress if the last line is old enough.
    func note(_ event: EngineEvent) {
        lock.withLock {
            progress.note(event)
            if case .submitted(let job, let tasks) = event {
                clear()
                let text = "atlasgen: submitted job \(job) of \(tasks == 1 ? "1 task" : "\(tasks) tasks")"
                write(text.readable + "\n")
            }
            show(isLast: false)
        }
    }

    /// Writes a line above the progress.
    func say(_ text: String) {
        lock.withLock {
            clear()
            write(text.readable + "\n")
        }
    }

    /// Shows the final state and ends its line.
    func finish() {
        lock.withLock {
            show(isLast: true)
            if isLineOpen { write("\n") }
            isLineOpen = false
        }
    }

    private func show(isLast: Bool) {
        let time = now()
        switch style() {
        case .terminal(let columns):
            guard isLast || lastShown.map({ time - $0 >= Self.redrawInterval }) ?? true else { return }
            // The last column stays free: some terminals wrap a line that fills it.
            write("\r\u{1B}[K" + progress.line(after: time - start, width: columns - 1))
            isLineOpen = true
        case .plain:
            guard isLast || time - (lastShown ?? start) >= Self.lineInterval else { return }
            write(progress.summary(after: time - start) + "\n")
        }
        lastShown = time
    }

    private func clear() {
        if isLineOpen { write("\r\u{1B}[K") }
        isLineOpen = false
    }
}
