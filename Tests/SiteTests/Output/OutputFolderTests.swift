// The site's folder: swaps, interrupted swaps, and what belongs to others.

import Foundation
import Testing

@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct OutputFolderTests {
    private let folder: TemporaryFolder
    private let site: String
    private let aside: String

    init() throws {
        folder = try TemporaryFolder()
        site = "\(folder.path)/site"
        aside = "\(folder.path)/.site.atlasgen-staging-old"
    }

    private func write(_ text: String, to path: String) throws {
        try FileSystem.createFolder((path as NSString).deletingLastPathComponent)
        try FileSystem.writeFile(Array(text.utf8), to: path)
    }

    private func read(_ path: String) throws -> String? {
        try FileSystem.read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Builds a site of one page.
    private func build(_ text: String) throws {
        let output = try OutputFolder(site, in: folder.path)
        try output.prepare()
        try write(text, to: "\(output.staging)/index.html")
        try output.swapIn()
    }

    @Test func aSwapReplacesThePagesAndKeepsTheOwnersFiles() throws {
        try build("first")
        try write("ref: main", to: "\(site)/.git/HEAD")
        try write("example.org", to: "\(site)/CNAME")
        try write("gone", to: "\(site)/old.html")
        try build("second")
        #expect(
            try folder.files() == ["site/.atlasgen", "site/.git/HEAD", "site/CNAME", "site/index.html"])
        #expect(try read("\(site)/index.html") == "second")
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
        let output = try OutputFolder(site, in: folder.path)
        try output.prepare()
        try write("x", to: "\(output.staging)/.git/x.html")
        try write("other.org", to: "\(output.staging)/CNAME")
        try output.swapIn()
        #expect(try folder.files() == ["site/.atlasgen", "site/.git/HEAD", "site/CNAME"])
        #expect(try read("\(site)/CNAME") == "example.org")
    }

    /// An old site that could not be removed, and an owner who has begun anew meanwhile: only the owner can tell.
    @Test func ofTwoRepositoriesNoneIsRemoved() throws {
        try build("first")
        let output = try OutputFolder(site, in: folder.path)
        try write("old", to: "\(output.staging)/.git/HEAD")
        try write("new", to: "\(site)/.git/HEAD")
        let error = try #require(throws: AtlasError.self) { try output.prepare() }
        #expect(error.code == .cannotCreate)
        #expect(error.description.contains("site/.git both exist. Remove the one"))
        #expect(try read("\(output.staging)/.git/HEAD") == "old")
        #expect(try read("\(site)/.git/HEAD") == "new")
    }

    /// Between the two renames of a system that cannot exchange names, the old site is aside and no site in place.
    @Test func aSwapInterruptedAfterTheFirstRenameIsUndone() throws {
        try build("old")
        try write("example.org", to: "\(site)/CNAME")
        let output = try OutputFolder(site, in: folder.path)
        try output.prepare()
        try write("new", to: "\(output.staging)/index.html")
        try FileSystem.move(site, to: aside)

        try OutputFolder(site, in: folder.path).prepare()
        #expect(try read("\(site)/index.html") == "old")
        #expect(try read("\(site)/CNAME") == "example.org")
        #expect(!FileSystem.exists(aside))
    }

    /// After the second rename the new site is in place, and the old one, with its owner's files, still aside.
    @Test func aSwapInterruptedAfterTheSecondRenameIsEnded() throws {
        try build("old")
        try write("example.org", to: "\(site)/CNAME")
        try FileSystem.move(site, to: aside)
        try build("newer")
        #expect(try read("\(site)/CNAME") == "example.org")

        try FileSystem.move(site, to: aside)
        try write(try #require(try read("\(aside)/.atlasgen")), to: "\(site)/.atlasgen")
        try write("new", to: "\(site)/index.html")
        let output = try OutputFolder(site, in: folder.path)
        try output.prepare()
        output.cleanUp()
        #expect(try folder.files() == ["site/.atlasgen", "site/CNAME", "site/index.html"])
        #expect(try read("\(site)/index.html") == "new")
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
        #expect(try folder.files() == ["site/.atlasgen", "site/index.html"])
    }

    @Test func aFolderOfOthersIsLeftAlone() throws {
        try write("mine", to: "\(site)/thesis.tex")
        let error = #expect(throws: AtlasError.self) { try OutputFolder(site, in: folder.path) }
        #expect(error?.code == .cannotCreate)
        #expect(error?.description.contains("thesis.tex") == true)
        #expect(try folder.files() == ["site/thesis.tex"])
    }
}
