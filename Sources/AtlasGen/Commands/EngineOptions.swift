// The options for the engine that makes a build's missing runs.

import ArgumentParser
import Runs

/// This machine or a cluster, and the settings of the cluster's jobs.
struct EngineOptions: ParsableArguments {
    /// The engines by name.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case local, slurm
    }

    @Option(help: "Where runs are made: local (threads on this machine) or slurm (array jobs on a cluster).")
    var engine = Name.local

    @Option(
        help: """
            With slurm: number of shards; each is one task of the array job. \
            (default: \(SlurmCluster.defaultShardCount))
            """)
    var shards: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With slurm: options for sbatch, such as \"--partition=long --time=12:00:00\". (default: none)",
            valueName: "options"))
    var sbatch: String?

    @Flag(help: "With slurm: submit the jobs, print their numbers and return; a later build writes the site.")
    var detach = false

    /// More than the number of tasks that any cluster allows in an array job.
    private static let shardLimit = 1_000_000

    func validate() throws {
        if let shards, !(1...Self.shardLimit).contains(shards) {
            throw ValidationError("--shards must be from 1 to \(Self.shardLimit); got \(shards).")
        }
        guard engine == .local else { return }
        for (isGiven, name) in [(shards != nil, "--shards"), (sbatch != nil, "--sbatch"), (detach, "--detach")]
        where isGiven {
            throw ValidationError("\(name) needs --engine slurm.")
        }
    }

    /// The cluster's jobs; nil for this machine.
    ///
    /// - Parameters:
    ///   - drafts: whether the plan includes drafts.
    ///   - device: what each task computes with; nil for the project's choice.
    func cluster(drafts: Bool, device: DeviceChoice?) throws -> SlurmCluster? {
        guard engine == .slurm else { return nil }
        return SlurmCluster(
            shardCount: shards ?? SlurmCluster.defaultShardCount, options: try Slurm.options(sbatch ?? ""),
            drafts: drafts, device: device?.description)
    }
}
