// Makes runs on a Slurm cluster: array jobs whose tasks write to the shared store.

import Foundation
import Support
import ViT

/// Submits the missing shares as array jobs, follows them, and submits again what was lost.
///
/// The store alone says what is done; Slurm only says which tasks are still on their way. Jobs outlive the program:
/// a later build finds their numbers in the Slurm folder, and does not submit them again.
package struct SlurmEngine: Engine {
    /// Where runs are kept; on a file system that all machines share.
    let store: Store
    /// How tasks are started.
    let settings: SlurmSettings
    /// Runs a command; the real ones unless a test gives others.
    var run: @Sendable ([String]) async throws -> CommandResult = ExternalCommand.run
    /// Seconds between two looks at the queue, at most.
    var longestPause = 30.0
    package let wordsAtInterrupt = "no longer following the jobs; once more to stop now."
    package let wordsAfterStop =
        "The jobs go on without this program: `atlasgen build --engine slurm` follows them again, and scancel ends "
        + "them."

    package init(
        store: Store, settings: SlurmSettings,
        run: @escaping @Sendable ([String]) async throws -> CommandResult = ExternalCommand.run,
        longestPause: Double = 30.0
    ) {
        self.store = store
        self.settings = settings
        self.run = run
        self.longestPause = longestPause
    }

    /// A share that makes nothing in so many jobs is given up.
    private static let attemptLimit = 3
    /// So many failed looks at the queue in a row are no short outage.
    private static let outageLimit = 30

    /// What is remembered of a submitted job.
    private struct JobNote: Codable {
        var job: String
        var shardCount: Int
        /// SHA-256 of the plan's keys: a job of another plan says nothing about this one's shares.
        var plan: String
    }

    /// How often a share was submitted without any of its runs appearing.
    private struct Attempt {
        var count = 0
        var missing: Int
        var task: SlurmTask
    }

    /// Submits what is missing and not on its way, and returns.
    ///
    /// - Returns: the numbers of the new jobs.
    package func submit(_ plan: Plan) async throws -> [String] {
        let missing = Set(try store.missing(of: plan.recipes))
        guard let active = try await activeTasks(of: try notes(for: plan)) else {
            throw AtlasError(
                .io, "Slurm's controller does not answer, and earlier jobs may be at work; try again later.")
        }
        let shards = try uncoveredShards(of: plan, missing: missing, active: active)
        return shards.isEmpty ? [] : [try await submit(shards.map(\.index), of: plan)]
    }

    /// Lets the cluster make the plan's runs that are missing, and returns when they are in the store or `signal` stops
    /// the waiting; then the jobs go on.
    ///
    /// - Throws: `AtlasError` where Slurm refuses a job, where it cannot be reached for long, and where a share makes
    ///   nothing in three jobs.
    package func make(
        _ recipes: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        var missing = Set(recipes)
        let wanted = missing.count
        var attempts: [Int: Attempt] = [:]
        // Lost in two looks in a row: a run may take a moment to appear on a shared file system.
        var lostBefore: Set<Int>?
        var pause = min(1, longestPause)
        var outages = 0
        while !missing.isEmpty, !signal.isStopping {
            if let active = try await activeTasks(of: try notes(for: plan)) {
                outages = 0
                let lost = try uncoveredShards(of: plan, missing: missing, active: active)
                let certain = lost.filter { lostBefore?.contains($0.index) ?? true }
                if !certain.isEmpty {
                    try await checkAttempts(certain, &attempts)
                    let job = try await submit(certain.map(\.index), of: plan)
                    onEvent(.submitted(job: job, tasks: certain.count))
                    for shard in certain {
                        let task = SlurmTask(job: job, index: shard.index)
                        let count = attempts[shard.index].map { $0.missing == shard.missing ? $0.count : 0 } ?? 0
                        attempts[shard.index] = Attempt(count: count + 1, missing: shard.missing, task: task)
                    }
                }
                lostBefore = Set(lost.map(\.index)).subtracting(certain.map(\.index))
            } else {
                outages += 1
                guard outages < Self.outageLimit else {
                    throw AtlasError(
                        .io,
                        "Slurm's controller has not answered for long. The jobs may still be at work; run the "
                            + "same command again to follow them.")
                }
            }
            await sleep(pause, signal)
            pause = min(longestPause, pause * 1.5)
            let still = Set(try store.missing(of: Array(missing)))
            let headers = try missing.subtracting(still).compactMap { try store.header($0.key) }
            onEvent(headers.isEmpty ? .looked : .stored(headers, worker: nil))
            // A record that was damaged is missing again.
            missing.subtract(headers.map(\.recipe))
        }
        return EngineSummary(made: wanted - missing.count, wasStopped: !missing.isEmpty)
    }

    // MARK: - Shares

    /// The shares with missing runs that no active task is to make, and the number of those runs.
    private func uncoveredShards(
        of plan: Plan, missing: Set<Recipe>, active: [(shard: Shard, task: SlurmTask)]
    ) throws -> [(index: Int, missing: Int)] {
        var rest = missing
        for (shard, _) in active { rest.subtract(plan.recipes(of: shard)) }
        guard !rest.isEmpty else { return [] }
        return try (0..<settings.shardCount).compactMap { index in
            let recipes = plan.recipes(of: try Shard(index: index, count: settings.shardCount))
            let count = recipes.count { rest.contains($0) }
            return count > 0 ? (index, count) : nil
        }
    }

    private func checkAttempts(_ shards: [(index: Int, missing: Int)], _ attempts: inout [Int: Attempt]) async throws {
        for shard in shards {
            guard let attempt = attempts[shard.index], attempt.missing == shard.missing,
                attempt.count >= Self.attemptLimit
            else { continue }
            throw AtlasError(
                .io,
                "The share \(shard.index)/\(settings.shardCount) made nothing in \(attempt.count) jobs"
                    + "\(try await state(of: attempt.task)). Its last log is \(settings.logPath(of: attempt.task))"
                    + "\(try lastLine(of: settings.logPath(of: attempt.task))). What the others made is kept.")
        }
    }

    /// ` (FAILED, 65:0)` where Slurm keeps accounts.
    private func state(of task: SlurmTask) async throws -> String {
        let result: CommandResult
        do {
            result = try await run(Slurm.sacct(task))
        } catch is AtlasError {
            // A cluster without accounting has no sacct; the log says more.
            return ""
        }
        guard result.succeeded, let line = result.output.split(whereSeparator: \.isNewline).first else { return "" }
        return " (\(line.replacingOccurrences(of: "|", with: ", ")))"
    }

    private func lastLine(of log: String) throws -> String {
        guard let file = try OpenFile(reading: log) else { return "" }
        let bytes = try file.read(from: max(0, try file.size() - 2048))
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map { ", which ends with: \($0)" } ?? ""
    }

    // MARK: - Jobs

    private func submit(_ shards: [Int], of plan: Plan) async throws -> String {
        try FileSystem.createFolder(settings.slurmFolder)
        try write(Array(SlurmSettings.script.utf8), to: settings.scriptPath)
        let result = try await run(settings.sbatch(shards: shards))
        guard result.succeeded, let job = Slurm.job(fromSbatch: result.output) else {
            let words = result.errors.trimmingCharacters(in: .whitespacesAndNewlines)
            throw AtlasError(
                .io,
                "sbatch refused the job: \(words.isEmpty ? result.output : words). "
                    + "Its options come from --sbatch and --shards.")
        }
        let note = JobNote(job: job, shardCount: settings.shardCount, plan: Self.digest(of: plan))
        try write(Array(try JSONEncoder().encode(note)), to: "\(settings.slurmFolder)/\(job).json")
        return job
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 16))"
        try FileSystem.writeDurably(bytes, to: path, by: temporary)
    }

    /// The jobs of this plan that were ever submitted, this time or by an earlier build.
    private func notes(for plan: Plan) throws -> [JobNote] {
        let digest = Self.digest(of: plan)
        return try FileSystem.names(in: settings.slurmFolder).filter { $0.hasSuffix(".json") }.compactMap { name in
            guard let bytes = try FileSystem.read("\(settings.slurmFolder)/\(name)") else { return nil }
            // A note that cannot be read costs runs made twice, not runs lost.
            let note = try? JSONDecoder().decode(JobNote.self, from: Data(bytes))
            return note?.plan == digest ? note : nil
        }
    }

    /// The tasks that wait or run; nil where Slurm does not answer.
    private func activeTasks(of notes: [JobNote]) async throws -> [(shard: Shard, task: SlurmTask)]? {
        guard !notes.isEmpty else { return [] }
        let result = try await run(Slurm.squeue(jobs: notes.map(\.job)))
        // A single job that has left the queue is an error for squeue, and the end of the job for us.
        if !result.succeeded { return result.errors.contains("Invalid job id") ? [] : nil }
        let counts = Dictionary(notes.map { ($0.job, $0.shardCount) }) { first, _ in first }
        return try Slurm.tasks(fromSqueue: result.output).compactMap { task in
            guard let count = counts[task.job], (0..<count).contains(task.index) else { return nil }
            return (try Shard(index: task.index, count: count), task)
        }
    }

    private static func digest(of plan: Plan) -> String {
        Digest.hexadecimal(Array(plan.recipes.map(\.key.description).joined().utf8))
    }

    /// Sleeps in short naps, so that Ctrl-C is heard at once.
    private func sleep(_ seconds: Double, _ signal: StopSignal) async {
        let nap = 0.2
        var left = seconds
        while left > 0, !signal.isStopping {
            // Only cancelling ends a nap early, and then there is no one to wait for.
            try? await Task.sleep(for: .seconds(min(nap, left)))
            left -= nap
        }
    }
}
