// `atlasgen work`, `store` and `templates`, by running them.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import Site
@testable import TestSupport

@Suite struct StoreCommandTests {
    private func store(of project: TemporaryFolder) throws -> Store {
        try Store(folder: "\(project.path)/.atlas") { _ in }
    }

    @Test func sharesMakeTheWholePlan() throws {
        let project = try TemporaryFolder.project()
        let first = try CommandRun("work", "--shard", "1/2", "--workers", "1", in: project)
        #expect(first.code == 0 && first.output == "Shard 1/2: 2 runs made, 0 already present.\n")
        let plan = try Project(file: "\(project.path)/atlas.yml").wholePlan()
        let shard = try Shard(index: 1, count: 2)
        #expect(try store(of: project).keys() == plan.recipes(of: shard).map(\.key).sorted())
        let again = try CommandRun("work", "--shard", "1/2", in: project)
        #expect(again.output == "Shard 1/2: 0 runs made, 2 already present.\n" && again.errors.isEmpty)
        #expect(try CommandRun("work", "--shard", "0/2", in: project).code == 0)
        #expect(try store(of: project).keys() == plan.recipes.map(\.key).sorted())
    }

    @Test func sharesOfNothing() throws {
        let project = try TemporaryFolder.project()
        for shard in ["2/2", "-1/2", "0/0", "1", "a/b", "1/2/3"] {
            let run = try CommandRun("work", "--shard=\(shard)", in: project)
            #expect(run.code == 64 && run.output.isEmpty)
            #expect(run.errors.contains("expected i/n with n at least 1 and i from 0 to n - 1, such as 0/4"))
        }
        let workers = try CommandRun("work", "--shard", "0/1", "--workers", "0", in: project)
        #expect(workers.code == 64 && workers.errors.contains("--workers must be at least 1; got 0."))
        #expect(try project.files() == ["atlas.yml"])
    }

    @Test func listShowsLayersAndMethods() throws {
        let project = try TemporaryFolder.project("model: {mean: [0.1, 0.1, 0.1]}")
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let list = try CommandRun("store", "list", in: project)
        let lines = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.map(\.count) == [4, 5, 4])
        #expect(lines[1].prefix(3) == ["encoder.layers.encoder_layer_0.mlp.3", "atlas", "4"])
        let bytes = try store(of: project).entries().reduce(0) { $0 + $1.bytes }
        #expect(lines[2] == ["all", "4", "\((bytes + 999) / 1000)", "kB"])
    }

    @Test func verifyNamesTheDamaged() throws {
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let whole = try CommandRun("store", "verify", in: project)
        #expect(whole.code == 0 && whole.output == "4 runs whole, 0 damaged\n" && whole.errors.isEmpty)

        let store = try store(of: project)
        let path = store.path(of: try store.keys()[2])
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count - 1] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let damaged = try CommandRun("store", "verify", in: project)
        #expect(damaged.code == 65 && damaged.output == "3 runs whole, 1 damaged\n")
        #expect(damaged.errors.contains("is damaged: the checksum of its picture is wrong. It was moved to "))
        #expect(
            damaged.errors.hasSuffix(
                "atlasgen: 1 run set aside in .atlas/damaged. `atlasgen build` makes these runs again.\n"))
        let remade = try CommandRun("work", "--shard", "0/1", in: project)
        #expect(remade.output == "Shard 0/1: 1 runs made, 3 already present.\n")
        #expect(try CommandRun("store", "verify", in: project).code == 0)
    }

    /// A record that is a broken link is missing: for `verify`, for `--frozen`, and for a build, which makes it again.
    @Test func aBrokenLinkIsMissing() throws {
        let project = try TemporaryFolder.project()
        #expect(try CommandRun("build", in: project).code == 0)
        let store = try store(of: project)
        let path = store.path(of: try store.keys()[2])
        try FileSystem.remove(path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nonexistent/content")
        let site = try project.files().filter { $0.hasPrefix("site/") }

        let verify = try CommandRun("store", "verify", in: project)
        #expect(verify.code == 65 && verify.output == "3 runs whole, 0 damaged, 1 run without a file\n")
        #expect(verify.errors.contains(" is a broken link to /nonexistent/content, so its run counts as missing."))
        #expect(verify.errors.contains("1 run without a file, left as it is"))
        #expect(FileSystem.isLink(path))
        let frozen = try CommandRun("build", "--frozen", in: project)
        #expect(frozen.code == 65 && frozen.errors.contains("1 run is missing, and --frozen makes no runs"))
        #expect(frozen.errors.contains(" is a broken link to /nonexistent/content"))
        #expect(FileSystem.isLink(path))
        let build = try CommandRun("build", in: project)
        #expect(build.code == 0 && build.output.contains("1 runs made, 3 reused"))
        #expect(!FileSystem.isLink(path))
        #expect(try project.files().filter { $0.hasPrefix("site/") } == site)
        #expect(try CommandRun("store", "verify", in: project).code == 0)
    }

    @Test func whatCannotBeReadIsCountedApart() throws {
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let store = try store(of: project)
        let key = try store.keys()[2]
        try store.makeUnreadable(key)
        let path = store.path(of: key)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))

        let verify = try CommandRun("store", "verify", in: project)
        #expect(verify.code == 0 && verify.output == "3 runs whole, 0 damaged, 1 that this atlasgen cannot read\n")
        #expect(
            verify.errors.hasPrefix("atlasgen: .atlas/runs/")
                && verify.errors.contains("but this atlasgen cannot read it: There is no method “novas”."))
        let list = try CommandRun("store", "list", in: project)
        let rows = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.map(\.count) == [4, 5, 4, 4] && rows[2].prefix(2) == ["unreadable", "1"] && rows[3][1] == "4")
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
    }

    @Test func pruneKeepsWhatIsReferredTo() throws {
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let all = try store(of: project).keys()
        let configuration = try String(contentsOfFile: "\(project.path)/atlas.yml", encoding: .utf8)
        _ = try project.write(configuration.replacing("[3, 5]", with: "[5, 6]").utf8, to: "atlas.yml")
        let kept = try Project(file: "\(project.path)/atlas.yml").wholePlan().recipes.map(\.key).filter(all.contains)
        #expect(kept.count == 2)

        let dry = try CommandRun("store", "prune", "--dry-run", in: project)
        #expect(dry.code == 0)
        let lines = dry.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix("2 runs and 0 damaged or half-written files would be removed, "))
        #expect(lines[1...2] == ["", "Neither atlas.yml nor a post asks for these:"])
        let rows = lines[3...5].map { $0.split(separator: " ").map(String.init) }
        #expect(rows[1].prefix(3) == ["encoder.layers.encoder_layer_0.mlp.3", "atlas", "2"])
        #expect(rows[2].prefix(2) == ["all", "2"] && lines[0].hasSuffix(rows[2][2...3].joined(separator: " ")))
        #expect(try store(of: project).keys() == all)
        let prune = try CommandRun("store", "prune", in: project)
        #expect(prune.output == dry.output.replacing("would be removed", with: "removed"))
        #expect(try store(of: project).keys() == kept.sorted())
        for arguments in [["store", "prune"], ["store", "prune", "--dry-run"]] {
            #expect(
                try CommandRun(arguments, in: project).output
                    == "Nothing to remove: atlas.yml or a post asks for everything in the store.\n")
        }
    }

    /// What cannot be read, or is damaged, is counted apart.
    @Test func pruneCountsWhatItCannotRead() throws {
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let store = try store(of: project)
        let keys = try store.keys()
        try store.makeUnreadable(keys[0])
        _ = try Data([1, 2, 3]).write(to: URL(fileURLWithPath: store.path(of: keys[1])))
        let configuration = try String(contentsOfFile: "\(project.path)/atlas.yml", encoding: .utf8)
        _ = try project.write(configuration.replacing("[3, 5]", with: "[6]").utf8, to: "atlas.yml")
        let prune = try CommandRun("store", "prune", in: project)
        #expect(prune.code == 0)
        #expect(prune.output.hasPrefix("3 runs and 1 damaged or half-written files removed, "))
        let rows = prune.output.split(separator: "\n").dropFirst(3).map { $0.split(separator: " ").map(String.init) }
        #expect(rows.map { $0.dropLast(2).last } == ["2", "1", "3"] && rows[1][0] == "unreadable")
        #expect(try store.keys().isEmpty && FileSystem.names(in: store.damagedFolder).isEmpty)
    }

    @Test func pruneWaitsForNoBuild() throws {
        let project = try TemporaryFolder.project()
        _ = try CommandRun("work", "--shard", "0/1", in: project)
        let lock = try FileLock(storeFolder: "\(project.path)/.atlas")
        let run = try CommandRun("store", "prune", in: project)
        withExtendedLifetime(lock) {}
        #expect(run.code == 73 && run.errors.contains("Another build is running in this project (process "))
    }

    @Test(arguments: ["verify", "list", "prune"]) func withoutAStore(_ command: String) throws {
        let project = try TemporaryFolder.project()
        let run = try CommandRun("store", command, "-f", "\(project.path)/atlas.yml", in: project)
        #expect(run.code == 65 && run.output.isEmpty)
        #expect(run.errors.hasPrefix("atlasgen: \(project.path)/.atlas: there is no store. "))
        #expect(try project.files() == ["atlas.yml"])
    }

    @Test func templatesAreDocumented() throws {
        let folder = try TemporaryFolder()
        try #expect(
            CommandRun("templates", "--list", in: folder).output
                == Theme.documentation(builtInFolder: Installation.folder("templates")))
        let help = try CommandRun("templates", in: folder)
        #expect(help.code == 0 && help.output.contains("USAGE: atlasgen templates [--list]"))
    }
}
