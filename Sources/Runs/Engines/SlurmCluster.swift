// A project's jobs on a Slurm cluster, as the user may shape them.

import Foundation

/// What the user may say about the cluster's jobs.
package struct SlurmCluster: Sendable {
    /// Number of shards.
    package let shardCount: Int
    /// Options for sbatch.
    let options: [String]
    /// Whether the shards are those of a plan with drafts.
    let drafts: Bool

    package init(shardCount: Int = Self.defaultShardCount, options: [String] = [], drafts: Bool = false) {
        self.shardCount = shardCount
        self.options = options
        self.drafts = drafts
    }

    /// Enough to keep a small partition busy; every shard reads the weights once.
    package static let defaultShardCount = 16

    /// The engine of a project, whose tasks are this very program in the project's folder.
    package func engine(of project: Project, store: Store) throws -> SlurmEngine {
        let file = URL(fileURLWithPath: project.file).standardizedFileURL
        let folder = file.deletingLastPathComponent().path
        return SlurmEngine(
            store: store,
            settings: SlurmSettings(
                command: [try Installation.program().path, "work", "--file", file.path]
                    + (drafts ? ["--drafts"] : []),
                projectFolder: folder, slurmFolder: "\(folder)/.atlas/slurm", shardCount: shardCount, options: options))
    }
}
