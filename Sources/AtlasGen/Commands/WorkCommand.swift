// `atlasgen work`: makes one shard of a project's runs, for clusters.

import ArgumentParser
import Foundation
import Runs

/// Makes the missing runs of one shard; writes no site and takes no lock.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Make one shard of the missing runs and read its photographs, as a task of a cluster's job.",
        usage: "atlasgen work [<options>] --shard <i/n> [<folder>]",
        discussion: HelpText.discussion(
            """
            Shards need no coordination: they may overlap, fail, and run twice and in any order, on any machine that \
            has access to the project's folder. When all are made, `atlasgen build` writes the site.
            """, examples: ["atlasgen work --shard 0/4", "atlasgen work --shard 3/4 --workers 8 my-atlas"],
            documents: ["docs/scaling.md"]))

    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("The shard: the i-th of n, i from 0 to n - 1.", valueName: "i/n"))
    var shard: String

    @Option(help: "Number of workers. (default: one per core, or per device of an accelerator)")
    var workers: Int?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Include the runs of drafts, as `build --drafts` does.")
    var drafts = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers must be at least 1; got \(workers).") }
    }

    func run() async throws {
        try project.check()
        let shard = try Shard(shard)
        let project = try Project(file: project.file)
        var share = Plan(try project.wholePlan(drafts: drafts).recipes(of: shard))
        let store = try Store(folder: project.path(".atlas")) { Terminal.say("atlasgen: \($0)") }
        share.scan = try project.scan(in: store)
        let (workers, choice) = (workers, device.device)
        let device = SharedDevice { try project.device(choice, store: store) }
        let making = RunMaking(model: project.model.model.configuration) {
            LocalEngine(of: project, store: store, device: try device(), workers: workers)
        }
        guard let made = try await making.make(share, of: project, in: store) else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        guard let read = try await making.read(share, share: shard) else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        try Terminal.write(
            "Shard \(shard): \(made) runs made, \(share.recipes.count - made) already present"
                + (share.scan == nil ? "" : "; \(read) photographs read") + ".\n")
    }
}
