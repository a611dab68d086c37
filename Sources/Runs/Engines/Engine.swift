// An engine makes a plan's missing runs, on this machine or elsewhere.

/// Makes runs, and provides the messages for the user who waits for them.
package protocol Engine: Sendable {
    /// Makes runs, and returns when all are stored or `signal` stops it. What was finished is kept in either case.
    ///
    /// - Parameters:
    ///   - missing: the runs to make, in the plan's order.
    ///   - plan: the whole plan; other machines may be making its other runs.
    ///   - signal: checked often.
    ///   - onEvent: called for each event, from several threads.
    func make(
        _ missing: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary

    /// Reads the photographs of the plan's scan that its store lacks, and returns when all are stored or `signal` stops
    /// it. What was read is kept in either case.
    ///
    /// - Parameters:
    ///   - plan: the whole plan, with its scan; other machines may be reading other photographs.
    ///   - shard: only this share of the photographs; nil for all.
    ///   - signal: checked often.
    ///   - onEvent: called for each event, from several threads.
    /// - Returns: the number of photographs that were read.
    func read(
        _ plan: Plan, share shard: Shard?, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary

    /// What makes the runs, in words: `2 workers on the CPU (Haswell)`.
    var means: String { get }
    /// Number of batches that are made at once.
    var workerCount: Int { get }
    /// The device's kind, whose runs tell how long others take; nil if it is not known here.
    var kind: String? { get }
    /// What to do instead of waiting for hours; nil if there is nothing else.
    var advice: String? { get }
    /// The message after the first Ctrl-C.
    var interruptMessage: String { get }
    /// The message after a stop: how to continue.
    var stopMessage: String { get }
}

/// An event that an engine reports while it works, from the workers' threads.
package enum EngineEvent: Sendable {
    /// A worker's batch of runs, of which `recipe` is the first, has done `step` steps.
    case step(worker: Int, recipe: Recipe, runs: Int, step: Int)
    /// Runs were stored. `worker` is the worker of this machine that made them; nil if they were made elsewhere.
    case stored([RunHeader], worker: Int?)
    /// This many photographs were read.
    case read(Int)
    /// A job of this many tasks was submitted to a cluster.
    case submitted(job: String, tasks: Int)
    /// The engine checked for new runs and found none.
    case polled
}

/// What an engine has done.
package struct EngineSummary: Sendable, Equatable {
    /// Number of runs that were made and stored, or of photographs that were read.
    package var made = 0
    /// Whether it was stopped before all were made.
    package var wasStopped = false
}
