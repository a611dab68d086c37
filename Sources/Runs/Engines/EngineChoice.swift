// Which engine makes a build's missing runs.

import Foundation

/// This machine, or a cluster.
package enum EngineChoice: Sendable {
    /// Threads of this machine.
    case local
    /// Array jobs of a Slurm cluster.
    case slurm(Cluster)

    /// What the user may say about the cluster's jobs.
    package struct Cluster: Sendable {
        /// Number of shards.
        package var shardCount = Self.defaultShardCount
        /// Options for sbatch.
        var options: [String] = []
        /// Whether the shards are those of a plan with drafts.
        package var drafts = false

        package init(
            shardCount: Int = Self.defaultShardCount, options: [String] = [], drafts: Bool = false
        ) {
            self.shardCount = shardCount
            self.options = options
            self.drafts = drafts
        }

        /// Enough to keep a small partition busy; every shard reads the weights once.
        package static let defaultShardCount = 16

        /// How a project's tasks are started: this very program, in the project's folder.
        package func settings(of project: Project) throws -> SlurmSettings {
            let file = URL(fileURLWithPath: project.file).standardizedFileURL
            let folder = file.deletingLastPathComponent().path
            return SlurmSettings(
                command: [try Installation.program().path, "work", "--file", file.path]
                    + (drafts ? ["--drafts"] : []),
                projectFolder: folder, slurmFolder: "\(folder)/.atlas/slurm", shardCount: shardCount, options: options)
        }
    }

    /// What the first Ctrl-C is answered with.
    package var wordsAtInterrupt: String {
        switch self {
        case .local: "stopping after this step; once more to stop now."
        case .slurm: "no longer following the jobs; once more to stop now."
        }
    }

    /// How to go on after a stop.
    package var wordsAfterStop: String {
        switch self {
        case .local: "What is done is kept: `atlasgen build` goes on from there."
        case .slurm:
            "The jobs go on without this program: `atlasgen build --engine slurm` follows them again, and scancel ends "
                + "them."
        }
    }
}
