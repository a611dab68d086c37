// What makes batches of runs for the engine of this machine.

/// Makes batches of runs; one belongs to one worker and keeps that worker's buffers.
package protocol RunMaker {
    /// Makes runs side by side.
    ///
    /// - Parameters:
    ///   - recipes: at least one, whose `batch` is the same.
    ///   - shouldStop: asked before each step.
    ///   - onStep: told the number of steps done after each.
    /// - Returns: a record a recipe, in their order; nil where `shouldStop` ended it.
    func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]?
}
