// Shows what a build does in its phases after the runs: scores, maps, pages.

import Foundation
import Runs
import Support

/// Looks at a build's clock ten times a second and shows its activity.
///
/// Unchecked Sendable: what is shown is read and written under the lock.
final class PhaseReporter: @unchecked Sendable {
    /// Seconds between two looks.
    private static let interval = 0.1

    private let clock: PhaseClock
    private let say: @Sendable (String) -> Void
    private let lock = NSLock()
    private var shown: (activity: Activity, reporter: ProgressReporter)?
    private var isStopped = false

    /// Begins to show the clock's activities, until ``stop()``.
    ///
    /// - Parameter say: shows the user a message.
    init(_ clock: PhaseClock, say: @escaping @Sendable (String) -> Void) {
        self.clock = clock
        self.say = say
        Thread.detachNewThread { [self] in
            while look() { Thread.sleep(forTimeInterval: Self.interval) }
        }
    }

    /// Shows a message above the line of progress.
    func say(_ text: String) {
        lock.withLock {
            shown?.reporter.finish()
            say(text)
        }
    }

    /// Removes the line of progress; nothing is shown afterwards.
    func stop() {
        lock.withLock {
            isStopped = true
            shown?.reporter.finish()
            shown = nil
        }
    }

    /// Shows the current activity; false after the end.
    private func look() -> Bool {
        lock.withLock {
            guard !isStopped else { return false }
            let activity = clock.activity
            if activity !== shown?.activity {
                shown?.reporter.finish()
                shown = activity.map {
                    ($0, ProgressReporter(BuildProgress($0.title, count: $0.count, of: $0.noun), isPhase: true))
                }
            }
            if let shown { shown.reporter.advance(to: shown.activity.done) }
            return true
        }
    }
}
