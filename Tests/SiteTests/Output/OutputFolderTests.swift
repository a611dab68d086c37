// The site's folder: swaps, interrupted swaps, two builds at once, and what belongs to others.

import Foundation
import Testing

@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct OutputFolderTests {
    private let folder: TemporaryFolder
    private let site: String
    /// A folder that a build which has ended left beside the site.
    private let left: String

    init() throws {
        folder = try TemporaryFolder()
        site = "\(folder.path)/site"
        left = "\(folder.path)/.site.atlasgen-0123456789abcdef"
    }

    private func output(reading inputs: [ProjectInput] = []) throws -> OutputFolder {
        try OutputFolder(site, in: folder.path, reading: inputs)
    }

    private func write(_ text: String, to path: String) throws {
        try FileSystem.createFolder((path as NSString).deletingLastPathComponent)
        try FileSystem.writeFile(Array(text.utf8), to: path)
    }

    private func read(_ path: String) throws -> String? {
        try FileSystem.read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All files, except the lock that a `Staging` of the test may still hold.
    private func files() throws -> [String] { try folder.files().filter { !$0.hasSuffix(".atlasgen-lock") } }

    /// Builds a site of one page.
    private func build(_ text: String) throws {
        let staging = try Staging(for: output())
        try write(text, to: "\(staging.folder)/index.html")
        try staging.swapIn()
        try staging.remove()
    }

    /// Stages a page, and leaves it as a crash would.
    private func leave(_ text: String) throws {
        try write(OutputFolder.markerText, to: "\(left)/.atlasgen")
        try write(text, to: "\(left)/index.html")
    }

    @Test func aSwapReplacesThePagesAndKeepsTheOwnersFiles() throws {
        try build("first")
        try write("ref: main", to: "\(site)/.git/HEAD")
        try write("example.org", to: "\(site)/CNAME")
        try write("gone", to: "\(site)/old.html")
        try build("second")
        #expect(
            try files() == ["site/.atlasgen", "site/.git/HEAD", "site/CNAME", "site/index.html"])
        #expect(try read("\(site)/index.html") == "second")
    }

    /// A build that finds damage begins again, with a file in both folders that builds write themselves.
    @Test func whatIsStagedIsCleared() throws {
        try write("", to: "\(site)/.nojekyll")
        try build("first")
        let staging = try Staging(for: output())
        try write("", to: "\(staging.folder)/.nojekyll")
        try write("half", to: "\(staging.folder)/index.html")
        try staging.clear()
        #expect(try FileSystem.names(in: staging.folder) == [".atlasgen"])
        try staging.remove()
        #expect(try files() == ["site/.atlasgen", "site/.nojekyll", "site/index.html"])
    }

    /// Whoever stops the program just before the two folders change places finds the whole old site.
    @Test func theOldSiteIsWholeUntilTheSwap() throws {
        let staging = try Staging(for: output())
        for name in [".nojekyll", "CNAME", "index.html"] { try write("old", to: "\(site)/\(name)") }
        try write(OutputFolder.markerText, to: "\(site)/.atlasgen")
        for name in [".nojekyll", "CNAME", "index.html"] { try write("new", to: "\(staging.folder)/\(name)") }
        try staging.swapIn()
        for name in [".nojekyll", "CNAME", "index.html"] {
            #expect(try read("\(staging.folder)/\(name)") == "old")
            #expect(try read("\(site)/\(name)") == "new")
        }
        try staging.remove()
        #expect(try read("\(site)/.nojekyll") == "new")
    }

    @Test func aPathIsWrittenOnce() throws {
        let files = SiteFiles(folder: folder.path)
        try files.write("one", to: "a/x.html")
        let before = try folder.write("old".utf8, to: "before.html")
        for attempt in [
            { try files.write("two", to: "a/x.html") }, { try files.link(before, bytes: 3, to: "a/x.html") },
        ] {
            let error = #expect(throws: AtlasError.self) { try attempt() }
            #expect(error?.code == .data)
            #expect(error?.description.hasPrefix("a/x.html: the site would write this file twice") == true)
        }
        #expect(try read("\(folder.path)/a/x.html") == "one")
        // What could not be linked is written.
        #expect(throws: AtlasError.self) { try files.link("\(folder.path)/nothing", bytes: 0, to: "b.html") }
        try files.write("b", to: "b.html")
        #expect(files.total.files == 2)
    }

    @Test func whatTheOwnerHasIsNotReplaced() throws {
        try build("first")
        try write("ref: main", to: "\(site)/.git/HEAD")
        try write("example.org", to: "\(site)/CNAME")
        let staging = try Staging(for: output())
        try write("x", to: "\(staging.folder)/.git/x.html")
        try write("other.org", to: "\(staging.folder)/CNAME")
        try staging.swapIn()
        try staging.remove()
        #expect(try files() == ["site/.atlasgen", "site/.git/HEAD", "site/CNAME"])
        // Only a project's static files can bring a CNAME along.
        #expect(try read("\(site)/CNAME") == "other.org")
    }

    @Test func aFolderOfTheOwnersAloneIsTakenAndKept() throws {
        try write("ref: main", to: "\(site)/.git/HEAD")
        try build("first")
        #expect(try files() == ["site/.atlasgen", "site/.git/HEAD", "site/index.html"])
        #expect(try FileSystem.names(in: folder.path) == ["site"])
    }

    /// An old site that could not be removed, and an owner who has begun anew meanwhile: only the owner can tell.
    @Test func ofTwoRepositoriesNoneIsRemoved() throws {
        try build("first")
        try leave("old")
        try write("old", to: "\(left)/.git/HEAD")
        try write("new", to: "\(site)/.git/HEAD")
        let error = try #require(throws: AtlasError.self) { try Staging(for: output()) }
        #expect(error.code == .cannotCreate)
        #expect(error.description.contains("site/.git both exist. Remove the one"))
        #expect(try read("\(left)/.git/HEAD") == "old")
        #expect(try read("\(site)/.git/HEAD") == "new")
    }

    /// Between the two renames of a system that cannot exchange names, the old site is aside and no site in place.
    @Test func aSwapInterruptedAfterTheFirstRenameIsUndone() throws {
        try build("old")
        try write("example.org", to: "\(site)/CNAME")
        try leave("new")
        try FileSystem.move(site, to: "\(left)-old")

        try Staging(for: output()).remove()
        #expect(try files() == ["site/.atlasgen", "site/CNAME", "site/index.html"])
        #expect(try read("\(site)/index.html") == "old")
    }

    /// After the second rename the new site is in place, and the old one, with its owner's files, still aside.
    @Test func aSwapInterruptedAfterTheSecondRenameIsEnded() throws {
        try build("old")
        try write("example.org", to: "\(site)/CNAME")
        try FileSystem.move(site, to: "\(left)-old")
        try leave("new")
        try FileSystem.move(left, to: site)

        try Staging(for: output()).remove()
        #expect(try files() == ["site/.atlasgen", "site/CNAME", "site/index.html"])
        #expect(try read("\(site)/index.html") == "new")
    }

    @Test func whatBuildsLeftIsRemovedAndNothingElse() throws {
        let theirs = [
            ".site.atlasgen-notes/thesis.tex", ".site.atlasgen-0000000000000000/thesis.tex",
            ".site.atlasgen-0123456789abcdef0/.atlasgen", ".site2.atlasgen-0123456789abcdef/.atlasgen",
            ".site.atlasgen-fedcba9876543210",
        ]
        for path in theirs { try write(OutputFolder.markerText, to: "\(folder.path)/\(path)") }
        try leave("half")
        try write(OutputFolder.markerText, to: "\(folder.path)/.site.atlasgen-staging/.atlasgen")
        try FileSystem.createFolder("\(folder.path)/.site.atlasgen-00000000000000ff")
        try build("new")
        #expect(try files() == (theirs + ["site/.atlasgen", "site/index.html"]).sorted())
        #expect(try !FileSystem.names(in: folder.path).contains(".site.atlasgen-00000000000000ff"))
    }

    // MARK: - Two builds at once

    @Test func ofTwoBuildsOfOneFolderTheSecondIsRefused() throws {
        try build("before")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/linked", withDestinationPath: "site")
        let first = try Staging(for: output())
        try write("first", to: "\(first.folder)/index.html")
        for path in [site, "\(folder.path)/./site/", "\(folder.path)/linked"] {
            let second = try OutputFolder(path, in: "/nowhere", reading: [])
            let error = try #require(throws: AtlasError.self) { try Staging(for: second) }
            #expect(error.code == .cannotCreate)
            #expect(error.description.contains("process \(ProcessInfo.processInfo.processIdentifier) on "))
        }
        let other = try Staging(for: OutputFolder("\(folder.path)/other", in: folder.path, reading: []))
        try other.remove()
        try first.swapIn()
        try first.remove()
        #expect(try read("\(site)/index.html") == "first")
    }

    @Test func whenABuildHasEndedTheNextOneMayBegin() throws {
        for text in ["first", "second"] {
            try build(text)
            #expect(try FileSystem.names(in: folder.path) == ["site"])
        }
        let (first, second) = (try Staging(for: output()).folder, try Staging(for: output()).folder)
        #expect(first != second)
    }

    // MARK: - Files of others

    @Test func whatTheBuildReadsIsNotRemoved() throws {
        try build("first")
        let outside = "\(folder.path)/outside"
        try write("w", to: "\(site)/w.safetensors")
        try write("w", to: "\(outside)/w.safetensors")
        let links = [
            ("\(folder.path)/relative", "site/w.safetensors"), ("\(folder.path)/absolute", "\(site)/w.safetensors"),
            ("\(folder.path)/folder", "site"), ("\(folder.path)/second", "relative"),
            ("\(site)/out", "../outside/w.safetensors"), ("\(folder.path)/through", "site/out"),
            ("\(folder.path)/safe", "site/../outside/w.safetensors"), ("\(folder.path)/circle", "circle"),
        ]
        for (path, target) in links {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        }
        let inside = [
            "\(site)/w.safetensors", "\(site)/./w.safetensors", "\(folder.path)/outside/../site/w.safetensors",
            "\(folder.path)/relative", "\(folder.path)/absolute", "\(folder.path)/folder/w.safetensors",
            "\(folder.path)/second", "\(site)/out", "\(folder.path)/through", "\(site)/not/yet", site,
        ]
        for path in inside {
            let error = #expect(throws: AtlasError.self, "\(path)") {
                try output(reading: [ProjectInput("content", [outside]), ProjectInput("model", [outside, path])])
            }
            #expect(error?.code == .cannotCreate)
            #expect(error?.description.contains("reads \(FileSystem.normalised(path)) (model)") == true)
        }
        let others = ["safe", "circle", "outside", "outside/w.safetensors", "site2/w", "nothing", "site/../outside/x"]
        _ = try output(reading: [ProjectInput("model", others.map { "\(folder.path)/\($0)" } + ["/", "..", ""])])
        #expect(try read("\(site)/index.html") == "first")
    }

    /// A build takes hours, and files move meanwhile.
    @Test func whatTheBuildReadsIsLookedForAgainBeforeTheSwap() throws {
        try build("first")
        let weights = "\(folder.path)/w.safetensors"
        try write("w", to: weights)
        let staging = try Staging(for: output(reading: [ProjectInput("model", [weights])]))
        try FileSystem.move(weights, to: "\(site)/w.safetensors")
        try FileManager.default.createSymbolicLink(atPath: weights, withDestinationPath: "site/w.safetensors")
        #expect(throws: AtlasError.self) { try staging.swapIn() }
        try staging.remove()
        #expect(try files() == ["site/.atlasgen", "site/index.html", "site/w.safetensors", "w.safetensors"])
    }

    @Test func aSiteInAnotherSiteIsRefused() throws {
        try build("first")
        for path in ["\(site)/mine", "\(site)/a/b"] {
            let error = #expect(throws: AtlasError.self) { try OutputFolder(path, in: folder.path, reading: []) }
            #expect(error?.code == .cannotCreate)
        }
        // Another program's folder of the marker's name marks nothing.
        try FileSystem.createFolder("\(folder.path)/.atlasgen")
        try build("second")
    }

    @Test func aLinkStaysAndItsFolderIsTheSites() throws {
        try FileSystem.createFolder("\(folder.path)/served")
        try FileManager.default.createSymbolicLink(atPath: site, withDestinationPath: "served")
        for text in ["first", "second"] {
            try build(text)
            #expect(FileSystem.isLink(site))
            #expect(try read("\(folder.path)/served/index.html") == text)
        }
    }

    @Test func aReadOnlySiteIsReplaced() throws {
        try build("first")
        try write("old", to: "\(site)/layers/index.html")
        for path in ["\(site)/layers", site] { chmod(path, 0o555) }
        try build("second")
        #expect(try files() == ["site/.atlasgen", "site/index.html"])
    }

    @Test func aFolderOfOthersIsLeftAlone() throws {
        try write("mine", to: "\(site)/thesis.tex")
        let error = #expect(throws: AtlasError.self) { try output() }
        #expect(error?.code == .cannotCreate)
        #expect(error?.description.contains("thesis.tex") == true)
        #expect(try files() == ["site/thesis.tex"])
    }
}
