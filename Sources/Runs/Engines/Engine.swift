// An engine: what makes the runs that a plan wants and a store lacks, here or elsewhere.

/// Makes runs, and has the words for the person who waits for them.
package protocol Engine: Sendable {
    /// Makes runs, and returns when all are stored or `signal` stops it. What was finished is kept in either case.
    ///
    /// - Parameters:
    ///   - missing: the runs to make, in the plan's order.
    ///   - plan: the whole of which they are a part; other machines may be at work on its other parts.
    ///   - signal: asked often.
    ///   - onEvent: told what happens; called from several threads.
    func make(
        _ missing: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary

    /// What the first Ctrl-C is answered with.
    var wordsAtInterrupt: String { get }
    /// How to go on after a stop.
    var wordsAfterStop: String { get }
}

/// Makes a project's engine, which keeps its runs in the store.
package typealias EngineMaker = @Sendable (Project, Store) throws -> any Engine

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
