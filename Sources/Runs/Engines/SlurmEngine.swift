// Makes runs on a Slurm cluster: array jobs whose tasks write to the shared store.

import Foundation
import Support
import ViT

/// Submits the missing shards as array jobs, follows them, and submits lost ones again.
///
/// Only the store says what is done; Slurm only says which tasks are pending or running. Jobs outlive the program: a
/// later build finds their numbers in the Slurm folder, and does not submit them again.
package struct SlurmEngine: Engine {
    /// The store of the runs, on a file system that all machines share.
    let store: Store
    /// How tasks are started.
    let settings: SlurmSettings
    /// Runs a command; tests replace it.
    var run: @Sendable ([String]) async throws -> CommandResult = ExternalCommand.run
    /// The most seconds between two queries of the queue.
    var longestPause = 30.0
    /// The nodes may have other CPUs than this machine.
    package let kind: String? = nil
    package let advice: String? = nil
    package let interruptMessage = "no longer following the jobs; press Ctrl-C again to stop now."
    package let stopMessage =
        "The jobs continue without this program: `atlasgen build --engine slurm` follows them again, and scancel "
        + "(with --clusters, if you chose one) ends them."

    package var workerCount: Int { settings.shardCount }
    package var means: String { "\(settings.shardCount) tasks of a Slurm job" }

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

    /// A shard that makes no runs in this many jobs is given up.
    private static let attemptLimit = 3
    /// This many failed queries of the queue in a row are not a short outage.
    private static let outageLimit = 30

    /// The record of a submitted job.
    private struct JobNote: Codable {
        /// The job's number.
        var job: String
        /// Its cluster; nil for the default one, and in notes of version 0.1.
        var cluster: String?
        var shardCount: Int
        /// SHA-256 of the plan's keys: a job of another plan says nothing about this one's shards.
        var plan: String
    }

    /// How often a shard was submitted without any of its runs appearing.
    private struct Attempt {
        var count = 0
        var missing: Int
        var task: SlurmTask
    }

    /// Submits the missing runs that no task will make, and returns.
    ///
    /// - Returns: the new jobs, as sbatch prints them: `number`, or `number;cluster`.
    package func submit(_ plan: Plan) async throws -> [String] {
        guard let active = try await activeTasks(of: try notes(for: plan)) else {
            throw AtlasError(
                .io, "Slurm's controller does not answer, and earlier jobs may still be running; try again later.")
        }
        let runs = try uncoveredShards(of: runs(of: plan), active: active)
        let photographs = try uncoveredShards(of: photographs(of: plan), active: active)
        let shards = Set((runs + photographs).map(\.index)).sorted()
        return shards.isEmpty ? [] : [try await submit(shards, of: plan).description]
    }

    /// Things to make: runs, or photographs that are read.
    private struct Work<Item: Hashable> {
        /// What is called by this name, for messages.
        let noun: String
        /// What is still to be made.
        var missing: Set<Item>
        /// The share of a shard.
        let share: (Shard) -> [Item]
        /// What of `missing` has been made since, and the event that says so; the event of nothing new is `.polled`.
        let made: (Set<Item>) throws -> (items: Set<Item>, event: EngineEvent)
    }

    private func runs(of plan: Plan) throws -> Work<Recipe> {
        Work(noun: "runs", missing: Set(try store.missing(of: plan.recipes)), share: { plan.recipes(of: $0) }) {
            missing in
            let still = Set(try store.missing(of: Array(missing)))
            // A record that was damaged is missing again.
            let headers = try missing.subtracting(still).compactMap { try store.header($0.key) }
            return (Set(headers.map(\.recipe)), headers.isEmpty ? .polled : .stored(headers, worker: nil))
        }
    }

    private func photographs(of plan: Plan) throws -> Work<Photograph> {
        let missing = try plan.scan?.missing().flatMap(\.photographs) ?? []
        return Work(noun: "photographs", missing: Set(missing), share: { shard in missing.filter { $0.isIn(shard) } }) {
            missing in
            let still = Set(try plan.scan?.missing().flatMap(\.photographs) ?? [])
            let made = missing.subtracting(still)
            return (made, made.isEmpty ? .polled : .read(made.count))
        }
    }

    /// Makes the plan's missing runs on the cluster, and returns when they are in the store or `signal` stops the wait;
    /// the jobs then continue.
    ///
    /// - Throws: `AtlasError` if Slurm refuses a job or cannot be reached for long, or if a shard makes no runs in
    ///   three jobs.
    package func make(
        _ recipes: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        var work = try runs(of: plan)
        work.missing = Set(recipes)
        return try await follow(work, of: plan, until: signal, onEvent: onEvent)
    }

    /// Has the photographs read on the cluster, as `make` has runs made. The tasks that make runs read photographs, too.
    package func read(
        _ plan: Plan, share shard: Shard?, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        precondition(shard == nil, "a share is made by a task, not by the cluster")
        return try await follow(try photographs(of: plan), of: plan, until: signal, onEvent: onEvent)
    }

    private func follow<Item: Hashable>(
        _ work: Work<Item>, of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        var work = work
        let wanted = work.missing.count
        var attempts: [Int: Attempt] = [:]
        // A shard is lost only after two queries in a row: a run may take a moment to appear on a shared file system.
        var lostBefore: Set<Int>?
        var pause = min(1, longestPause)
        var outages = 0
        while !work.missing.isEmpty, !signal.isStopping {
            if let active = try await activeTasks(of: try notes(for: plan)) {
                outages = 0
                let lost = try uncoveredShards(of: work, active: active)
                let certain = lost.filter { lostBefore?.contains($0.index) ?? true }
                if !certain.isEmpty {
                    try await checkAttempts(certain, work.noun, &attempts)
                    let job = try await submit(certain.map(\.index), of: plan)
                    onEvent(.submitted(job: job.description, tasks: certain.count))
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
                        "Slurm's controller has not answered for a long time. The jobs may still be running; run the "
                            + "same command again to follow them.")
                }
            }
            await sleep(pause, signal)
            pause = min(longestPause, pause * 1.5)
            let made = try work.made(work.missing)
            onEvent(made.event)
            work.missing.subtract(made.items)
        }
        return EngineSummary(made: wanted - work.missing.count, wasStopped: !work.missing.isEmpty)
    }

    // MARK: - Shards

    /// The shards with missing work that no active task will do, and its amount.
    private func uncoveredShards<Item>(
        of work: Work<Item>, active: [(shard: Shard, task: SlurmTask)]
    ) throws -> [(index: Int, missing: Int)] {
        var rest = work.missing
        for (shard, _) in active { rest.subtract(work.share(shard)) }
        guard !rest.isEmpty else { return [] }
        return try (0..<settings.shardCount).compactMap { index in
            let share = work.share(try Shard(index: index, count: settings.shardCount))
            let count = share.count { rest.contains($0) }
            return count > 0 ? (index, count) : nil
        }
    }

    private func checkAttempts(
        _ shards: [(index: Int, missing: Int)], _ noun: String, _ attempts: inout [Int: Attempt]
    ) async throws {
        for shard in shards {
            guard let attempt = attempts[shard.index], attempt.missing == shard.missing,
                attempt.count >= Self.attemptLimit
            else { continue }
            throw AtlasError(
                .io,
                "Shard \(shard.index)/\(settings.shardCount) made no \(noun) in \(attempt.count) jobs"
                    + "\(try await state(of: attempt.task)). Its last log is \(settings.logPath(of: attempt.task))"
                    + "\(try lastLine(of: settings.logPath(of: attempt.task))). The other shards' \(noun) are kept.")
        }
    }

    /// ` (FAILED, 65:0)` if Slurm keeps accounts.
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

    private func submit(_ shards: [Int], of plan: Plan) async throws -> SlurmJob {
        try FileSystem.createFolder(settings.slurmFolder)
        try write(Array(SlurmSettings.script.utf8), to: settings.scriptPath)
        let result = try await run(settings.sbatch(shards: shards))
        guard result.succeeded, let job = Slurm.job(fromSbatch: result.output) else {
            let errors = result.errors.isEmpty ? result.output : result.errors
            // A full stop follows, whether Slurm has written one or not.
            let words = errors.trimmingCharacters(in: CharacterSet(charactersIn: " \n."))
            throw AtlasError(
                .io,
                "sbatch refused the job: \(words). "
                    + "Its options come from --sbatch and --shards.\(try await arrayLimit(words))")
        }
        let note = JobNote(
            job: job.number, cluster: job.cluster, shardCount: settings.shardCount, plan: Self.digest(of: plan))
        // Numbers of different clusters may be the same.
        let name = job.number + (job.cluster.map { "-" + $0.replacing("/", with: "-") } ?? "")
        try write(Array(try JSONEncoder().encode(note)), to: "\(settings.slurmFolder)/\(name).json")
        return job
    }

    /// What to do if a job array has more tasks than the cluster allows; empty for other errors of sbatch.
    private func arrayLimit(_ errors: String) async throws -> String {
        guard errors.contains("Invalid job array specification") else { return "" }
        let result: CommandResult
        do {
            result = try await run(Slurm.configuration(cluster: Slurm.cluster(in: settings.options)))
        } catch is AtlasError {
            result = CommandResult(succeeded: false, output: "", errors: "")
        }
        guard let limit = Slurm.largestArray(fromConfiguration: result.output) else {
            return
                " The cluster limits the tasks of a job array (MaxArraySize in `scontrol show config`): choose fewer "
                + "shards than \(settings.shardCount)."
        }
        return " The cluster allows job arrays of at most \(limit) tasks (its MaxArraySize), and --shards is "
            + "\(settings.shardCount): choose --shards \(limit) or fewer."
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
            // If a note cannot be read, runs are made twice, but none are lost.
            let note = try? JSONDecoder().decode(JobNote.self, from: Data(bytes))
            return note?.plan == digest ? note : nil
        }
    }

    /// The pending and running tasks; nil if Slurm does not answer.
    private func activeTasks(of notes: [JobNote]) async throws -> [(shard: Shard, task: SlurmTask)]? {
        let jobs = notes.map { (SlurmJob(number: $0.job, cluster: $0.cluster), $0.shardCount) }
        let counts = Dictionary(jobs) { first, _ in first }
        var tasks: [SlurmTask] = []
        for (cluster, notes) in Dictionary(grouping: notes, by: \.cluster) {
            let result = try await run(Slurm.squeue(jobs: notes.map(\.job), cluster: cluster))
            // squeue fails for a single job that has left the queue; here it means that the job has ended.
            guard result.succeeded || result.errors.contains("Invalid job id") else { return nil }
            tasks += Slurm.tasks(fromSqueue: result.output, cluster: cluster)
        }
        return try tasks.compactMap { task in
            guard let count = counts[task.job], (0..<count).contains(task.index) else { return nil }
            return (try Shard(index: task.index, count: count), task)
        }
    }

    private static func digest(of plan: Plan) -> String {
        Digest.hexadecimal(Array((plan.recipes.map(\.key.description).joined() + (plan.scan?.digest ?? "")).utf8))
    }

    /// Sleeps in short steps, so that Ctrl-C takes effect at once.
    private func sleep(_ seconds: Double, _ signal: StopSignal) async {
        let step = 0.2
        var left = seconds
        while left > 0, !signal.isStopping {
            // Only cancellation ends a step early, and then nobody is waiting.
            try? await Task.sleep(for: .seconds(min(step, left)))
            left -= step
        }
    }
}
