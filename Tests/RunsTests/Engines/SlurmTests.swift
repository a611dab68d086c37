// Slurm: argument lists, outputs, the real script, and what becomes of lost shares.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct SlurmCommandTests {
    private let settings = SlurmSettings(
        command: ["/opt/atlas gen", "work"], projectFolder: "/home/a b", slurmFolder: "/home/a b/.atlas/slurm",
        shardCount: 6, options: ["--partition=long", "--comment=two words"])

    @Test func sbatchIsAnArgumentList() {
        #expect(
            settings.sbatch(shards: [0, 2, 3, 5]) == [
                "sbatch", "--job-name=atlasgen", "--cpus-per-task=1", "--output=/home/a b/.atlas/slurm/%A_%a.log",
                "--partition=long", "--comment=two words", "--requeue", "--parsable", "--array=0,2-3,5",
                "--chdir=/home/a b", "/home/a b/.atlas/slurm/work.sh", "6", "/opt/atlas gen", "work",
            ])
    }

    @Test(
        arguments: [
            ([], ""), ([3], "3"), ([0, 1, 2, 3], "0-3"), ([0, 2, 4], "0,2,4"), ([0, 1, 4, 5, 9], "0-1,4-5,9"),
        ] as [([Int], String)])
    func arrayRanges(numbers: [Int], text: String) {
        #expect(SlurmSettings.ranges(numbers) == text)
    }

    @Test func followingIsArgumentLists() {
        let queue = ["squeue", "--noheader", "--array", "--format=%i", "--jobs=4,15"]
        let account = ["sacct", "--noheader", "--parsable2", "--allocations", "--format=State,ExitCode", "--jobs=4_2"]
        for (cluster, option) in [(nil, []), ("east", ["--clusters=east"])] as [(String?, [String])] {
            let job = SlurmJob(number: "4", cluster: cluster)
            #expect(Slurm.squeue(jobs: ["4", "15"], cluster: cluster) == queue + option)
            #expect(Slurm.sacct(SlurmTask(job: job, index: 2)) == account + option)
            #expect(Slurm.configuration(cluster: cluster) == ["scontrol", "show", "config"] + option)
        }
    }

    @Test func outputsAreRead() {
        #expect(Slurm.job(fromSbatch: "123\n") == SlurmJob(number: "123"))
        #expect(Slurm.job(fromSbatch: "123;cluster_2\n") == SlurmJob(number: "123", cluster: "cluster_2"))
        #expect(Slurm.job(fromSbatch: "Submitted batch job 123") == nil)
        #expect(Slurm.job(fromSbatch: "") == nil)
        for cluster in [nil, "east_3"] {
            let job = SlurmJob(number: "12", cluster: cluster)
            #expect(
                Slurm.tasks(
                    fromSqueue: "CLUSTER: east_3\n12_3\n 12_10 \n12_[4-5]\n13\nslurm_load error\n", cluster: cluster)
                    == [SlurmTask(job: job, index: 3), SlurmTask(job: job, index: 10)])
        }
        let configuration = "Configuration data as of …\nMaxArraySize            = %\nMaxBatchRequeue         = 5\n"
        #expect(Slurm.largestArray(fromConfiguration: configuration.replacing("%", with: "1001")) == 1001)
        #expect(
            Slurm.largestArray(
                fromConfiguration: configuration.replacing("%", with: "1001") + configuration.replacing("%", with: "64")
            )
                == 64)
        #expect(Slurm.largestArray(fromConfiguration: "slurm_load_ctl_conf error\n") == nil)
    }

    @Test(
        arguments: [
            ([], nil), (["--clusters=a"], "a"), (["--clusters", "a,b"], "a,b"), (["-M", "a"], "a"), (["-Ma"], "a"),
            (["-M", "a", "--partition=x", "--clusters=b"], "b"), (["--clusters"], nil), (["--comment=-M"], nil),
        ] as [([String], String?)])
    func theClusterIsAnOption(options: [String], cluster: String?) {
        #expect(Slurm.cluster(in: options) == cluster)
    }

    @Test func optionsAreSplitAtSpaces() throws {
        #expect(try Slurm.options("--partition=long  --time=1:00") == ["--partition=long", "--time=1:00"])
        #expect(try Slurm.options("--comment=\"two words\" -x 'a b'") == ["--comment=two words", "-x", "a b"])
        #expect(try Slurm.options("$(rm) ; `x` '' ") == ["$(rm)", ";", "`x`", ""])
        #expect(try Slurm.options("") == [])
        let error = #expect(throws: AtlasError.self) { try Slurm.options("--comment=\"two") }
        #expect(error?.code == .usage)
    }

    /// The script as Slurm runs it, with a real shell.
    @Test func theScriptPassesItsShard() async throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(SlurmSettings.script.utf8, to: "work.sh")
        let result = try await ExternalCommand.run([
            "env", "SLURM_ARRAY_TASK_ID=2", "sh", script, "4", "printf", "<%s>", "two words", "$HOME",
        ])
        #expect(result == CommandResult(succeeded: true, output: "<two words><$HOME><--shard><2/4>", errors: ""))
    }

    @Test func aMissingProgramIsTold() async throws {
        let error = try await #require(throws: AtlasError.self) {
            try await ExternalCommand.run(["atlasgen-no-such-program"])
        }
        #expect(error.code == .data)
        #expect(error.description.contains("\"atlasgen-no-such-program\""))
        #expect(
            try await ExternalCommand.run(["sh", "-c", "echo a; echo b >&2; exit 3"])
                == CommandResult(succeeded: false, output: "a\n", errors: "b\n"))
    }

    @Test func fullPipesAreRead() async throws {
        let result = try await ExternalCommand.run([
            "sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero",
        ])
        #expect(result.succeeded && result.output.utf8.count == 300_000 && result.errors.utf8.count == 300_000)
    }

    #if os(Linux)
        @Test func aProgramHasAGroupOfItsOwnAndNoFilesOfThisOne() async throws {
            let group = try await ExternalCommand.run([
                "sh", "-c", "read -r id _ _ _ group _ </proc/$$/stat; echo $id $group",
            ])
            let numbers = group.output.split { $0.isWhitespace }
            #expect(numbers.count == 2 && numbers[0] == numbers[1])
            let folder = try TemporaryFolder()
            let file = try folder.write("".utf8, to: "held-by-this-program")
            let descriptor = open(file, O_RDONLY)
            defer { close(descriptor) }
            let files = try await ExternalCommand.run(["ls", "-l", "/proc/self/fd"]).output
            #expect(descriptor >= 0 && files.contains("/proc/") && !files.contains("held-by-this-program"))
        }
    #endif
}

/// Makes records that are the same for the same recipe.
private struct ExampleMaker: RunMaker {
    func make(_ recipes: [Recipe], shouldStop: () -> Bool, onStep: (Int) -> Void) throws -> [RunRecord]? {
        recipes.map { .example($0) }
    }
}

extension SlurmEngine {
    /// Makes what the store lacks of a plan.
    fileprivate func make(
        _ plan: Plan, until signal: StopSignal = StopSignal(),
        onEvent: @escaping @Sendable (EngineEvent) -> Void = { _ in }
    ) async throws -> EngineSummary {
        try await make(store.missing(of: plan.recipes), of: plan, until: signal, onEvent: onEvent)
    }
}

@Suite struct SlurmEngineTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let plan = Plan((0..<10).flatMap { neuron in (0..<2).map { .example(neuron: neuron, seed: $0) } })
    /// Every command that was run.
    private let commands = Guarded<[[String]]>([])

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas") { _ in }
    }

    /// An engine whose jobs number 1, 2, … are done at once by `work`, and whose queue is what `queue` says.
    ///
    /// - Parameter cluster: the cluster that sbatch says it has chosen.
    private func engine(
        shards: Int = 4, cluster: String? = nil,
        queue: @escaping @Sendable () -> CommandResult = { .init(succeeded: true, output: "", errors: "") },
        work: @escaping @Sendable (_ job: Int, _ shard: Int) throws -> Void
    ) -> SlurmEngine {
        let settings = SlurmSettings(
            command: ["/bin/atlasgen", "work"], projectFolder: folder.path,
            slurmFolder: "\(store.folder)/slurm", shardCount: shards, options: [])
        let commands = commands
        return SlurmEngine(
            store: store, settings: settings,
            run: { command in
                commands.change { $0.append(command) }
                guard command[0] == "sbatch" else {
                    return command[0] == "squeue" ? queue() : .init(succeeded: false, output: "", errors: "no accounts")
                }
                let job = commands.value.count { $0[0] == "sbatch" }
                let array = command.first { $0.hasPrefix("--array=") }?.dropFirst("--array=".count) ?? ""
                for range in array.split(separator: ",") {
                    let ends = range.split(separator: "-").compactMap { Int($0) }
                    for shard in ends[0]...ends[ends.count - 1] { try work(job, shard) }
                }
                return .init(succeeded: true, output: "\(job)\(cluster.map { ";\($0)" } ?? "")\n", errors: "")
            }, longestPause: 0)
    }

    private var arrays: [String] {
        commands.value.filter { $0[0] == "sbatch" }.map { $0.first { $0.hasPrefix("--array=") } ?? "" }
    }

    private func makeShare(_ shard: Int, of count: Int, limit: Int = .max) throws {
        for recipe in plan.recipes(of: try Shard(index: shard, count: count)).prefix(limit) {
            try store.save(.example(recipe))
        }
    }

    @Test func oneArrayJobMakesEverything() async throws {
        let seen = Guarded(0)
        let summary = try await engine { _, shard in try makeShare(shard, of: 4) }.make(plan) { event in
            if case .stored(let headers, _) = event { seen.change { $0 += headers.count } }
        }
        #expect(summary == EngineSummary(made: 20, wasStopped: false))
        #expect(seen.value == 20)
        #expect(arrays == ["--array=0-3"])
        #expect(try store.missing(of: plan.recipes).isEmpty)
        #expect(FileSystem.exists("\(store.folder)/slurm/work.sh"))
    }

    @Test func whatIsThereIsNotSubmitted() async throws {
        for shard in [0, 1, 3] { try makeShare(shard, of: 4) }
        _ = try await engine { _, shard in try makeShare(shard, of: 4) }.make(plan)
        #expect(arrays == ["--array=2"])
        #expect(try await engine { _, _ in }.make(plan) == EngineSummary())
        #expect(arrays == ["--array=2"])
    }

    // MARK: - Photographs

    /// A scan of the tests' pictures into the store.
    private func scan() throws -> PhotographScan {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        let model = try LoadedModel(path: root.appending(path: "models/vit-tiny64.safetensors").path)
        let pictures = try PhotographFolder(
            root.appending(path: "Tests/RenderTests/Fixtures/Pictures").path, limit: nil,
            digests: PhotographDigests(in: nil))
        return PhotographScan(
            pictures, model: model.model, digest: model.digest, preparation: model.checkpoint.preparation,
            places: [ReadingPlace(address: .head, tokens: .cls)], store: store)
    }

    /// Reads a share of a scan, without a model.
    private func readShare(_ shard: Int, of count: Int, _ scan: PhotographScan) throws {
        let place = scan.places[0]
        for unit in try scan.missing(of: Shard(index: shard, count: count)) {
            let reading = PlaceReading(
                activations: Array(repeating: 1, count: 50), peaks: [], peakPatches: [], maps: [])
            try store.save(
                PhotographShard(
                    place: scan.text(of: place), kernel: "none", neurons: 50, hasPatches: false,
                    unit.photographs.map { ($0.digest, reading) }, unreadable: [:]),
                in: scan.shardFolder(of: place))
        }
    }

    /// The tasks that make runs read photographs, too; those that die before are submitted again.
    @Test func photographsAreReadByTheSameTasks() async throws {
        var plan = plan
        let scan = try scan()
        plan.scan = scan
        let engine = engine { job, shard in
            try makeShare(shard, of: 4)
            if job > 1 || shard < 2 { try readShare(shard, of: 4, scan) }
        }
        #expect(try await engine.make(plan).made == 20)
        let missing = try scan.missingCount()
        #expect(missing > 0 && missing < scan.folder.photographs.count)
        let read = Guarded(0)
        let summary = try await engine.read(plan, share: nil, until: StopSignal()) { event in
            if case .read(let count) = event { read.change { $0 += count } }
        }
        #expect(summary == EngineSummary(made: missing, wasStopped: false) && read.value == missing)
        #expect(arrays == ["--array=0-3", "--array=2-3"])
        #expect(try scan.missingCount() == 0)
        // Nothing is left to submit.
        #expect(try await engine.submit(plan) == [])
        #expect(try await engine.read(plan, share: nil, until: StopSignal()) { _ in } == EngineSummary())
    }

    @Test func photographsAloneAreSubmitted() async throws {
        var plan = plan
        let scan = try scan()
        plan.scan = scan
        for shard in 0..<4 { try makeShare(shard, of: 4) }
        try readShare(1, of: 4, scan)
        #expect(try await engine { _, _ in }.submit(plan) == ["1"])
        #expect(arrays == ["--array=0,2-3"])
        let error = try await #require(throws: AtlasError.self) {
            try await engine { _, _ in }.read(plan, share: nil, until: StopSignal()) { _ in }
        }
        #expect(error.description.contains("made no photographs in 3 jobs"))
    }

    /// Share 2 dies after one run, share 3 at once; both are submitted again, together.
    @Test func lostSharesAreSubmittedAgain() async throws {
        let summary = try await engine { job, shard in
            try makeShare(shard, of: 4, limit: job > 1 || shard < 2 ? .max : 3 - shard)
        }.make(plan)
        #expect(summary.made == 20)
        #expect(arrays == ["--array=0-3", "--array=2-3"])
    }

    @Test func aShareThatMakesNothingIsGivenUp() async throws {
        let engine = engine { _, shard in if shard != 1 { try makeShare(shard, of: 4) } }
        try FileSystem.createFolder("\(store.folder)/slurm")
        _ = try folder.write("starting\nno such model\n".utf8, to: ".atlas/slurm/3_1.log")
        let error = try await #require(throws: AtlasError.self) { try await engine.make(plan) }
        #expect(arrays == ["--array=0-3", "--array=1", "--array=1"])
        #expect(
            error.description == "Shard 1/4 made no runs in 3 jobs. Its last log is \(store.folder)/slurm/3_1.log, "
                + "which ends with: no such model. The other shards' runs are kept.")
    }

    @Test func waitingTasksAreLeftAlone() async throws {
        let looks = Guarded(0)
        let store = store
        let plan = plan
        let engine = engine(
            queue: {
                looks.change { $0 += 1 }
                if looks.value < 4 { return .init(succeeded: true, output: "1_0\n1_1\n1_2\n1_3\n", errors: "") }
                do {
                    for recipe in plan.recipes { try store.save(.example(recipe)) }
                } catch {
                    return .init(succeeded: false, output: "", errors: "\(error)")
                }
                return .init(succeeded: false, output: "", errors: "slurm_load_jobs error: Invalid job id specified")
            }, work: { _, _ in })
        #expect(try await engine.submit(plan) == ["1"])
        // A later build finds the job of the first.
        #expect(try await engine.submit(plan) == [])
        #expect(try await engine.make(plan).made == 20)
        #expect(arrays == ["--array=0-3"])
    }

    /// Jobs of a chosen cluster are looked for there, beside those of the default one, whose numbers may be the same.
    @Test func jobsAreFollowedOnTheirClusters() async throws {
        let nothing: @Sendable (Int, Int) throws -> Void = { _, _ in }
        let queue: @Sendable () -> CommandResult = {
            .init(succeeded: true, output: "CLUSTER: east\n1_0\n1_1\n1_2\n1_3\n", errors: "")
        }
        #expect(try await engine(cluster: "east", queue: queue, work: nothing).submit(plan) == ["1;east"])
        #expect(try await engine(cluster: "east", queue: queue, work: nothing).submit(plan) == [])
        #expect(commands.value.last == Slurm.squeue(jobs: ["1"], cluster: "east"))
        // A note of version 0.1 has no cluster.
        let bytes = try #require(try FileSystem.read("\(store.folder)/slurm/1-east.json"))
        var note = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(note.removeValue(forKey: "cluster") as? String == "east")
        let old = try JSONSerialization.data(withJSONObject: note)
        try FileSystem.writeFile(Array(old), to: "\(store.folder)/slurm/1.json")
        commands.change { $0 = [] }
        #expect(try await engine(queue: queue, work: nothing).submit(plan) == [])
        #expect(
            Set(commands.value)
                == [Slurm.squeue(jobs: ["1"], cluster: "east"), Slurm.squeue(jobs: ["1"], cluster: nil)])
    }

    @Test(arguments: [
        ("MaxArraySize = 1001\n", "choose --shards 1001 or fewer"), ("", "choose fewer shards than 2000"),
    ])
    func aJobArrayThatIsTooLargeIsToldWithTheLimit(configuration: String, words: String) async throws {
        let commands = commands
        let engine = SlurmEngine(
            store: store,
            settings: SlurmSettings(
                command: ["a"], projectFolder: folder.path, slurmFolder: "\(store.folder)/slurm", shardCount: 2000,
                options: ["-M", "east"]),
            run: { command in
                commands.change { $0.append(command) }
                return command[0] == "scontrol"
                    ? .init(succeeded: true, output: configuration, errors: "")
                    : .init(
                        succeeded: false, output: "",
                        errors: "sbatch: error: Batch job submission failed: Invalid job array specification\n")
            }, longestPause: 0)
        let error = try await #require(throws: AtlasError.self) { try await engine.make(plan) }
        #expect(error.description.hasSuffix("\(words)."))
        #expect(commands.value.last == Slurm.configuration(cluster: "east"))
    }

    @Test func aRefusedJobIsTold() async throws {
        let engine = SlurmEngine(
            store: store,
            settings: SlurmSettings(
                command: ["a"], projectFolder: folder.path, slurmFolder: "\(store.folder)/slurm", shardCount: 1,
                options: ["--partition=none"]),
            run: { _ in .init(succeeded: false, output: "", errors: "sbatch: error: invalid partition\n") },
            longestPause: 0)
        let error = try await #require(throws: AtlasError.self) { try await engine.make(plan) }
        #expect(
            error.description == "sbatch refused the job: sbatch: error: invalid partition. "
                + "Its options come from --sbatch and --shards.")
    }

    @Test func aLongOutageIsTold() async throws {
        let engine = engine(
            queue: { .init(succeeded: false, output: "", errors: "Unable to contact slurm controller") },
            work: { _, _ in })
        let error = try await #require(throws: AtlasError.self) { try await engine.make(plan) }
        #expect(error.description.contains("run the same command again"))
        #expect(arrays.count == 1)
    }

    /// Every engine makes what a plan's store lacks, and nothing else.
    @Test func enginesAreAlike() async throws {
        let local = LocalEngine(workerCount: 2, batchSize: 3, save: store.save) { _ in ExampleMaker() }
        let engines: [any Engine] = [local, engine { _, shard in try makeShare(shard, of: 4) }]
        for engine in engines {
            for entry in try store.entries() { try FileSystem.remove(store.path(of: entry.header.recipe.key)) }
            for recipe in plan.recipes.prefix(7) { try store.save(.example(recipe)) }
            let missing = try store.missing(of: plan.recipes)
            let seen = Guarded<[Recipe]>([])
            let summary = try await engine.make(missing, of: plan, until: StopSignal()) { event in
                if case .stored(let headers, _) = event { seen.change { $0 += headers.map(\.recipe) } }
            }
            #expect(summary == EngineSummary(made: 13, wasStopped: false))
            #expect(Set(seen.value) == Set(missing) && seen.value.count == 13)
            #expect(try store.missing(of: plan.recipes).isEmpty)
            #expect(engine.interruptMessage.hasSuffix("; press Ctrl-C again to stop now."))
        }
    }

    @Test func aStopLeavesTheJobs() async throws {
        let signal = StopSignal()
        let engine = engine { _, shard in
            if shard == 0 { try makeShare(0, of: 4) }
            signal.stop()
        }
        let summary = try await engine.make(plan, until: signal)
        #expect(summary.wasStopped && summary.made == 6)
        #expect(arrays.count == 1)
    }
}
