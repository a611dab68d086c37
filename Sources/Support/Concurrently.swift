// Runs a computation on several threads and gathers the results in order.

import Dispatch

/// The results of `body(0)` … `body(count − 1)`, in order, each computed on a thread of its own.
///
/// `body` is called from several threads at once and must not write to anything shared.
package func concurrently<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    if count <= 1 { return (0..<max(count, 0)).map(body) }
    return [Result](unsafeUninitializedCapacity: count) { results, initialized in
        let start = UncheckedPointer(pointer: results.baseAddress)
        DispatchQueue.concurrentPerform(iterations: count) { index in
            // Each iteration initialises its own slot alone.
            start.pointer.map { ($0 + index).initialize(to: body(index)) }
        }
        initialized = count
    }
}

/// Lets the threads of `concurrently` share one pointer, each for its own slot.
private struct UncheckedPointer<Element>: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Element>?
}
