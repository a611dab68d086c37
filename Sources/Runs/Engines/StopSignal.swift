// A wish to stop, from Ctrl-C or from a failing worker to all workers.

import Foundation

/// Says once that work is to stop.
///
/// Unchecked Sendable: the value is read and written under the lock.
package final class StopSignal: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    package init() {}

    /// Whether a stop was asked for.
    package var isStopping: Bool { lock.withLock { value } }

    /// Asks for it.
    package func stop() { lock.withLock { value = true } }
}
