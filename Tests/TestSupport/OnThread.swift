// Waiting beside tests that compute.

import Foundation

/// The result of `body`, which may wait as long as it likes.
///
/// Tests compute on the few threads of Swift's tasks, so a task that waits may go on a minute late. `body` has a thread of
/// its own and goes on at once.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
