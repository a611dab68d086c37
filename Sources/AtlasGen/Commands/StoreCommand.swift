// `atlasgen store`: checks, lists and prunes the runs of a project.

import ArgumentParser
import Foundation
import Render
import Runs
import Support
import ViT

/// Maintains a project's store.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Check, list or prune the runs that a project has made.",
        discussion: HelpText.discussion(
            examples: ["atlasgen store list", "atlasgen store verify my-atlas", "atlasgen store prune --dry-run"],
            documents: ["docs/scaling.md"]),
        subcommands: [Verify.self, List.self, Prune.self])

    /// Reads every run.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Read and check every run; set damaged ones aside.",
            usage: "atlasgen store verify [<options>] [<folder>]",
            discussion: HelpText.discussion(
                "Damaged runs are made again by the next build; the exit code is then \(AtlasError.Code.data.rawValue).",
                examples: ["atlasgen store verify", "atlasgen store verify my-atlas"], documents: ["docs/scaling.md"]))

        @OptionGroup var project: ProjectArgument

        func run() throws {
            try project.check()
            let store = try project.store()
            let verification = try store.verify()
            let photographs = try store.verifyPhotographs()
            let moved = verification.damaged.count { $0.newPath != nil }
            let unmoved = verification.damaged.count - moved
            let movedShards = photographs.damaged.count { $0.newPath != nil }
            let unmovedShards = photographs.damaged.count - movedShards
            let unreadable = verification.unreadable.count
            let noFiles = verification.noFiles.count
            try Terminal.write(
                "\(counted(verification.whole)) whole, \(moved + unmoved) damaged"
                    + (noFiles > 0 ? ", \(counted(noFiles)) without a file" : "")
                    + (unreadable > 0 ? ", \(unreadable) that this atlasgen cannot read" : "") + "\n"
                    + (photographs.whole + photographs.damaged.count > 0
                        ? "photographs: \(photographs.whole) shards whole, \(photographs.damaged.count) damaged\n" : "")
            )
            let problems = [
                moved > 0 ? "\(counted(moved)) set aside in \(store.folder)/damaged" : nil,
                unmoved > 0
                    ? "\(counted(unmoved)) damaged and not moved, because \(store.folder) is not writable" : nil,
                movedShards > 0
                    ? "\(movedShards) damaged shards of photographs set aside in \(store.folder)/damaged" : nil,
                unmovedShards > 0
                    ? "\(unmovedShards) damaged shards of photographs not moved, because \(store.folder) is not writable"
                    : nil,
                noFiles > 0
                    ? "\(counted(noFiles)) without a file, left as \(noFiles == 1 ? "it is" : "they are")" : nil,
            ].compactMap(\.self)
            guard !problems.isEmpty else { return }
            throw AtlasError(
                .data,
                "\(problems.joined(separator: "; ")). `atlasgen build` makes \(photographs.damaged.isEmpty ? "these runs" : "them") again."
            )
        }
    }

    /// Shows sizes.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show run counts and sizes by layer and method, and what photographs take.",
            usage: "atlasgen store list [<options>] [<folder>]",
            discussion: HelpText.discussion(
                examples: ["atlasgen store list", "atlasgen store list my-atlas --json"],
                documents: ["docs/scaling.md", "docs/data.md (--json)"]))

        @OptionGroup var project: ProjectArgument

        @Flag(help: "Print everything as JSON.")
        var json = false

        /// What `--json` prints (docs/data.md documents it).
        private struct Listing: Encodable {
            /// The shards of photographs.
            struct Photographs: Encodable {
                let shards: Int
                let bytes: Int
            }

            let runs: RunTable
            let photographs: Photographs

            private enum CodingKeys: String, CodingKey { case photographs }

            /// The runs' keys are beside the photographs'.
            func encode(to encoder: any Encoder) throws {
                try runs.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(photographs, forKey: .photographs)
            }
        }

        func run() throws {
            try project.check()
            let store = try project.store()
            // Reading them finds the ones that cannot be read.
            let entries = try store.entries()
            let unreadable = store.unreadable.compactMap {
                FileSystem.version(of: store.path(of: $0), followingLinks: true)?.bytes
            }
            let table = RunTable(entries, unreadable: unreadable)
            let shards = try store.photographShards()
            let photographs = Listing.Photographs(shards: shards.count, bytes: shards.reduce(0) { $0 + $1.bytes })
            let text =
                json
                ? try JSONEncoder.commands.text(of: Listing(runs: table, photographs: photographs))
                : table.text
                    + (shards.isEmpty
                        ? "" : "\nphotographs: \(photographs.shards) shards, \(Format.bytes(photographs.bytes))")
            try Terminal.write(text + "\n")
        }
    }

    /// Removes what is not needed.
    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Remove the runs that neither atlas.yml nor a post refers to.",
            usage: "atlasgen store prune [<options>] [<folder>]",
            discussion: HelpText.discussion(
                """
                Drafts count as posts. Damaged records, half-written files of more than a day, and shards of photographs \
                that nothing needs go too.
                """,
                examples: ["atlasgen store prune --dry-run", "atlasgen store prune my-atlas --filmless"],
                documents: ["docs/scaling.md"]))

        @OptionGroup var project: ProjectArgument

        @Flag(help: "Only show what would be removed.")
        var dryRun = false

        @Flag(help: "Also remove the runs without the film that atlas.yml asks for; a build makes them again.")
        var filmless = false

        func run() throws {
            try project.check()
            let store = try project.store()
            let atlas = try Project(file: project.file)
            let wanted = try atlas.wholePlan(drafts: true).recipes
            let lacking = try !filmless ? [] : wanted.filter { try atlas.lacksFilm($0, store.filmSteps($0.key)) }
            let scans = try atlas.scans(in: store)
            // A running build may have read another configuration, and be making runs that this one would remove.
            let lock = dryRun ? nil : try FileLock(storeFolder: store.folder)
            defer { withExtendedLifetime(lock) {} }
            let (asked, filmed) = (Set(wanted.map(\.key)), Set(lacking.map(\.key)))
            let pruning = try store.prune(keeping: asked.subtracting(filmed), isDry: dryRun)
            let photographs = try store.prunePhotographs(keeping: scans, isDry: dryRun)

            let would = dryRun ? "would be " : ""
            var lines = [
                "\(counted(pruning.runs.count)) and \(pruning.leftovers) damaged or half-written files \(would)removed, "
                    + Format.bytes(pruning.bytes)
            ]
            let reasons = [
                ("Neither atlas.yml nor a post asks for these:", pruning.runs.filter { !filmed.contains($0.key) }),
                ("These lack the film that atlas.yml asks for:", pruning.runs.filter { filmed.contains($0.key) }),
            ]
            for (reason, runs) in reasons where !runs.isEmpty {
                let table = RunTable(
                    runs.compactMap(\.entry), unreadable: runs.filter { $0.entry == nil }.map(\.bytes))
                lines += ["", reason, table.text]
            }
            if photographs.shards > 0 {
                lines += [
                    "",
                    "\(photographs.shards) shards of photographs \(would)removed, \(Format.bytes(photographs.bytes)): their "
                        + "photographs are gone, or another model or method read them.",
                ]
            }
            if pruning.runs.isEmpty, pruning.leftovers == 0, photographs.shards == 0 {
                lines = ["Nothing to remove: atlas.yml or a post asks for everything in the store."]
            }
            try Terminal.write(lines.joined(separator: "\n") + "\n")
        }
    }
}

extension ProjectArgument {
    /// The store beside the configuration.
    ///
    /// - Throws: `AtlasError` of code `data` if there is none.
    fileprivate func store() throws -> Store {
        let parent = FileSystem.parent(of: file)
        let folder = parent.isEmpty ? ".atlas" : "\(parent)/.atlas"
        guard FileSystem.isFolder(folder) else {
            throw AtlasError(
                .data,
                "\(folder): there is no store. Run this in a project that has been built, or name its folder.")
        }
        return try Store(folder: folder) { Terminal.say("atlasgen: \($0)") }
    }
}

private func counted(_ runs: Int) -> String { runs == 1 ? "1 run" : "\(runs) runs" }
