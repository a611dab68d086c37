// What makes a build's missing runs, as the command line says it.

import ArgumentParser
import Runs

/// This machine or a cluster, and what the cluster's jobs are like.
struct EngineOptions: ParsableArguments {
    /// The engines by name.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case local, slurm
    }

    @Option(help: "What makes the runs: threads of this machine, or array jobs of a Slurm cluster.")
    var engine = Name.local

    @Option(
        help: """
            With slurm: number of shards, each a task of the array job. \
            (default: \(SlurmCluster.defaultShardCount))
            """)
    var shards: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With slurm: options for sbatch, as \"--partition=long --time=12:00:00\".", valueName: "options"))
    var sbatch: String?

    @Flag(help: "With slurm: submit the jobs, print their numbers and return; a later build writes the site.")
    var detach = false

    /// More shards than any cluster's array jobs have tasks.
    private static let shardLimit = 1_000_000

    func validate() throws {
        if let shards, !(1...Self.shardLimit).contains(shards) {
            throw ValidationError("--shards takes a number from 1 to \(Self.shardLimit), and got \(shards).")
        }
        guard engine == .local else { return }
        for (isGiven, name) in [(shards != nil, "--shards"), (sbatch != nil, "--sbatch"), (detach, "--detach")]
        where isGiven {
            throw ValidationError("\(name) is about a cluster's jobs; it needs --engine slurm.")
        }
    }

    /// The cluster's jobs; nil for this machine.
    ///
    /// - Parameter drafts: whether the plan has drafts.
    func cluster(drafts: Bool) throws -> SlurmCluster? {
        guard engine == .slurm else { return nil }
        return SlurmCluster(
            shardCount: shards ?? SlurmCluster.defaultShardCount, options: try Slurm.options(sbatch ?? ""),
            drafts: drafts)
    }
}
