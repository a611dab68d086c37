// The store: what is written is read, what is damaged is found, what a crash leaves is ignored.

import Foundation
import Testing
import ViT

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport

/// Collects what a store reports.
private final class FindingLog: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [Store.Finding] = []

    var findings: [Store.Finding] { lock.withLock { list } }
    var damage: [Store.Damage] { findings.compactMap { if case .damage(let damage) = $0 { damage } else { nil } } }
    func add(_ finding: Store.Finding) { lock.withLock { list.append(finding) } }
}

@Suite struct StoreTests {
    private let folder: TemporaryFolder
    private let log = FindingLog()
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(folder: "\(folder.path)/.atlas", onFinding: log.add)
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    private func replace(_ path: String, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test func whatIsSavedIsRead() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        #expect(try !store.contains(key))
        #expect(try store.record(key) == nil)
        try store.save(record)
        #expect(try store.contains(key))
        #expect(try store.record(key) == record)
        #expect(try store.header(key) == record.header)
        #expect(try store.numbers(key)?.numbers == record.numbers)
        #expect(try store.numbers(key)?.header == record.header)
        #expect(log.damage.isEmpty)
        let name = key.description
        #expect(try folder.files() == [".atlas/format", ".atlas/runs/\(name.prefix(2))/\(name.dropFirst(2)).run"])
    }

    @Test(arguments: [RunOutcome.completed, .neverActivated, .diverged(step: 12)])
    func outcomesAndOddNumbersSurvive(outcome: RunOutcome) throws {
        var record = RunRecord.example(.example(seed: .max))
        record.header.outcome = outcome
        record.header.startActivation = .leastNonzeroMagnitude
        record.header.finalActivation = .nan
        record.numbers = .init(curve: [.nan, .infinity, -.infinity], embedding: [], layerActivations: [])
        try store.save(record)
        let read = try #require(try store.record(record.header.recipe.key))
        #expect(read.header.outcome == outcome)
        #expect(read.header.startActivation == .leastNonzeroMagnitude)
        #expect(read.header.finalActivation.isNaN)
        #expect(read.numbers.curve.map(\.bitPattern) == record.numbers.curve.map(\.bitPattern))
        #expect(read.hasSameResult(as: record))
    }

    @Test(arguments: 0..<40) func floatsInHeadersAreExact(seed: UInt64) throws {
        var record = RunRecord.example(.example(seed: seed))
        // A multiplicative hash walks through the exponents and mantissas.
        let pattern = UInt32(truncatingIfNeeded: (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15 >> 17)
        let value = Float(bitPattern: pattern)
        record.header.startActivation = value.isNaN ? 1 : value
        try store.save(record)
        #expect(try store.header(record.header.recipe.key)?.startActivation == record.header.startActivation)
    }

    @Test func secondsAreNotAResult() {
        let record = RunRecord.example(.example(), seconds: 1)
        #expect(record.hasSameResult(as: .example(.example(), seconds: 2)))
        #expect(!record.hasSameResult(as: .example(.example(seed: 1), seconds: 1)))
        var other = record
        other.png[3] ^= 1
        #expect(!record.hasSameResult(as: other))
    }

    /// One flipped bit anywhere in a record is found, and the run counts as missing.
    @Test func everyFlippedByteIsFound() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        let path = store.path(of: key)
        let whole = try bytes(path)
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << UInt8(index % 8)
            try replace(path, with: damaged)
            #expect(try store.record(key) == nil, "byte \(index)")
            #expect(try !store.contains(key))
        }
        #expect(log.damage.count == whole.count)
        #expect(log.damage.first?.newPath == "\(store.folder)/damaged/\(key).run")
        #expect(try bytes("\(store.folder)/damaged/\(key).run").count == whole.count)
        try store.save(record)
        #expect(try store.record(key) == record)
    }

    /// A record with a film says so by its version; one without has the version that older programs read.
    @Test func aFilmIsPartOfItsRecord() throws {
        var record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        #expect(try bytes(store.path(of: key))[8] == 1)
        #expect(try store.filmSteps(key) == nil)
        let frames = [Picture(width: 2, height: 1, color: .white), Picture(width: 2, height: 1, color: .white)]
        record.film = try RunFilm(frames, after: [0, 3])
        try store.save(record)
        let path = store.path(of: key)
        let whole = try bytes(path)
        #expect(whole[8] == 2 && whole.suffix(2) == [0xFF, 0xD9])
        #expect(try store.record(key) == record)
        #expect(try store.filmSteps(key) == [0, 3])
        #expect(try store.entries().map(\.bytes) == [whole.count])
        for damaged in [whole + [0], whole.dropLast(), whole.dropLast(record.film?.jpeg.count ?? 0)] {
            try replace(path, with: damaged)
            #expect(try store.verify().damaged.count == 1)
        }
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << UInt8(index % 8)
            try replace(path, with: damaged)
            #expect(try store.record(key) == nil, "byte \(index)")
        }
        #expect(log.damage.last?.reason == "the checksum of its film is wrong")
    }

    @Test func everyTruncationIsFound() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        let path = store.path(of: key)
        let whole = try bytes(path)
        for count in 0..<whole.count {
            try replace(path, with: Array(whole.prefix(count)))
            #expect(try store.record(key) == nil, "\(count) bytes")
        }
        try replace(path, with: whole + [0])
        #expect(try store.record(key) == nil)
    }

    @Test func partsAreVerifiedByThemselves() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        let path = store.path(of: key)
        var damaged = try bytes(path)
        damaged[damaged.count - 1] ^= 1
        try replace(path, with: damaged)
        #expect(try store.header(key) != nil)
        #expect(try store.numbers(key) != nil)
        damaged[damaged.count - record.png.count - 1] ^= 1
        try replace(path, with: damaged)
        #expect(try store.header(key) != nil)
        #expect(try store.numbers(key) == nil)
        #expect(log.damage.map(\.reason) == ["the checksum of its numbers is wrong"])
    }

    @Test func damageIsTold() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        let path = store.path(of: key)
        try replace(path, with: [])
        _ = try store.header(key)
        #expect(
            log.damage.first?.description
                == "\(path) is damaged: it has 0 bytes, fewer than a record's first 16. "
                + "It was moved to \(store.folder)/damaged/\(key).run, and will be made again.")
    }

    @Test func aRecordUnderAnotherNameIsDamage() throws {
        let first = Recipe.example(seed: 0)
        let second = Recipe.example(seed: 1)
        try store.save(.example(first))
        try store.save(.example(second))
        try replace(store.path(of: second.key), with: try bytes(store.path(of: first.key)))
        #expect(try store.header(second.key) == nil)
        #expect(log.damage.first?.reason == "it holds the run \(first.key)")
    }

    @Test func partialFilesAreIgnored() throws {
        try store.save(.example(.example()))
        let partial = RunRecord.example(.example(seed: 1))
        _ = try folder.write(partial.fileBytes.dropLast(7), to: ".atlas/partial/1f")
        let key = partial.header.recipe.key.description
        let start = "\(store.folder)/runs/\(key.prefix(2))"
        try FileManager.default.createDirectory(atPath: start, withIntermediateDirectories: true)
        try replace("\(start)/\(key.dropFirst(2)).run.swp", with: [1])
        try replace("\(start)/short.run", with: [1])
        #expect(try store.keys() == [Recipe.example().key])
        #expect(try store.verify() == .init(whole: 1, damaged: []))
        #expect(try store.missing(of: [.example(), .example(seed: 1)]) == [.example(seed: 1)])
        #expect(log.damage.isEmpty)
    }

    @Test func severalThreadsSaveTheSameRun() throws {
        let store = store
        let failures = Guarded<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            do {
                try store.save(.example(.example(neuron: index % 4), seconds: Double(index)))
                guard try store.record(Recipe.example(neuron: index % 4).key) != nil else {
                    throw AtlasError(.io, "not there")
                }
            } catch {
                failures.change { $0.append("\(index): \(error)") }
            }
        }
        #expect(failures.value.isEmpty)
        #expect(log.damage.isEmpty)
        #expect(try store.verify().whole == 4)
        #expect(try FileSystem.names(in: "\(store.folder)/partial").isEmpty)
    }

    @Test func verifySetsDamageAside() throws {
        for seed in 0..<6 { try store.save(.example(.example(seed: UInt64(seed)))) }
        let damaged = Recipe.example(seed: 3).key
        try replace(store.path(of: damaged), with: [1, 2, 3])
        let verification = try store.verify()
        #expect(verification.whole == 5 && verification.damaged == log.damage && log.damage.count == 1)
        #expect(log.damage.first?.newPath == "\(store.folder)/damaged/\(damaged).run")
        #expect(try store.verify() == .init(whole: 5))
        #expect(try store.entries().map(\.key) == (try store.keys()))
        let sizes = try store.entries().map(\.bytes)
        #expect(sizes.allSatisfy { $0 > 500 })
    }

    @Test func pruneKeepsWhatIsWanted() throws {
        for seed in 0..<4 { try store.save(.example(.example(seed: UInt64(seed)))) }
        try replace(store.path(of: Recipe.example(seed: 3).key), with: [1, 2, 3])
        _ = try store.verify()
        let young = try folder.write([1, 2], to: ".atlas/partial/young")
        let now = try #require(FileSystem.version(of: young)).changed.tv_sec
        let kept: Set = [Recipe.example(seed: 0).key, Recipe.example(seed: 1).key]
        let removed = Recipe.example(seed: 2).key
        let size = try #require(FileSystem.version(of: store.path(of: removed))).bytes

        let plan = try store.prune(keeping: kept, isDry: true, now: now)
        #expect(plan.runs.map(\.key) == [removed] && plan.runs.map(\.bytes) == [size])
        #expect(plan.runs.map(\.entry?.header.recipe) == [Recipe.example(seed: 2)])
        #expect(plan.leftovers == 1 && plan.bytes == size + 3)
        #expect(try store.contains(removed))
        #expect(try store.prune(keeping: kept, isDry: false, now: now) == plan)
        #expect(Set(try store.keys()) == kept)
        #expect(FileSystem.exists(young))
        #expect(
            try store.prune(keeping: kept, isDry: false, now: now + 86_401) == .init(runs: [], leftovers: 1, bytes: 2))
        #expect(!FileSystem.exists(young))
    }

    @Test func aNewerStoreIsRefused() throws {
        try store.save(.example(.example()))
        try replace("\(store.folder)/format", with: Array("atlasgen store 2\n".utf8))
        let error = #expect(throws: AtlasError.self) { try Store(folder: store.folder) { _ in } }
        #expect(error?.code == .io)
        #expect(
            error?.description == "\(store.folder) is a store of format 2, and this atlasgen reads up to 1. "
                + "A newer atlasgen made it: use that one, or another project folder.")
    }

    /// A format that no program has written is neither this one's nor a newer one's.
    @Test(arguments: ["0", "-1", "-9223372036854775808"])
    func aFormatThatNeverExistedIsRefused(version: String) throws {
        try store.save(.example(.example()))
        try replace("\(store.folder)/format", with: Array("atlasgen store \(version)\n".utf8))
        let error = #expect(throws: AtlasError.self) { try Store(folder: store.folder) { _ in } }
        #expect(error?.code == .io)
        #expect(error?.description.hasPrefix("\(store.folder)/format names the format \(version),") == true)
        #expect(try bytes("\(store.folder)/format") == Array("atlasgen store \(version)\n".utf8))
    }

    /// A record whose checksums are right was damaged before it was written.
    @Test(arguments: [[], [1, 2, 3], Array("\u{89}PNG\r\n\u{1A}\n".utf8)])
    func aRecordWithoutAPictureIsDamage(png: [UInt8]) throws {
        let picture = RunRecord.example(.example()).png
        for png in [png, Array(picture.dropLast(30)), Array(picture.dropFirst())] {
            var record = RunRecord.example(.example())
            let key = record.header.recipe.key
            record.png = png
            try store.save(record)
            #expect(try store.record(key) == nil)
            #expect(try store.missing(of: [record.header.recipe]) == [record.header.recipe])
            #expect(log.damage.last?.reason.hasPrefix("its picture: not a readable PNG file") == true)
        }
    }

    @Test func aRecordOfFormatZeroIsDamage() throws {
        let record = RunRecord.example(.example())
        try store.save(record)
        let path = store.path(of: record.header.recipe.key)
        var other = try bytes(path)
        other[8] = 0
        let end = try RunFile.preambleLength(from: other) - Digest.byteCount
        other.replaceSubrange(end..<(end + Digest.byteCount), with: Digest.sha256(other[..<end]))
        try replace(path, with: other)
        #expect(try store.header(record.header.recipe.key) == nil)
        #expect(log.damage.count == 1)
    }

    /// git-annex and DVC replace a file by a link, which leads nowhere until its content is fetched.
    @Test func whatIsNoFileIsMissingAndSaidOnce() throws {
        let recipes = (0..<5).map { Recipe.example(seed: $0) }
        for recipe in recipes { try store.save(.example(recipe)) }
        let paths = recipes.map { store.path(of: $0.key) }
        let manager = FileManager.default
        let content = "\(folder.path)/content"
        try FileSystem.move(paths[0], to: content)
        for path in paths[1..<4] { try FileSystem.remove(path) }
        try manager.createSymbolicLink(atPath: paths[0], withDestinationPath: content)
        try manager.createSymbolicLink(atPath: paths[1], withDestinationPath: "/nonexistent/content")
        try manager.createSymbolicLink(atPath: paths[2], withDestinationPath: (paths[2] as NSString).lastPathComponent)
        try FileSystem.createFolder("\(paths[3])/x")

        for _ in 0..<2 {
            #expect(try store.missing(of: recipes) == Array(recipes[1..<4]))
            for recipe in recipes[1..<4] {
                #expect(try !store.contains(recipe.key) && store.record(recipe.key) == nil)
                #expect(store.version(of: recipe.key).isEmpty)
            }
        }
        let verification = try store.verify()
        #expect(verification == .init(whole: 2, noFiles: recipes[1..<4].map(\.key).sorted()))
        #expect(log.findings.count == 3 && log.damage.isEmpty)
        #expect(
            log.findings.contains {
                $0.description.hasPrefix("\(paths[1]) is a broken link to /nonexistent/content, so its run counts")
            })
        // A link to a file is the file, and changes when the file does.
        #expect(try store.record(recipes[0].key) == .example(recipes[0]))
        #expect(!store.version(of: recipes[0].key).isEmpty)
        #expect(try store.entries().count == 2)

        for recipe in recipes[1..<4] { try store.save(.example(recipe)) }
        #expect(try store.verify() == .init(whole: 5))
        #expect(FileSystem.isFolder("\(store.folder)/damaged/\(recipes[3].key).run/x"))
    }

    /// A broken link in place of a folder must not be taken for a store without runs.
    @Test func aFolderThatIsABrokenLinkIsAnError() throws {
        let recipe = Recipe.example()
        try store.save(.example(recipe))
        let runs = "\(store.folder)/runs"
        for path in [FileSystem.parent(of: store.path(of: recipe.key)), runs, store.folder] {
            try FileSystem.move(path, to: "\(path).away")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
            let error = #expect(throws: AtlasError.self) {
                try Store(folder: store.folder) { _ in }.missing(of: [recipe])
            }
            #expect(error?.description.hasPrefix("\(path) is a broken link.") == true)
            try FileSystem.remove(path)
            try FileSystem.move("\(path).away", to: path)
        }
        #expect(try store.missing(of: [recipe]).isEmpty)
    }

    @Test func aNewerRecordIsRefusedAndStays() throws {
        let record = RunRecord.example(.example())
        let key = record.header.recipe.key
        try store.save(record)
        var newer = try bytes(store.path(of: key))
        newer[8] = 3
        let end = try RunFile.preambleLength(from: newer) - Digest.byteCount
        newer.replaceSubrange(end..<(end + Digest.byteCount), with: Digest.sha256(newer[..<end]))
        try replace(store.path(of: key), with: newer)
        let error = #expect(throws: AtlasError.self) { try store.record(key) }
        #expect(error?.code == .io)
        #expect(error?.description.contains("is a record of format 3") == true)
        #expect(try store.contains(key))
    }

    /// A record as another program could have made it, under `key`: its header with words replaced, and whole again.
    private func saveChanged(_ recipe: Recipe, _ text: String, to other: String, under key: RecipeKey) throws {
        var bytes = RunRecord.example(recipe).fileBytes
        let end = try RunFile.preambleLength(from: bytes) - Digest.byteCount
        let header = String(decoding: bytes[RunFile.prefixLength..<end], as: UTF8.self)
        #expect(header.contains(text))
        let changed = Array(header.replacing(text, with: other).utf8)
        var start =
            Array(bytes[..<12]) + withUnsafeBytes(of: UInt32(changed.count).littleEndian) { Array($0) } + changed
        start += Digest.sha256(start)
        bytes.replaceSubrange(..<(end + Digest.byteCount), with: start)
        try FileSystem.createFolder(FileSystem.parent(of: store.path(of: key)))
        try replace(store.path(of: key), with: bytes)
    }

    @Test(arguments: [
        ("\"method\":\"atlas\"", "\"method\":\"nova\"", "There is no method “nova”."),
        ("\"rate\":\"0.075\"", "\"rate\":\"0.075\",\"hue\":\"1\"", "has no parameter “hue”."),
        ("\"tokens\":\"cls\"", "\"tokens\":\"registers\"", "unexpected tokens \"registers\"."),
        ("\"seed\":0", "\"sharpness\":\"bfloat16\",\"seed\":0", "unknown field \"sharpness\"."),
        ("{\"completed\":{}}", "{\"stalled\":{}}", "cannot read it: "),
    ])
    func whatANewerProgramMadeStays(text: String, other: String, reason: String) throws {
        try store.save(.example(.example()))
        let key = Recipe.example(seed: 7).key
        try saveChanged(.example(), text, to: other, under: key)
        let whole = try bytes(store.path(of: key))
        for _ in 0..<2 {
            #expect(try store.record(key) == nil)
            #expect(try store.header(key) == nil)
        }
        #expect(try bytes(store.path(of: key)) == whole)
        #expect(log.findings.count == 1 && log.damage.isEmpty)
        let message = try #require(log.findings.first).description
        #expect(message.hasPrefix("\(store.path(of: key)) is whole, but this atlasgen cannot read it: "), "\(message)")
        #expect(message.contains(reason) && message.contains(". A newer one may have made it. It stays"), "\(message)")
        #expect(store.unreadable == [key])
        #expect(try store.verify() == .init(whole: 1, damaged: [], unreadable: [key]))
        #expect(try store.entries().map(\.key) == [Recipe.example().key])
    }

    /// A run that is needed and cannot be read is made again, in its place.
    @Test func anUnreadableRunIsMissingOnceItWasRead() throws {
        let recipe = Recipe.example()
        try saveChanged(recipe, "{\"completed\":{}}", to: "{\"stalled\":{}}", under: recipe.key)
        #expect(try store.missing(of: [recipe]).isEmpty && store.contains(recipe.key))
        #expect(try store.header(recipe.key) == nil)
        #expect(try store.missing(of: [recipe]) == [recipe])
        #expect(try !store.contains(recipe.key))
        // Whoever makes it: another process may.
        try Store(folder: store.folder) { _ in }.save(.example(recipe))
        #expect(try store.missing(of: [recipe]).isEmpty && store.contains(recipe.key) && store.unreadable.isEmpty)
        #expect(try store.record(recipe.key) == .example(recipe))
        #expect(log.findings.count == 1)
    }

    @Test func aDamagedFormatFileIsMadeAgain() throws {
        try store.save(.example(.example()))
        try replace("\(store.folder)/format", with: [0xff, 0xfe])
        let reopened = try Store(folder: store.folder, onFinding: log.add)
        #expect(log.damage.count == 1)
        try reopened.save(.example(.example(seed: 1)))
        #expect(try bytes("\(store.folder)/format") == Array("atlasgen store 1\n".utf8))
        #expect(try reopened.verify().whole == 2)
    }

    @Test func aFileInThePlaceOfTheStoreIsAnError() throws {
        let path = try folder.write([1], to: "file")
        let error = #expect(throws: AtlasError.self) { try Store(folder: "\(path)/.atlas") { _ in } }
        #expect(error?.code == .cannotCreate)
        #expect(error?.description.contains("A file is where a folder is needed") == true)
    }

    @Test(arguments: [
        (ENOSPC, AtlasError.Code.io, "free some space"), (EDQUOT, .io, "free some space"),
        (EROFS, .cannotCreate, "Make the folder writable"), (EACCES, .cannotCreate, "Make the folder writable"),
        (EIO, .io, "Input/output error"),
    ])
    func failuresSayWhatToDo(code: Int32, exit: AtlasError.Code, words: String) {
        let error = FileSystem.failure("written", "/a/b", code)
        #expect(error.code == exit)
        #expect(error.description.hasPrefix("/a/b could not be written: "))
        #expect(error.description.contains(words))
    }
}

@Suite struct BuildLockTests {
    @Test func theSecondIsToldOfTheFirst() throws {
        let folder = try TemporaryFolder()
        do {
            let lock = try FileLock(storeFolder: "\(folder.path)/.atlas")
            #expect(lock.isHeld)
            let error = #expect(throws: AtlasError.self) { try FileLock(storeFolder: "\(folder.path)/.atlas") }
            #expect(error?.code == .cannotCreate)
            #expect(
                error?.description.hasPrefix(
                    "Another build is running in this project (process \(getpid()) on ") == true)
        }
        #expect(try FileLock(storeFolder: "\(folder.path)/.atlas").isHeld)
    }
}
