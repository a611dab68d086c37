// Makes batches of runs for the local engine.

/// Makes batches of runs. Each worker has its own, which keeps the worker's buffers.
package protocol RunMaker {
    /// Makes runs side by side.
    ///
    /// - Parameters:
    ///   - recipes: at least one; all have the same `batch`.
    ///   - shouldStop: called before each step.
    ///   - onStep: called after each step with the number of steps done.
    /// - Returns: one record per recipe, in their order; nil if `shouldStop` returned true.
    func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]?
}
