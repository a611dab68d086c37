// The user's settings for a project's jobs on a Slurm cluster.

import Foundation

/// The settings of the cluster's jobs.
package struct SlurmCluster: Sendable {
    /// Number of shards.
    package let shardCount: Int
    /// Options for sbatch.
    let options: [String]
    /// Whether the plan includes drafts.
    let drafts: Bool
    /// What a task computes with; nil for the project's choice.
    let device: String?

    package init(
        shardCount: Int = Self.defaultShardCount, options: [String] = [], drafts: Bool = false, device: String? = nil
    ) {
        self.device = device
        self.shardCount = shardCount
        self.options = options
        self.drafts = drafts
    }

    /// Enough to keep a small partition busy; every shard reads the weights once.
    package static let defaultShardCount = 16

    /// The engine of a project. Its tasks run this same program in the project's folder.
    package func engine(of project: Project, store: Store) throws -> SlurmEngine {
        let file = URL(fileURLWithPath: project.file).standardizedFileURL
        let folder = file.deletingLastPathComponent().path
        return SlurmEngine(
            store: store,
            settings: SlurmSettings(
                command: [try Installation.program().path, "work", "--file", file.path]
                    + (drafts ? ["--drafts"] : []) + (device.map { ["--device", $0] } ?? []),
                projectFolder: folder, slurmFolder: "\(folder)/.atlas/slurm", shardCount: shardCount, options: options))
    }
}
