// How a command line names a project: its folder, its configuration, or neither.

import Foundation
import Testing

@testable import Support
@testable import TestSupport

@Suite struct ProjectOptionsTests {
    private let project: TemporaryFolder
    private let elsewhere: TemporaryFolder

    init() throws {
        (project, elsewhere) = (try .project(), try TemporaryFolder())
        _ = try project.write(Data(contentsOf: URL(filePath: "\(project.path)/atlas.yml")), to: "other.yml")
    }

    @Test func aFolderIsItsProject() throws {
        for (index, name) in [
            [project.path], ["\(project.path)/"], ["\(project.path)/atlas.yml"], ["--file", project.path],
            ["-f", "\(project.path)/other.yml"],
        ].enumerated() {
            let work = try CommandRun(["work", "--shard", "0/1"] + name, in: elsewhere)
            #expect(work.code == 0, "\(name) \(work.errors)")
            #expect(work.output.hasPrefix("Shard 0/1: \(index == 0 ? 4 : 0) runs made, "), "\(name)")
            for command in [["store", "list"], ["store", "verify"], ["store", "prune"], ["build", "--dry-run"]] {
                let run = try CommandRun(command + name, in: elsewhere)
                #expect(run.code == 0, "\(name) \(run.errors)")
            }
        }
        // Commands whose argument is something else.
        for arguments in [
            ["export", "export"], ["visualise", "encoder_layer_0.mlp.3/5"],
            ["new", "post", "A", "first", "look"],
        ] {
            let run = try CommandRun(arguments + ["--file", project.path], in: elsewhere)
            #expect(run.code == 0, "\(arguments) \(run.errors)")
        }
        #expect(try project.files().contains { $0.hasSuffix("-a-first-look.md") })
        #expect(try elsewhere.files().filter { !$0.hasPrefix("export/") } == ["neuron-encoder_layer_0.mlp.3-5.png"])
    }

    @Test func bothNamesAreRefused() throws {
        for command in [["build"], ["serve"], ["work", "--shard", "0/1"], ["store", "list"]] {
            let run = try CommandRun(command + [project.path, "--file", "x.yml"], in: elsewhere)
            #expect(run.code == 64, "\(command)")
            #expect(run.errors.contains("\(project.path) and --file x.yml both name the project; keep one."))
            let empty = try CommandRun(command + [""], in: project)
            #expect(empty.code == 64 && empty.errors.contains("the folder's name is empty"))
        }
    }

    @Test func aFolderWithoutAProjectIsNamed() throws {
        let folder = elsewhere.path
        for arguments in [
            ["build", folder], ["serve", folder], ["work", "--shard", "0/1", folder], ["serve", "--file", folder],
            ["build", "--file", folder], ["new", "post", "A title", "--file", folder],
            ["export", "x", "--file", folder], ["probe", "x", "--layer", "heads.head", "--file", folder],
        ] {
            // probe reads its picture first.
            _ = try project.write("".utf8, to: "x")
            let run = try CommandRun(arguments, in: project)
            #expect(run.code == 65 && run.output.isEmpty, "\(arguments)")
            #expect(
                run.errors.hasPrefix(
                    "atlasgen: \(folder)/atlas.yml: there is no such file. Name a project's folder, or run atlasgen in "
                        + "one. `atlasgen init \(folder)` creates a starter project"), "\(arguments) \(run.errors)")
        }
        let absent = try CommandRun("serve", "absent", in: elsewhere)
        #expect(absent.code == 65 && absent.errors.contains("`atlasgen init absent` creates a starter project"))
        #expect(try elsewhere.files().isEmpty)
    }
}
