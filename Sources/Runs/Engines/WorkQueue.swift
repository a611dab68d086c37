// Hands batches of runs to workers.

import Foundation

/// The runs that are still to be made, in their order.
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

    /// The next runs of one group; nil where none are left.
    ///
    /// Towards the end batches get smaller, so that all workers end together: a batch is no more than its share of
    /// what is left.
    func next() -> [Recipe]? {
        lock.withLock {
            guard let first = rest.first else { return nil }
            let share = max(1, (rest.count + workerCount - 1) / workerCount)
            let group = first.group
            let batch = rest.prefix(min(group.runs(ofImages: batchSize), share)).prefix { $0.group == group }
            rest = rest.dropFirst(batch.count)
            return Array(batch)
        }
    }
}
