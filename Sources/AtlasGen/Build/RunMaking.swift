// Makes runs with any engine while the user watches: progress on the terminal, and Ctrl-C.

import Runs

/// What `build`, `work` and `visualise` share.
struct RunMaking: Sendable {
    /// What makes the runs.
    let engine: any Engine
    /// Told what the user should read.
    var say: @Sendable (String) -> Void = { Terminal.writeError($0 + "\n") }

    /// Makes the runs of a project's plan that its store lacks.
    ///
    /// - Returns: their number; nil where Ctrl-C stopped it.
    func make(_ plan: Plan, of project: Project, in store: Store) async throws -> Int? {
        let missing = try store.missing(of: plan.recipes)
        if !missing.isEmpty, let assumed = project.assumed { say("atlasgen: \(assumed)") }
        return try await make(missing, of: plan)
    }

    /// Makes the missing runs of a plan.
    ///
    /// - Returns: their number; nil where Ctrl-C stopped it.
    func make(_ missing: [Recipe], of plan: Plan) async throws -> Int? {
        guard !missing.isEmpty else { return 0 }
        let reporter = ProgressReporter(BuildProgress(missing))
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) { reporter.say("atlasgen: \(engine.interruptMessage)") }
        defer { withExtendedLifetime(interrupts) {} }
        let summary: EngineSummary
        do {
            // What follows, also an error's message, begins on a line of its own.
            defer { reporter.finish() }
            summary = try await engine.make(missing, of: plan, until: signal) { reporter.note($0) }
        }
        guard summary.wasStopped else { return summary.made }
        say(
            "atlasgen: stopped with \(missing.count - summary.made) of \(missing.count) runs still to make. "
                + engine.stopMessage)
        return nil
    }
}
