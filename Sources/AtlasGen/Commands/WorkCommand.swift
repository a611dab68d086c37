// `atlasgen work`: makes one share of a project's runs, for clusters.

import ArgumentParser
import Foundation
import Runs

/// Makes the runs of one share that the store lacks; writes no site and takes no lock.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Make one share of the missing runs, as a part of a cluster's job.",
        discussion: """
            Shares need no coordination: they may overlap, die, be run twice and in any order, on any machine that \
            sees the project's folder. `atlasgen build` writes the site when all are there.
            """)

    @OptionGroup var project: ProjectOptions

    @Option(help: ArgumentHelp("Which share: the i-th of n, i from 0 to n - 1.", valueName: "i/n"))
    var shard: String

    @Option(help: "Number of workers. (default: one a core)")
    var workers: Int?

    @Flag(help: "Share the runs of drafts too, as `build --drafts` does.")
    var drafts = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers takes a number from 1 on, and got \(workers).") }
    }

    func run() async throws {
        let shard = try Shard(shard)
        let project = try Project(file: project.file)
        let share = Plan(try project.wholePlan(drafts: drafts).recipes(of: shard))
        let store = try Store(folder: project.path(".atlas")) { Terminal.writeError("atlasgen: \($0)\n") }
        let making = RunMaking(engine: try LocalEngine.maker(workers: workers)(project, store))
        guard let made = try await making.make(share, of: project, in: store) else {
            throw ExitCode(InterruptMonitor.exitCode)
        }
        print("Shard \(shard): \(made) runs made, \(share.recipes.count - made) were there.")
    }
}
