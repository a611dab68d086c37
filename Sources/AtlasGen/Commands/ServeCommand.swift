// `atlasgen serve`: builds the site, serves it, and builds it again whenever a file changes.

import ArgumentParser
import Foundation
import Render
import Runs
import Site
import Support

/// Serves the site on this machine while its author works on it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Build the site, serve it on this machine, and build it again when a file changes.",
        usage: "atlasgen serve [<options>] [<folder>]",
        discussion: HelpText.discussion(
            examples: ["atlasgen serve", "atlasgen serve my-atlas --port 8080 --drafts"],
            documents: ["docs/writing.md"]))

    @OptionGroup var project: ProjectArgument

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16 = 8000

    @Option(
        name: .shortAndLong, help: "The folder to write the site to, relative to the project's folder.",
        completion: .directory)
    var output = "site"

    @Option(help: "Number of workers. (default: one per core, or per device of an accelerator)")
    var workers: Int?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Include drafts: posts with `published: false` or a future date.")
    var drafts = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers must be at least 1; got \(workers).") }
        if port == 0 { throw ValidationError("--port must be from 1 to 65535; got 0.") }
    }

    func run() async throws {
        try project.check()
        try ProjectOptions.check(project.file)
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) {
            // A build that does not stop in time is left. Its finished runs are stored, and the next build removes what
            // it has staged.
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: Self.grace)
                _exit(EXIT_SUCCESS)
            }
        }
        defer { withExtendedLifetime(interrupts) {} }
        let state = PreviewState()
        let server = try await PreviewServer(port: port, state: state)
        await build(state, until: signal)
        await server.stop()
    }

    /// Seconds that a build has for its end after Ctrl-C.
    private static let grace = 0.5
    /// Seconds between two checks of the files.
    private static let interval = 0.25

    private func build(_ state: PreviewState, until signal: StopSignal) async {
        let folder = FileSystem.parent(of: project.file)
        let watched =
            [project.file] + ["content", "_posts", "static", "templates"].map { OutputPath.joined(folder, $0) }
        Terminal.say("atlasgen: http://127.0.0.1:\(port)/ (press Ctrl-C to stop)")
        var seen: FileWatch?
        while !signal.isStopping {
            let now = FileWatch(watched)
            if now != seen {
                seen = now
                await build(state)
            }
            // Only cancellation would end the sleep early.
            try? await Task.sleep(for: .seconds(Self.interval))
        }
    }

    /// Builds once. An error is shown on the pages and in the terminal, and the last good site stays.
    private func build(_ state: PreviewState) async {
        let options = SiteBuild.Options(
            file: project.file, output: output, drafts: drafts,
            device: device.device, workers: workers)
        do {
            guard let summary = try await SiteBuild.run(options, say: { Terminal.say($0) }) else {
                return
            }
            for note in summary.notes { Terminal.say("atlasgen: \(note)") }
            for warning in summary.warnings { Terminal.say("atlasgen: warning: \(warning)") }
            let seconds = String(format: "%.1f", summary.seconds)
            Terminal.say("atlasgen: built in \(seconds) s, \(Format.count(summary.files)) files")
            state.succeed(site: summary.output, baseURL: summary.baseURL)
        } catch {
            Terminal.say("atlasgen: \(error)")
            state.fail("\(error)")
        }
    }
}
