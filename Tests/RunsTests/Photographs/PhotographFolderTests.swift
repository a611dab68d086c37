// Which files of a folder are photographs, and which folders are refused.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport

@Suite struct PhotographFolderTests {
    private let folder: TemporaryFolder
    private var root: String { "\(folder.path)/photographs" }

    init() throws {
        folder = try TemporaryFolder()
        try FileSystem.createFolder("\(folder.path)/photographs")
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try FileSystem.createFolder(FileSystem.parent(of: "\(root)/\(name)"))
        try FileSystem.writeFile(bytes, to: "\(root)/\(name)")
    }

    private func png(_ level: UInt8) throws -> [UInt8] {
        Array(try PNG.encode(Picture(width: 2, height: 1, pixels: [level, 0, 0, 1, 2, 3])))
    }

    private func jpeg(_ level: UInt8) throws -> [UInt8] {
        try JPEG.encode(Picture(width: 2, height: 1, pixels: [level, 0, 0, 1, 2, 3]), quality: 90)
    }

    private func found(limit: Int? = nil) throws -> PhotographFolder {
        try PhotographFolder(root, limit: limit, digests: PhotographDigests(in: nil))
    }

    private func message(limit: Int? = nil) -> String {
        do {
            _ = try found(limit: limit)
            return "no error"
        } catch {
            return "\(error)".replacing(folder.path, with: "")
        }
    }

    @Test func picturesAreFoundByTheirContentInDepth() throws {
        try write(png(1), "a.png")
        try write(jpeg(2), "fish/a_shark/b.JPG")
        try write(png(3), "fish/mislabelled.jpg")
        try write(jpeg(150), "fish/no ending, “quotes” & <tags>\n")
        try write(png(5), ".hidden.png")
        try write(png(6), ".folder/c.png")
        try write(Array("text".utf8), "README.md")
        try write(Array("text".utf8), "fish/text.jpeg")
        try write([], "empty.png")
        try write(Array("GIF89a and more".utf8), "moving.gif")
        #expect(symlink("nowhere", "\(root)/broken.jpg") == 0)
        #expect(symlink("loop.png", "\(root)/loop.png") == 0)
        // An equal file at another path, and a folder that a second link leads to, add nothing.
        try write(png(1), "copy/z.png")
        #expect(symlink("fish", "\(root)/again") == 0)
        let found = try found()
        let names = Set(found.photographs.map { $0.path.replacing("again/", with: "fish/") })
        #expect(
            names == [
                "a.png", "fish/a_shark/b.JPG", "fish/mislabelled.jpg", "fish/no ending, “quotes” & <tags>\n",
            ])
        #expect(found.photographs.map(\.digest) == found.photographs.map(\.digest).sorted())
        #expect(found.photographs.first { $0.path.hasSuffix("b.JPG") }?.label == "a shark")
        #expect(found.photographs.first { $0.path == "a.png" }?.label == nil)
        let skipped = Dictionary(
            found.skipped.map { ($0.path.replacing("again/", with: "fish/"), $0.reason) }
        ) { first, _ in first }
        #expect(
            skipped == [
                "empty.png": "the file is empty", "fish/text.jpeg": "it is neither a JPEG nor a PNG file",
                "moving.gif": "it is neither a JPEG nor a PNG file",
                "broken.jpg": "it is a broken link, no file, or its name is not UTF-8",
                "loop.png": "it is a broken link, no file, or its name is not UTF-8",
            ])
    }

    @Test func aNameThatIsNoTextIsSkipped() throws {
        try write(png(1), "a.png")
        let name = Array("\(root)/b".utf8) + [0xFF] + Array(".png".utf8)
        let file = name.map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(file, O_CREAT | O_WRONLY, 0o644)
        try #require(descriptor >= 0)
        close(descriptor)
        #expect(try found().photographs.map(\.path) == ["a.png"])
        #expect(try found().skipped.map(\.reason) == ["it is a broken link, no file, or its name is not UTF-8"])
    }

    @Test func foldersThatCannotBeSearchedAreRefused() throws {
        #expect(
            message()
                == "/photographs: holds no JPEG or PNG file. Name a folder of photographs, or remove \"photographs\".")
        try write(Array("text".utf8), "notes.txt")
        #expect(message().hasPrefix("/photographs: holds no JPEG or PNG file."))
        try write(png(1), "deep/down/a.png")
        #expect(symlink("../..", "\(root)/deep/down/up") == 0)
        #expect(
            message()
                == "/photographs/deep/down/up is a link to a folder that holds it, so the search would not end. Remove "
                + "the link.")
        try FileManager.default.removeItem(atPath: "\(root)/deep/down/up")
        #expect(message() == "no error")
        try write([], "deep/site/.atlasgen")
        #expect(
            message()
                == "/photographs/deep/site is a site that atlasgen made, whose pictures are no photographs. Name a "
                + "folder without it.")
        try FileManager.default.removeItem(atPath: root)
        #expect(message() == "/photographs: there is no such folder. Name a folder of JPEG and PNG files.")
        _ = try folder.write([1], to: "photographs")
        #expect(message() == "/photographs is a file, not a folder. Name a folder of JPEG and PNG files.")
    }

    /// The limit takes photographs, not files, and the same ones whatever else is there.
    @Test func theLimitIsASample() throws {
        for index in 0..<40 { try write(png(UInt8(index)), "p\(index).png") }
        let whole = try found(limit: 1000).photographs
        let some = try found(limit: 12).photographs
        #expect(whole.count == 40 && some.count == 12 && Set(some).isSubset(of: whole))
        #expect(Set(try found(limit: 5).photographs).isSubset(of: some))
        for index in 0..<30 { try write([1, 2, 3, 4], "other\(index).bin") }
        #expect(try found(limit: 12).photographs == some)
        // Not the first by name.
        #expect(Set(some.map(\.path)) != Set(whole.map(\.path).sorted().prefix(12)))
    }

    @Test func digestsAreKeptUntilAFileChanges() throws {
        let store = try Store(folder: "\(folder.path)/.atlas") { _ in }
        try write(png(1), "a.png")
        let digests = try PhotographDigests(in: store)
        let first = try PhotographFolder(root, limit: nil, digests: digests)
        try digests.save()
        let version = try #require(FileSystem.version(of: "\(root)/a.png"))
        #expect(try PhotographDigests(in: store).known("a.png", version) == first.photographs[0].digest)
        try write(jpeg(200), "a.png")
        let again = try PhotographDigests(in: store)
        let second = try PhotographFolder(root, limit: nil, digests: again)
        #expect(second.photographs[0].digest != first.photographs[0].digest)
        #expect(second.photographs[0].digest == Digest.hexadecimal(try jpeg(200)))
    }
}
