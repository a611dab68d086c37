// The arguments of Slurm's commands, and readers of their output.

import Foundation
import Support

/// One task of an array job, written `job_index` by Slurm.
struct SlurmTask: Hashable, Sendable, CustomStringConvertible {
    /// The array job's number.
    let job: String
    /// The task's index, which is also its shard's.
    let index: Int

    var description: String { "\(job)_\(index)" }
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
    /// Lists the pending and running tasks of `jobs`, one per line.
    static func squeue(jobs: [String]) -> [String] {
        ["squeue", "--noheader", "--array", "--format=%i", "--jobs=\(jobs.joined(separator: ","))"]
    }

    /// Asks Slurm's accounting, if there is any, how a task ended.
    static func sacct(_ task: SlurmTask) -> [String] {
        ["sacct", "--noheader", "--parsable2", "--allocations", "--format=State,ExitCode", "--jobs=\(task)"]
    }

    /// The job's number from `sbatch --parsable`: `number` or `number;cluster`.
    static func job(fromSbatch output: String) -> String? {
        let number = output.trimmingCharacters(in: .whitespacesAndNewlines).prefix { $0 != ";" }
        return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber } ? String(number) : nil
    }

    /// The tasks from squeue's lines.
    static func tasks(fromSqueue output: String) -> [SlurmTask] {
        output.split(whereSeparator: \.isNewline).compactMap { line in
            let parts = line.trimmingCharacters(in: .whitespaces).split(separator: "_")
            guard parts.count == 2, let index = Int(parts[1]) else { return nil }
            return SlurmTask(job: String(parts[0]), index: index)
        }
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
