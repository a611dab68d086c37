// The commit that the program was made from: git itself says what a checkout is at.

import Foundation
import Testing

@testable import Runs
@testable import TestSupport

@Suite struct SourceCommitTests {
    /// Runs git in `folder`, without the user's settings, and gives what it prints.
    @discardableResult private func git(_ arguments: String..., in folder: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", folder] + arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
            .merging(["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "git \(arguments.joined(separator: " "))")
        return text.trimmingCharacters(in: .newlines)
    }

    /// A repository with two commits.
    private func repository() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try git("init", "--initial-branch=work/a", in: folder.path)
        for message in ["one", "two"] { try git("commit", "--allow-empty", "-m", message, in: folder.path) }
        return folder
    }

    private func isAtHead(_ folder: String) throws -> Bool {
        try SourceCommit.of(folder) == .checkout(git("rev-parse", "HEAD", in: folder))
    }

    @Test func branchesInFilesAndPacked() throws {
        let folder = try repository()
        #expect(try isAtHead(folder.path))
        // A branch whose name another one ends in.
        try git("branch", "a", "HEAD~1", in: folder.path)
        try git("pack-refs", "--all", in: folder.path)
        #expect(try isAtHead(folder.path))
        try git("checkout", "a", in: folder.path)
        #expect(try isAtHead(folder.path))
        // The newer file wins over the packed line.
        try git("commit", "--allow-empty", "-m", "three", in: folder.path)
        #expect(try isAtHead(folder.path))
        try git("checkout", "--detach", "work/a", in: folder.path)
        #expect(try isAtHead(folder.path))
    }

    @Test func worktrees() throws {
        let folder = try repository()
        try git("worktree", "add", "-b", "b", "tree", "HEAD~1", in: folder.path)
        #expect(try isAtHead("\(folder.path)/tree"))
        try git("pack-refs", "--all", in: folder.path)
        #expect(try isAtHead("\(folder.path)/tree"))
    }

    @Test func packages() throws {
        let folder = try repository()
        let commit = try git("rev-parse", "HEAD~1", in: folder.path)
        for text in [commit, "\(commit)-dirty"] {
            _ = try folder.write("\(text)\n".utf8, to: "commit")
            #expect(SourceCommit.of(folder.path) == .packaged(text))
        }
    }

    @Test func nothingThatSays() throws {
        let folder = try TemporaryFolder()
        #expect(SourceCommit.of(folder.path) == .unknown)
        for text in ["", "main\n", "deadbeef\n", String(repeating: "g", count: 40)] {
            _ = try folder.write(text.utf8, to: "commit")
            #expect(SourceCommit.of(folder.path) == .unknown, "\(text)")
        }
        // A branch without a commit.
        try git("init", in: folder.path)
        #expect(SourceCommit.of(folder.path) == .unknown)
        _ = try folder.write("ref: ../../commit\n".utf8, to: ".git/HEAD")
        #expect(SourceCommit.of(folder.path) == .unknown)
    }
}
