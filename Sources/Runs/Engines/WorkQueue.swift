// Hands batches of runs to workers.

import Foundation

/// The runs that are not made yet, in their order.
///
/// Unchecked Sendable: every access takes the lock.
final class WorkQueue: @unchecked Sendable {
    private let lock = NSLock()
    private var rest: ArraySlice<Recipe>
    private let workerCount: Int
    private let batchSize: Int

    /// A queue of `recipes` for `workerCount` workers, in batches of at most `batchSize` images.
    init(_ recipes: [Recipe], workerCount: Int, batchSize: Int) {
        rest = recipes[...]
        self.workerCount = workerCount
        self.batchSize = batchSize
    }

    /// The next runs that can share a batch; nil if none are left.
    ///
    /// A batch is at most one worker's share of the remaining runs. So batches get smaller towards the end, and all
    /// workers finish at about the same time.
    func next() -> [Recipe]? {
        lock.withLock {
            guard let first = rest.first else { return nil }
            let share = max(1, (rest.count + workerCount - 1) / workerCount)
            let most = min(first.variant.method.runs(ofImages: batchSize), share)
            let kind = first.batch
            let batch = rest.prefix(most).prefix { $0.batch == kind }
            rest = rest.dropFirst(batch.count)
            return Array(batch)
        }
    }
}
