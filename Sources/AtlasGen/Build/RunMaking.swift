// Makes runs with any engine, shows progress on the terminal, and handles Ctrl-C.

import Runs

/// Making runs, as `build`, `work` and `visualise` share it.
struct RunMaking: Sendable {
    /// What makes the runs.
    let engine: any Engine
    /// Shows the user a message.
    var say: @Sendable (String) -> Void = { Terminal.say($0) }

    /// Makes the runs of a project's plan that its store lacks.
    ///
    /// - Returns: their number; nil if Ctrl-C stopped it.
    func make(_ plan: Plan, of project: Project, in store: Store) async throws -> Int? {
        let missing = try store.missing(of: plan.recipes)
        if !missing.isEmpty { for line in project.assumed { say("atlasgen: \(line)") } }
        return try await make(missing, of: plan)
    }

    /// Makes the missing runs of a plan.
    ///
    /// - Returns: their number; nil if Ctrl-C stopped it.
    func make(_ missing: [Recipe], of plan: Plan) async throws -> Int? {
        guard !missing.isEmpty else { return 0 }
        let reporter = ProgressReporter(BuildProgress(missing))
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) { reporter.say("atlasgen: \(engine.interruptMessage)") }
        defer { withExtendedLifetime(interrupts) {} }
        let summary: EngineSummary
        do {
            // Ends the progress line, so that whatever follows, even an error, starts on a new line.
            defer { reporter.finish() }
            summary = try await engine.make(missing, of: plan, until: signal) { reporter.note($0) }
        }
        guard summary.wasStopped else { return summary.made }
        say(
            "atlasgen: stopped with \(missing.count - summary.made) of \(missing.count) runs not made yet. "
                + engine.stopMessage)
        return nil
    }
}
