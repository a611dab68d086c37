// Asks all workers to stop, after Ctrl-C.

import Foundation

/// A flag that asks work to stop; it is never cleared.
///
/// Unchecked Sendable: the value is read and written under the lock.
package final class StopSignal: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    package init() {}

    /// Whether work is asked to stop.
    package var isStopping: Bool { lock.withLock { value } }

    /// Asks work to stop.
    package func stop() { lock.withLock { value = true } }
}
