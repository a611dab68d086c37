// `atlasgen build`: makes the missing runs, and writes the site.

import ArgumentParser
import Foundation
import Render
import Runs
import Support

/// Makes the runs that the store lacks and writes the site.
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make the missing runs and write the site.",
        usage: "atlasgen build [<options>] [<folder>]",
        discussion: HelpText.discussion(
            "It can be stopped at any time, and goes on where it was.",
            examples: [
                "atlasgen build my-atlas",
                "atlasgen build my-atlas --dry-run           # how long would it take?",
                "atlasgen build my-atlas --device cuda       # on a GPU",
                "atlasgen build my-atlas --engine slurm --sbatch \"--partition=long\"",
            ], documents: ["docs/scaling.md", "docs/accelerators.md", "docs/publishing.md"]))

    @OptionGroup var project: ProjectArgument

    @Option(
        name: .shortAndLong, help: "The folder to write the site to, relative to the project's folder.",
        completion: .directory)
    var output = "site"

    @Option(help: "Number of workers. (default: one per core, or per device of an accelerator)")
    var workers: Int?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Include drafts: posts with `published: false` or a future date.")
    var drafts = false

    @Flag(help: "Make no runs: if any are missing, list them and fail.")
    var frozen = false

    @Flag(help: "Make no runs: publish those that exist; pages say what is missing.")
    var partial = false

    @Flag(help: "Fail if a text gives a warning, before the site is replaced.")
    var strict = false

    @Flag(help: "Say nothing of warnings but those about links that lead nowhere and pictures that are not there.")
    var quiet = false

    @OptionGroup var engine: EngineOptions

    @Flag(help: "Only print the plan: runs wanted, present and missing, and the core-hours needed.")
    var dryRun = false

    @Flag(help: "With --dry-run: print JSON.")
    var json = false

    @Flag(
        help: """
            Print the seconds of each phase on the standard error stream: plan, make, score, render, write.
            """)
    var timings = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers must be at least 1; got \(workers).") }
        if frozen, partial { throw ValidationError("--frozen and --partial cannot be combined; choose one.") }
        if frozen || partial, engine.detach {
            throw ValidationError("--detach submits runs, but --frozen and --partial make none; choose one.")
        }
        if workers != nil, engine.engine == .slurm {
            throw ValidationError("--workers applies to this machine only; set a task's cores with --sbatch.")
        }
        if timings, dryRun || engine.detach {
            throw ValidationError("--timings needs a whole build; remove --dry-run or --detach.")
        }
        if json, !dryRun { throw ValidationError("--json needs --dry-run.") }
    }

    func run() async throws {
        try project.check()
        let say: @Sendable (String) -> Void = { Terminal.say($0) }
        let cluster = try engine.cluster(drafts: drafts, device: device.device)
        let options = SiteBuild.Options(
            file: project.file, output: output, drafts: drafts, device: device.device, workers: workers,
            cluster: cluster, missing: frozen ? .refused : partial ? .skipped : .made, isStrict: strict)
        if dryRun {
            let estimate = try SiteBuild.estimate(options, say: say)
            let workers = workers ?? cluster?.shardCount ?? estimate.workers
            let text = json ? try JSONEncoder.commands.text(of: estimate) : estimate.text(workers: workers)
            try Terminal.write(text + "\n")
        } else if let cluster, engine.detach {
            let jobs = try await SiteBuild.submit(options, cluster, say: say)
            for job in jobs { try Terminal.write(job + "\n") }
            say(
                jobs.isEmpty
                    ? "atlasgen: all runs are stored or already submitted."
                    : "atlasgen: submitted. `atlasgen build --engine slurm` follows the job and writes the site.")
        } else {
            try await build(options, say: say)
        }
    }

    private func build(_ options: SiteBuild.Options, say: @escaping @Sendable (String) -> Void) async throws {
        guard let summary = try await SiteBuild.run(options, say: say) else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        if let photographs = summary.photographs { report(photographs, say: say) }
        if !quiet { for note in summary.notes { say("atlasgen: \(note)") } }
        for warning in quiet ? summary.losses : summary.warnings { say("atlasgen: warning: \(warning)") }
        if timings { say(Self.table(summary)) }
        try Terminal.write(
            """
            \(summary.output.readableLine)/index.html: \(Format.count(summary.files)) files, \(Format.bytes(summary.bytes)).
            \(summary.made) runs made, \(summary.reused) reused, in \(BuildProgress.duration(summary.seconds)).

            """)
        if let photographs = summary.photographs { try Terminal.write(Self.line(photographs) + "\n") }
    }

    /// A message lists at most this many files that were skipped.
    private static let listedFiles = 20

    private func report(_ photographs: SiteBuild.Photographs, say: (String) -> Void) {
        let skipped = photographs.skipped
        guard !skipped.isEmpty else { return }
        say(
            "atlasgen: warning: \(skipped.count == 1 ? "1 file was" : "\(skipped.count) files were") no readable photograph:"
        )
        for file in skipped.prefix(Self.listedFiles) { say("  \(file.path.readableLine): \(file.reason)") }
        if skipped.count > Self.listedFiles { say("  and \(skipped.count - Self.listedFiles) more") }
    }

    private static func line(_ photographs: SiteBuild.Photographs) -> String {
        "\(Format.count(photographs.seen)) photographs, \(photographs.read) of them read now"
            + (photographs.skipped.isEmpty ? "" : ", \(photographs.skipped.count) files skipped")
            + (photographs.published == 0
                ? "; the site shows none of them."
                : "; the site shows \(Format.count(photographs.published)) of them. Publish only what you may.")
    }

    private static func table(_ summary: SiteBuild.Summary) -> String {
        var table = TextTable(
            columns: [
                .init(title: "phase"), .init(title: "seconds", isNumeric: true), .init(title: "share", isNumeric: true),
            ])
        for (name, seconds) in summary.times.map({ ($0.phase.rawValue, $0.seconds) }) + [("all", summary.seconds)] {
            let share = summary.seconds > 0 ? seconds / summary.seconds : 0
            table.rows.append([name, String(format: "%.2f", seconds), String(format: "%.0f %%", 100 * share)])
        }
        return table.text
    }
}
