// How many workers a machine gets.

import Foundation

/// The number of workers where the command line names none.
package enum WorkerCount {
    /// What Slurm gave this task (`SLURM_CPUS_PER_TASK`), or else every core that this process may use.
    package static func automatic(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) -> Int {
        if let text = environment["SLURM_CPUS_PER_TASK"], let count = Int(text), count > 0 { return count }
        return max(1, cores)
    }
}
