// `atlasgen export`: writes a project's runs and scores as files for papers and programs.

import ArgumentParser
import Render
import Runs
import Scores
import Site
import Support

/// Writes the runs that the store has, with every number that the site shows.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the runs that a project has made, and their scores, as tables, arrays and pictures.",
        usage: "atlasgen export <folder> [<options>]",
        discussion: HelpText.discussion(
            examples: ["atlasgen export results", "atlasgen export results --file my-atlas --format csv"],
            documents: ["docs/data.md"]))

    @Argument(
        help: "The folder to write: a new or an empty one, or an earlier export, which is replaced.",
        completion: .directory)
    var folder: String

    @OptionGroup var project: ProjectOptions

    @Option(help: "The arrays' format: npz (NumPy's) or csv.")
    var format = ExportFormat.npz

    @OptionGroup var device: DeviceOptions

    func run() throws {
        let clock = PhaseClock()
        clock.enter(.write)
        let reporter = PhaseReporter(clock) { Terminal.say($0) }
        defer { reporter.stop() }
        let project = try Project(file: project.file)
        let judgeModel = try project.judgeModel()
        let output = try OutputFolder(
            folder, of: .export, in: project.folder,
            reading: project.inputs + [ProjectInput("judge", judgeModel?.paths ?? [])])
        let store = try Store(folder: project.path(".atlas")) { reporter.say("atlasgen: \($0)") }
        let staging = try Staging(for: output)
        defer {
            // What cannot be removed now, the next export removes.
            do { try staging.remove() } catch { Terminal.say("atlasgen: warning: \(error)") }
        }
        let choice = device.device
        let device = SharedDevice { try project.device(choice, makesRuns: false, store: store) }
        let library = RunLibrary(
            project: project, store: store, judge: judgeModel.map { Judge($0, on: device) },
            scan: try project.scan(in: store, isDry: true), clock: clock, on: device)
        let summary = try Export(of: library, as: format).write(to: staging.folder)
        try staging.swapIn()
        reporter.stop()
        if summary.missing > 0 {
            Terminal.say(
                "atlasgen: \(summary.missing) of \(summary.runs + summary.missing) runs are not made yet, and "
                    + "are not in the export. `atlasgen build` makes them.")
        }
        let seconds = clock.times.reduce(0) { $0 + $1.seconds }
        try Terminal.write(
            "\(output.path.readableLine): \(Format.count(summary.runs)) runs in \(Format.count(summary.files)) files, "
                + "\(Format.bytes(summary.bytes)), in \(BuildProgress.duration(seconds)).\n")
    }
}

extension ExportFormat: ExpressibleByArgument {}
