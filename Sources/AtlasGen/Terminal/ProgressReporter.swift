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
    /// Seconds before the first plain line of a phase.
    private static let firstLine = 2.0
    /// Seconds between two plain lines.
    private static let lineInterval = 30.0

    /// Seconds left from which on the user is told what else is possible.
    private static let longWork = 3600.0

    private let lock = NSLock()
    private let advice: String?
    private let isPhase: Bool
    private let style: @Sendable () -> Style
    private let now: @Sendable () -> Double
    private let write: @Sendable (String) -> Void
    private let start: Double
    private var progress: BuildProgress
    private var lastShown: Double?
    private var isLineOpen = false
    private var hasEstimate = false

    /// - Parameters:
    ///   - progress: the progress at the start.
    ///   - advice: said once, with the time, if there is more than an hour of work.
    ///   - isPhase: whether this is one of many phases: it is not shown at its end, and elsewhere than on a terminal only
    ///     if it takes longer than two seconds.
    ///   - style: called at each redraw, because a terminal can be resized.
    ///   - now: seconds of a monotonic clock.
    ///   - write: shows text.
    init(
        _ progress: BuildProgress, advice: String? = nil, isPhase: Bool = false,
        style: @escaping @Sendable () -> Style = Terminal.errorStyle,
        now: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping @Sendable (String) -> Void = Terminal.writeError
    ) {
        self.progress = progress
        self.advice = advice
        self.isPhase = isPhase
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
            if !hasEstimate, let left = progress.secondsLeft(after: now() - start) {
                hasEstimate = true
                if let advice, left > Self.longWork {
                    clear()
                    write("atlasgen: about \(BuildProgress.duration(left)) of work. \(advice)\n")
                }
            }
            show(isLast: false)
        }
    }

    /// Sets the number of things that are done.
    func advance(to done: Int) {
        lock.withLock {
            progress.advance(to: done)
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

    /// Shows the final state and ends its line; a phase's line is removed.
    func finish() {
        lock.withLock {
            guard !isPhase else { return clear() }
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
            let interval = isPhase && lastShown == nil ? Self.firstLine : Self.lineInterval
            guard isLast || time - (lastShown ?? start) >= interval else { return }
            write(progress.summary(after: time - start) + "\n")
        }
        lastShown = time
    }

    private func clear() {
        if isLineOpen { write("\r\u{1B}[K") }
        isLineOpen = false
    }
}
