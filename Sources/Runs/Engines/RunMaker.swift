// The engine's boundary: what makes runs, and what the engine tells of them.

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

/// What an engine tells while it works. Events come from the workers' threads.
package enum EngineEvent: Sendable {
    /// A worker's batch has made this many of its steps.
    case step(worker: Int, runs: Int, step: Int)
    /// Runs are in the store; made by one of this machine's workers, or elsewhere.
    case stored([RunHeader], worker: Int?)
    /// A job of this many tasks was given to a cluster.
    case submitted(job: String, tasks: Int)
    /// The engine has looked for news.
    case looked
}

/// What an engine has done.
package struct EngineSummary: Sendable, Equatable {
    /// Number of runs that were made and stored.
    package var made = 0
    /// Whether a stop was asked for before all were made.
    package var wasStopped = false
}
