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
        abstract: "Build the site, serve it on this machine, and build it again when a file changes.")

    @OptionGroup var project: ProjectOptions

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16 = 8000

    @Option(name: .shortAndLong, help: "The folder to write the site to, relative to the project's folder.")
    var output = "site"

    @Option(help: "Number of workers. (default: one per core)")
    var workers: Int?

    @Flag(help: "Include drafts: posts with `published: false` or a future date.")
    var drafts = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers must be at least 1; got \(workers).") }
        if port == 0 { throw ValidationError("--port must be from 1 to 65535; got 0.") }
    }

    func run() async throws {
        guard FileSystem.exists(project.file) else {
            throw AtlasError(
                .data, "\(project.file): there is no such file. `atlasgen init DIR` creates a starter project.")
        }
        let state = PreviewState()
        let server = try PreviewServer(port: port, state: state)
        let signal = StopSignal()
        let interrupts = InterruptMonitor(signal) {}
        defer { withExtendedLifetime(interrupts) {} }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                try await server.waitUntilListening()
                try await build(state, until: signal)
            }
            // The task that ends first ends the other: a port that is in use ends the build, Ctrl-C ends the server.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Seconds between two checks of the files.
    private static let interval = 0.25

    private func build(_ state: PreviewState, until signal: StopSignal) async throws {
        let folder = FileSystem.parent(of: project.file)
        let watched = [project.file] + ["content", "_posts", "templates"].map { OutputPath.joined(folder, $0) }
        Terminal.say("atlasgen: http://127.0.0.1:\(port)/ (press Ctrl-C to stop)")
        var seen: FileWatch?
        while !signal.isStopping, !Task.isCancelled {
            let now = FileWatch(watched)
            if now != seen {
                seen = now
                await build(state)
            }
            // Only cancellation ends the sleep early, and the loop checks for it.
            try? await Task.sleep(for: .seconds(Self.interval))
        }
    }

    /// Builds once. An error is shown on the pages and in the terminal, and the last good site stays.
    private func build(_ state: PreviewState) async {
        let options = SiteBuild.Options(
            file: project.file, output: output, drafts: drafts, engine: LocalEngine.maker(workers: workers))
        do {
            guard let summary = try await SiteBuild.run(options, say: { Terminal.say($0) }) else {
                return
            }
            for warning in summary.warnings { Terminal.say("atlasgen: warning: \(warning)") }
            let seconds = String(format: "%.1f", summary.seconds)
            Terminal.say("atlasgen: built in \(seconds) s, \(Format.count(summary.files)) files")
            await state.succeed(site: summary.output)
        } catch {
            Terminal.say("atlasgen: \(error)")
            await state.fail("\(error)")
        }
    }
}
