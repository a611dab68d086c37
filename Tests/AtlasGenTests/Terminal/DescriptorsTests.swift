// Few file descriptors: every command works or says so, and none ends by a signal.

import Foundation
import Testing

@testable import TestSupport

@Suite struct DescriptorsTests {
    static let commands = [
        ["build"], ["build", "--dry-run"], ["inspect"], ["serve", "--file", "none.yml"], ["work", "--shard", "0/1"],
        ["probe", CommandRun.fixture("pictures/disc.png"), "--layer", "heads.head"], ["templates", "--list"],
        ["visualise", "heads.head/0", "--steps", "1"], ["store", "list"], ["store", "verify"], ["store", "prune"],
        ["new", "post", "A title"], ["init", "starter"],
    ]

    /// Below 3, bash cannot start the program.
    @Test(arguments: commands) func noSignalEndsIt(command: [String]) throws {
        for limit in [3, 4, 5, 6, 7, 8, 10, 13, 17, 22, 28, 33, 34, 35, 36, 37, 38, 39, 40] {
            let project = try TemporaryFolder.project()
            let run = try CommandRun(command, in: project, shell: "ulimit -n \(limit); exec \"$0\" \"$@\"")
            #expect(run.code >= 0 && run.code < 128, "\(limit): \(run.errors)")
            #expect(run.code == 0 || !run.errors.isEmpty, "\(limit)")
            if (5..<32).contains(limit) {
                #expect(run.code == 74 && run.errors.contains("ulimit -n"), "\(limit): \(run.errors)")
                #expect(try project.files() == ["atlas.yml"], "\(limit)")
            }
        }
    }
}
