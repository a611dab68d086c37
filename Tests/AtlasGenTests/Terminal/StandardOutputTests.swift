// A standard output that cannot be written is an error of every command, and the files that were made stay whole.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport

@Suite struct StandardOutputTests {
    /// Commands that print, in a project with all runs.
    static let commands = [
        ["build"], ["build", "--dry-run"], ["build", "--dry-run", "--json"], ["work", "--shard", "0/1"],
        ["inspect"], ["inspect", "--json"], ["templates"], ["templates", "--list"],
        ["store", "verify"], ["store", "list"], ["store", "prune", "--dry-run"], ["store", "prune"],
        ["probe", disc, "--layer", "heads.head"], ["probe", disc, "--layer", "heads.head", "--json"],
        ["visualise", "heads.head/0", "--steps", "1"], ["new", "post", "A title"], ["init", "starter"],
        ["--help"], ["help"], ["help", "build"], ["store", "--help"], ["build", "-h"],
        ["--generate-completion-script", "bash"], ["--experimental-dump-help"], ["--version"],
    ]
    private static let disc = CommandRun.fixture("pictures/disc.png")

    /// Standard outputs that take nothing: a full disk, a closed one, and one that was opened for reading.
    static let outputs = [">/dev/full", ">&-", "1</dev/null"].filter { name in
        // Not every system has one.
        name != ">/dev/full" || FileSystem.exists("/dev/full")
    }

    @Test(arguments: outputs) func everyCommandFails(output: String) throws {
        let project = try TemporaryFolder.project()
        #expect(try CommandRun("work", "--shard", "0/1", in: project).code == 0)
        for command in Self.commands {
            let run = try CommandRun(command, in: project, shell: "exec \"$0\" \"$@\" \(output)")
            #expect(run.code == 74, "\(command): \(run.errors)")
            #expect(run.errors.contains("atlasgen: the standard output could not be written: "), "\(command)")
            // A file that took the closed stream's place would hold the message.
            #expect(run.output.isEmpty, "\(command)")
        }
        // What was made is whole.
        let expected = try TemporaryFolder.project()
        #expect(try CommandRun("work", "--shard", "0/1", in: expected).code == 0)
        for command in Self.commands where ["build", "visualise", "new", "init"].contains(command[0]) {
            #expect(try CommandRun(command, in: expected).code == 0)
        }
        let files = try expected.files().filter { !$0.hasPrefix(".atlas/") }
        #expect(try project.files().filter { !$0.hasPrefix(".atlas/") } == files)
        for file in files where !file.hasSuffix(".md") {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: "\(project.path)/\(file)", andPath: "\(expected.path)/\(file)"),
                "\(file)")
        }
        #expect(try CommandRun("store", "verify", in: project).output == "4 runs whole, 0 damaged\n")
    }

    /// Messages are lost with the stream, and nothing else changes.
    @Test func aClosedErrorStreamChangesNothing() throws {
        let project = try TemporaryFolder.project()
        let run = try CommandRun(["build"], in: project, shell: "exec \"$0\" \"$@\" 2>&-")
        #expect(run.code == 0 && run.output.contains("site/index.html"))
        #expect(try CommandRun("store", "verify", in: project).output == "4 runs whole, 0 damaged\n")
        for file in try project.files() where file.hasSuffix(".html") {
            let page = try String(contentsOfFile: "\(project.path)/\(file)", encoding: .utf8)
            #expect(page.hasPrefix("<!doctype html>") && !page.contains("atlasgen: "), "\(file)")
        }
        let wrong = try CommandRun(
            ["build", "--file", "none.yml"], in: project, shell: "exec \"$0\" \"$@\" <&- >&- 2>&-")
        #expect(wrong.code == 65 && wrong.output.isEmpty && wrong.errors.isEmpty)
    }

    @Test func helpAndUsageGoWhereTheyBelong() throws {
        let folder = try TemporaryFolder()
        let help = try CommandRun("help", "build", in: folder)
        #expect(help.code == 0 && help.output.contains("USAGE: atlasgen build") && help.errors.isEmpty)
        let usage = try CommandRun("build", "--jsno", in: folder)
        #expect(usage.code == 64 && usage.output.isEmpty && usage.errors.hasPrefix("Error: Unknown option '--jsno'"))
    }

    /// SIGPIPE ends the program, or the write fails where it is ignored. The action is set here, because programs inherit
    /// it, and the preview's server makes its process, such as that of these tests, ignore SIGPIPE.
    @Test(arguments: [("DEFAULT", -SIGPIPE), ("IGNORE", 74)])
    func aReaderThatLeaves(action: String, code: Int32) throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["templates", "--list"], in: folder,
            shell: """
                exec perl -e 'pipe(R, W); close R; open STDOUT, ">&W"; $SIG{PIPE} = shift; exec @ARGV' \(action) "$0" "$@"
                """)
        #expect(run.code == code)
        #expect(code == 74 ? run.errors.contains("the standard output") : run.errors.isEmpty)
    }
}
