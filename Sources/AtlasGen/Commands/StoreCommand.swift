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
        subcommands: [Verify.self, List.self, Prune.self])

    /// Reads every run.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read and check every run; set damaged ones aside.")

        @OptionGroup var project: ProjectOptions

        func run() throws {
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
            abstract: "Show run counts and sizes by layer and method, and what photographs take.")

        @OptionGroup var project: ProjectOptions

        private struct Group: Hashable {
            let address: Address
            let method: String
        }

        func run() throws {
            let store = try project.store()
            let groups = Dictionary(grouping: try store.entries()) {
                Group(address: $0.header.recipe.address, method: $0.header.recipe.variant.method.name)
            }
            var table = TextTable(
                columns: [
                    .init(title: "layer"), .init(title: "method"), .init(title: "runs", isNumeric: true),
                    .init(title: "size", isNumeric: true),
                ])
            let sorted = groups.sorted { first, second in
                first.key.address == second.key.address
                    ? first.key.method < second.key.method
                    : first.key.address.precedes(second.key.address)
            }
            for (group, entries) in sorted {
                table.rows.append([group.address.description, group.method] + Self.sum(entries.map(\.bytes)))
            }
            let unreadable = store.unreadable.compactMap {
                FileSystem.version(of: store.path(of: $0), followingLinks: true)?.bytes
            }
            if !unreadable.isEmpty { table.rows.append(["unreadable", ""] + Self.sum(unreadable)) }
            table.rows.append(["all", ""] + Self.sum(groups.values.flatMap(\.self).map(\.bytes) + unreadable))
            let shards = try store.photographShards()
            try Terminal.write(
                table.text + "\n"
                    + (shards.isEmpty
                        ? ""
                        : "photographs: \(shards.count) shards, \(Format.bytes(shards.reduce(0) { $0 + $1.bytes }))\n"))
        }

        private static func sum(_ sizes: [Int]) -> [String] { ["\(sizes.count)", Format.bytes(sizes.reduce(0, +))] }
    }

    /// Removes what is not needed.
    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the runs that neither atlas.yml nor a post refers to.")

        @OptionGroup var project: ProjectOptions

        @Flag(help: "Only show what would be removed.")
        var dryRun = false

        @Flag(help: "Also remove the runs without the film that atlas.yml asks for; a build makes them again.")
        var filmless = false

        func run() throws {
            let store = try project.store()
            let atlas = try Project(file: project.file)
            let kept = Set(
                try atlas.wholePlan(drafts: true).recipes.filter { recipe in
                    try !filmless || !atlas.lacksFilm(recipe, store.filmSteps(recipe.key))
                }.map(\.key))
            let scans = try atlas.scans(in: store)
            // A running build may have read another configuration, and be making runs that this one would remove.
            let lock = dryRun ? nil : try FileLock(storeFolder: store.folder)
            defer { withExtendedLifetime(lock) {} }
            let pruning = try store.prune(keeping: kept, isDry: dryRun)
            let photographs = try store.prunePhotographs(keeping: scans, isDry: dryRun)
            try Terminal.write(
                "\(counted(pruning.runs.count)) and \(pruning.leftovers) damaged or half-written files "
                    + "\(dryRun ? "would be " : "")removed, \(Format.bytes(pruning.bytes))\n"
                    + (photographs.shards > 0
                        ? "\(photographs.shards) shards of photographs \(dryRun ? "would be " : "")removed, "
                            + "\(Format.bytes(photographs.bytes))\n" : ""))
        }
    }
}

extension ProjectOptions {
    /// The store beside the configuration.
    ///
    /// - Throws: `AtlasError` of code `data` if there is none.
    fileprivate func store() throws -> Store {
        let parent = FileSystem.parent(of: file)
        let folder = parent.isEmpty ? ".atlas" : "\(parent)/.atlas"
        guard FileSystem.isFolder(folder) else {
            throw AtlasError(
                .data,
                "\(folder): there is no store. Run this in a project that has been built, or name its configuration "
                    + "with --file.")
        }
        return try Store(folder: folder) { Terminal.say("atlasgen: \($0)") }
    }
}

extension Address {
    /// Whether this address is computed before another.
    fileprivate func precedes(_ other: Address) -> Bool { place.lexicographicallyPrecedes(other.place) }

    private var place: [Int] {
        switch self {
        case .block(let index, let site): [0, index, Address.Site.allCases.firstIndex(of: site) ?? 0]
        case .encoderNorm: [1]
        case .head: [2]
        }
    }
}

private func counted(_ runs: Int) -> String { runs == 1 ? "1 run" : "\(runs) runs" }
