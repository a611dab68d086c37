// The arguments of Slurm's commands, and readers of their output.

import Foundation
import Support

/// An array job, as sbatch names it: a number, which is unique on its cluster only.
struct SlurmJob: Hashable, Sendable, CustomStringConvertible {
    /// The job's number.
    let number: String
    /// The cluster; nil for the one that Slurm's commands use here by default.
    var cluster: String?

    /// The job as `sbatch --parsable` prints it.
    var description: String { cluster.map { "\(number);\($0)" } ?? number }
}

/// One task of an array job.
struct SlurmTask: Hashable, Sendable, CustomStringConvertible {
    /// The array job.
    let job: SlurmJob
    /// The task's index, which is also its shard's.
    let index: Int

    /// The task as Slurm writes it on its own cluster, and in the names of logs.
    var description: String { "\(job.number)_\(index)" }
}

/// How the tasks of an array job are started.
package struct SlurmSettings: Sendable {
    /// The command that makes a shard, to which `--shard i/n` is added: the program's absolute path, and `work`.
    var command: [String]
    /// The project's folder, in which the tasks work; absolute.
    var projectFolder: String
    /// The folder of the script, the tasks' logs and the jobs' numbers; absolute.
    var slurmFolder: String
    /// Number of shards.
    var shardCount: Int
    /// The user's options for sbatch.
    var options: [String]

    /// What sbatch runs: the command after the shard count, with this task's shard.
    static let script = """
        #!/bin/sh
        # Written by atlasgen. Runs one shard: $1 is the number of shards, the rest is the command.
        count=$1
        shift
        exec "$@" --shard "$SLURM_ARRAY_TASK_ID/$count"

        """

    /// The script's path.
    var scriptPath: String { "\(slurmFolder)/work.sh" }

    /// Submits the tasks of `shards` as one array job. The user's options override the options before them.
    func sbatch(shards: [Int]) -> [String] {
        ["sbatch", "--job-name=atlasgen", "--cpus-per-task=1", "--output=\(escapedFolder)/%A_%a.log"] + options
            + [
                "--requeue", "--parsable", "--array=\(Self.ranges(shards))", "--chdir=\(projectFolder)", scriptPath,
                "\(shardCount)",
            ] + command
    }

    /// The folder with per cent signs doubled, because sbatch replaces `%A` and the like with numbers.
    private var escapedFolder: String { slurmFolder.replacing("%", with: "%%") }

    /// The log of a task, unless the user's options put it elsewhere.
    func logPath(of task: SlurmTask) -> String { "\(slurmFolder)/\(task).log" }

    /// `0,2-5` for 0, 2, 3, 4, 5, as `--array` takes it; the numbers ascend.
    static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

/// Slurm's queries, and readers of options and outputs.
package enum Slurm {
    /// Lists the pending and running tasks of jobs of one cluster, one per line.
    static func squeue(jobs: [String], cluster: String?) -> [String] {
        ["squeue", "--noheader", "--array", "--format=%i", "--jobs=\(jobs.joined(separator: ","))"] + on(cluster)
    }

    /// Asks Slurm's accounting, if there is any, how a task ended.
    static func sacct(_ task: SlurmTask) -> [String] {
        ["sacct", "--noheader", "--parsable2", "--allocations", "--format=State,ExitCode", "--jobs=\(task)"]
            + on(task.job.cluster)
    }

    /// Asks for a cluster's configuration.
    static func configuration(cluster: String?) -> [String] { ["scontrol", "show", "config"] + on(cluster) }

    private static func on(_ cluster: String?) -> [String] { cluster.map { ["--clusters=\($0)"] } ?? [] }

    /// The job from `sbatch --parsable`: `number`, or `number;cluster` if a cluster was chosen.
    static func job(fromSbatch output: String) -> SlurmJob? {
        let parts = output.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ";", maxSplits: 1)
        guard let number = parts.first, isNumber(number) else { return nil }
        return SlurmJob(number: String(number), cluster: parts.count > 1 ? String(parts[1]) : nil)
    }

    /// The tasks from squeue's lines. For a chosen cluster, one line is its name.
    static func tasks(fromSqueue output: String, cluster: String?) -> [SlurmTask] {
        output.split(whereSeparator: \.isNewline).compactMap { line in
            let parts = line.trimmingCharacters(in: .whitespaces).split(separator: "_")
            guard parts.count == 2, isNumber(parts[0]), let index = Int(parts[1]) else { return nil }
            return SlurmTask(job: SlurmJob(number: String(parts[0]), cluster: cluster), index: index)
        }
    }

    /// The most tasks of a job array, from `scontrol show config`; of several clusters, the smallest.
    static func largestArray(fromConfiguration output: String) -> Int? {
        output.split(whereSeparator: \.isNewline).compactMap { line -> Int? in
            let parts = line.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 && parts[0] == "MaxArraySize" ? Int(parts[1]) : nil
        }.min()
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// The value of `--clusters` or `-M` among sbatch's options; nil if there is none.
    static func cluster(in options: [String]) -> String? {
        for (index, option) in options.enumerated().reversed() {
            if let value = ["--clusters=", "-M"].first(where: { option.hasPrefix($0) && option != $0 }) {
                return String(option.dropFirst(value.count))
            }
            if ["--clusters", "-M"].contains(option), index + 1 < options.count { return options[index + 1] }
        }
        return nil
    }

    /// Splits the text of `--sbatch` at spaces; quotes keep them. No shell reads the text: no other character is
    /// special.
    ///
    /// - Throws: `AtlasError` of code `usage` for a quote that is not closed.
    package static func options(_ text: String) throws -> [String] {
        var options: [String] = []
        var option: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { option = (option ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                option = option ?? ""
            } else if character.isWhitespace {
                if let option { options.append(option) }
                option = nil
            } else {
                option = (option ?? "") + String(character)
            }
        }
        guard quote == nil else { throw AtlasError(.usage, "--sbatch: a quote is not closed in: \(text)") }
        if let option { options.append(option) }
        return options
    }
}
