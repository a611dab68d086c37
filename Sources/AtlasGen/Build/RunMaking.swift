// Makes runs with any engine, shows progress on the terminal, and handles Ctrl-C.

import Runs
import ViT

/// Making runs, as `build`, `work` and `visualise` share it.
struct RunMaking: Sendable {
    /// The model's configuration, which tells what a run costs.
    let model: ViTConfiguration
    /// Shows the user a message.
    var say: @Sendable (String) -> Void = { Terminal.say($0) }
    /// Makes what makes the runs. It is called only if there is something to do, because it may open a device.
    let makeEngine: @Sendable () throws -> any Engine

    /// Makes the runs of a project's plan that its store lacks.
    ///
    /// - Returns: their number; nil if Ctrl-C stopped it.
    func make(_ plan: Plan, of project: Project, in store: Store) async throws -> Int? {
        let missing = try store.missing(of: plan.recipes)
        guard !missing.isEmpty else { return 0 }
        for line in project.assumed { say("atlasgen: \(line)") }
        let engine = try makeEngine()
        let line = try BuildPlan(plan.recipes, missing: missing, store: store, engine: engine, cost: cost)
        say("atlasgen: \(line.text)")
        return try await make(missing, of: plan, by: engine)
    }

    /// Reads the photographs of a plan's scan that its store lacks.
    ///
    /// - Parameter shard: only this share of them; nil for all.
    /// - Returns: their number; nil if Ctrl-C stopped it.
    func read(_ plan: Plan, share shard: Shard? = nil) async throws -> Int? {
        guard let count = try plan.scan?.missingCount(of: shard), count > 0 else { return 0 }
        let engine = try makeEngine()
        let summary = try await watched(BuildProgress(count: count, of: "photographs"), engine) { signal, onEvent in
            try await engine.read(plan, share: shard, until: signal, onEvent: onEvent)
        }
        guard summary.wasStopped else { return summary.made }
        say(
            "atlasgen: stopped with \(max(0, count - summary.made)) of \(count) photographs not read yet. "
                + engine.stopMessage)
        return nil
    }

    /// Makes all runs of a plan.
    ///
    /// - Returns: their number; nil if Ctrl-C stopped it.
    func make(_ plan: Plan) async throws -> Int? { try await make(plan.recipes, of: plan, by: makeEngine()) }

    private func make(_ missing: [Recipe], of plan: Plan, by engine: any Engine) async throws -> Int? {
        let summary = try await watched(BuildProgress(missing, cost: cost), engine) { signal, onEvent in
            try await engine.make(missing, of: plan, until: signal, onEvent: onEvent)
        }
        guard summary.wasStopped else { return summary.made }
        say(
            "atlasgen: stopped with \(missing.count - summary.made) of \(missing.count) runs not made yet. "
                + engine.stopMessage)
        return nil
    }

    /// The floating-point operations of a run.
    private var cost: @Sendable (Recipe) -> Double {
        { [model] in model.runCost(at: $0.address, method: $0.variant.method) }
    }

    /// Shows the progress of work that Ctrl-C may stop.
    private func watched(
        _ progress: BuildProgress, _ engine: any Engine,
        _ work: (StopSignal, @escaping @Sendable (EngineEvent) -> Void) async throws -> EngineSummary
    ) async throws -> EngineSummary {
        let reporter = ProgressReporter(progress, advice: engine.advice)
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) { reporter.say("atlasgen: \(engine.interruptMessage)") }
        defer { withExtendedLifetime(interrupts) {} }
        // Ends the progress line, so that whatever follows, even an error, starts on a new line.
        defer { reporter.finish() }
        return try await work(signal) { reporter.note($0) }
    }
}
