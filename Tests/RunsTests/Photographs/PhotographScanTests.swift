// Scans: every photograph is read once, nothing is lost, and the numbers are those of a reader.

import FaultyPlugin
import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct PhotographScanTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
    private static let pictures = root.appending(path: "Tests/RenderTests/Fixtures/Pictures").path
    private static let model = Result {
        try LoadedModel(path: root.appending(path: "models/vit-tiny64.safetensors").path)
    }
    private static let places = [
        ReadingPlace(address: .block(3, .mlp1), tokens: .patches), ReadingPlace(address: .head, tokens: .cls),
    ]

    private let folder: TemporaryFolder
    private let findings = Guarded<[Store.Finding]>([])
    private var photographs: String { "\(folder.path)/photographs" }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Self.pictures, toPath: "\(folder.path)/photographs")
    }

    private func scan(
        store name: String = ".atlas", places: [ReadingPlace] = Self.places
    ) throws -> PhotographScan {
        let model = try Self.model.get()
        let findings = findings
        let store = try Store(folder: "\(folder.path)/\(name)") { finding in findings.change { $0.append(finding) } }
        return PhotographScan(
            try PhotographFolder(photographs, limit: nil, digests: PhotographDigests(in: store)), model: model.model,
            digest: model.digest, preparation: model.checkpoint.preparation, places: places, store: store)
    }

    @discardableResult
    private func read(_ scan: PhotographScan, _ shard: Shard? = nil, workers: Int = 2) async throws -> Int {
        try await PhotographScanner(scan, workers: workers).make(shard, until: StopSignal()) { _ in }
    }

    /// The bytes of every file in a store.
    private func files(_ scan: PhotographScan) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: scan.store.folder).filter {
            $0.hasPrefix("photographs/") && $0.hasSuffix(".shard")
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: "\(scan.store.folder)/\($0)")))
            })
    }

    /// A device that fails is one error, and what it reads later is stored as its own.
    @Test func aDeviceReadsThem() async throws {
        let scan = try scan()
        let plugin = try FaultyPlugin()
        let scanner = PhotographScanner(scan, device: try DeviceChoice.plugin(plugin.path).open())
        plugin.fail("PJRT_LoadedExecutable_Execute", "the device is gone")
        let error = try await #require(throws: AtlasError.self) {
            try await scanner.make(until: StopSignal()) { _ in }
        }
        #expect(error.description.contains("the device is gone"))
        let count = scan.folder.photographs.count
        #expect(try scan.missingCount(of: nil) == count)
        plugin.recover()
        #expect(try await scanner.make(until: StopSignal()) { _ in } == count)
        let ranking = try #require(try scan.ranking(at: Self.places[0], of: [0], show: 4))
        // What the plugin says of every picture.
        #expect(ranking.neurons[0]?.top.map(\.activation) == Array(repeating: Float(bitPattern: 0x3F3F_3F3F), count: 4))
    }

    @Test func numbersAreThoseOfAReader() async throws {
        let scan = try scan()
        #expect(try await read(scan) == scan.folder.photographs.count)
        for place in Self.places {
            let width = place.address.width(in: scan.model.configuration)
            let ranking = try #require(
                try scan.ranking(at: place, of: Array(0..<width), show: 4))
            let images = try ranking.photographs.map { photograph in
                try Picture.read("\(photographs)/\(photograph.path)", for: scan.preparation).prepared(scan.preparation)
                    .planes
            }
            let reader = try CPUDevice().makeReader(
                model: scan.model, address: place.address, tokens: place.tokens, capacity: 1)
            let activations = try images.map { try reader.activations(of: [$0])[0] }
            #expect(ranking.neurons.count == width && ranking.unreadable.isEmpty)
            for (neuron, row) in ranking.neurons {
                let own = activations.map { $0[neuron] }
                let scale = own.map(abs).max() ?? 0
                let sorted = own.sorted()
                func expect(_ values: [Float], _ expected: [Float]) {
                    for (one, other) in zip(values, expected) { #expect(abs(one - other) <= 1e-5 * scale) }
                }
                #expect(row.seen == own.count && row.top.count == 4 && row.least.count == 4)
                expect(row.top.map(\.activation), sorted.reversed())
                expect(row.least.map(\.activation), sorted)
                for example in row.top + row.least { expect([own[example.photograph]], [example.activation]) }
                expect([row.median], [sorted[Int((0.5 * Double(own.count - 1)).rounded())]])
                let mean = own.reduce(0) { $0 + Double($1) } / Double(own.count)
                #expect(abs(row.mean - mean) <= 1e-5 * Double(scale))
                let variance = own.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(own.count)
                #expect(abs(row.deviation - variance.squareRoot()) <= 1e-4 * Double(scale))
                #expect(row.histogram.counts.reduce(0, +) == own.count)
                #expect(row.histogram.low == row.least[0].activation && row.histogram.high == row.top[0].activation)
                #expect(row.peaks.isEmpty == (place.address == .head) && row.top.allSatisfy { $0.activation.isFinite })
            }
        }
    }

    @Test func theOrderTheWorkersAndTheSharesChangeNoByte() async throws {
        let one = try scan(store: "one")
        try await read(one, workers: 1)
        let many = try scan(store: "many")
        try await read(many, workers: 5)
        let shares = try scan(store: "shares")
        for index in [2, 0, 1] { try await read(shares, Shard(index: index, count: 3)) }
        let expected = try files(one)
        #expect(!expected.isEmpty)
        #expect(try files(many) == expected)
        #expect(try files(shares) == expected)
        #expect(try shares.missing().isEmpty)
    }

    @Test func onlyWhatIsNewIsRead() async throws {
        let first = try scan(places: [Self.places[0]])
        let count = try await read(first)
        let before = try files(first)
        #expect(try await read(first) == 0)
        let picture = Picture(width: 9, height: 7, color: .white)
        try FileSystem.writeFile(Array(try PNG.encode(picture)), to: "\(photographs)/new.png")
        let grown = try scan(places: [Self.places[0]])
        #expect(try grown.missingCount() == 1)
        #expect(try await read(grown) == 1)
        #expect(try files(grown).filter { before[$0.key] != nil } == before)
        #expect(try files(grown).count == before.count + 1)
        // Another place reads all of them, but not at the first place.
        let both = try scan()
        #expect(try both.missing().allSatisfy { $0.places == [Self.places[1]] })
        #expect(try await read(both) == count + 1)
        // A file that goes is not read again.
        try FileManager.default.removeItem(atPath: "\(photographs)/new.png")
        #expect(try scan().missingCount() == 0)
        let ranking = try #require(try scan().ranking(at: Self.places[0], of: [0], show: 3))
        #expect(ranking.neurons[0]?.seen == count)
    }

    @Test func whatWasReadBeforeAStopIsKept() async throws {
        let scan = try scan(places: [Self.places[0]])
        let signal = StopSignal()
        let read = try await PhotographScanner(scan, workers: 1).make(until: signal) { _ in signal.stop() }
        #expect(read > 0 && read < scan.folder.photographs.count)
        #expect(try scan.missingCount() == scan.folder.photographs.count - read)
        #expect(try scan.ranking(at: Self.places[0], of: [0], show: 3) == nil)
        try await self.read(scan)
        #expect(try scan.missingCount() == 0)
    }

    /// Damage anywhere in a shard is found, reported, and mended by reading its photographs again.
    @Test func damageIsFoundAndMended() async throws {
        let scan = try scan(places: [Self.places[0]])
        try await read(scan)
        let whole = try files(scan)
        let (name, bytes) = try #require(whole.sorted { $0.key < $1.key }.first)
        let path = "\(scan.store.folder)/\(name)"
        for index in [0, 10, 80, 200, bytes.count / 2, bytes.count - 1] {
            var damaged = bytes
            damaged[index] ^= 4
            try damaged.write(to: URL(fileURLWithPath: path))
            findings.change { $0 = [] }
            let verification = try scan.store.verifyPhotographs()
            #expect(verification.whole == whole.count - 1 && verification.damaged.count == 1, "byte \(index)")
            #expect(findings.value.count == 1)
            #expect(try scan.missingCount() > 0)
            try await read(scan)
            #expect(try files(scan) == whole)
        }
        // Without `store verify`, a ranking finds it.
        try bytes.prefix(bytes.count - 3).write(to: URL(fileURLWithPath: path))
        #expect(try scan.ranking(at: Self.places[0], of: [0], show: 3) == nil)
        try await read(scan)
        var damaged = bytes
        damaged[bytes.count - 1] ^= 1
        try damaged.write(to: URL(fileURLWithPath: path))
        #expect(try scan.missingCount() == 0)
        #expect(try scan.ranking(at: Self.places[0], of: [0], show: 3) == nil)
        try await read(scan)
        #expect(try files(scan) == whole)
        #expect(try scan.ranking(at: Self.places[0], of: [0], show: 3) != nil)
    }

    /// Each kind of bad file has its outcome: read, or skipped with a reason; none ends the scan.
    @Test func badFilesHaveTheirOutcome() async throws {
        try FileManager.default.removeItem(atPath: photographs)
        try FileSystem.createFolder(photographs)
        func fixture(_ name: String) throws -> [UInt8] { try FileSystem.read("\(Self.pictures)/\(name)") ?? [] }
        func write(_ bytes: [UInt8], _ name: String) throws {
            try FileSystem.writeFile(bytes, to: "\(photographs)/\(name)")
        }
        for (name, source) in [
            ("cmyk.jpg", "cmyk.jpg"), ("grey.jpg", "grey.jpg"), ("sixteen.png", "rgb-16.png"),
            ("grey-sixteen.png", "grey-16.png"), ("mislabelled.jpg", "rgb-8.png"),
            ("mislabelled.png", "colour-444.jpg"),
        ] { try write(fixture(source), name) }
        try write(Self.animated(fixture("palette-8.png")), "animated.png")
        try write([], "empty.jpg")
        try write(Array(fixture("colour-420.jpg").dropLast(40)), "truncated.jpg")
        try write(Array(fixture("rgb-alpha-8.png").dropLast(40)), "truncated.png")
        try write(Self.huge(png: fixture("grey-8.png")), "huge.png")
        var jpeg = try fixture("colour-progressive.jpg")
        let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC2]))
        jpeg.replaceSubrange((frame.upperBound + 3)..<(frame.upperBound + 7), with: [0xC3, 0x50, 0xC3, 0x50])
        try write(jpeg, "huge.jpg")
        try write(Array("RIFF\u{10}\0\0\0WEBPVP8 ".utf8), "modern.webp")
        let thin = Picture(width: 60_000, height: 1, color: .white)
        try write(try JPEG.encode(thin, quality: 50), "thin.jpg")

        let scan = try scan(places: [Self.places[0]])
        try await read(scan)
        let ranking = try #require(try scan.ranking(at: Self.places[0], of: [0, 1], show: 20))
        #expect(
            Set(ranking.photographs.map(\.path)) == [
                "cmyk.jpg", "grey.jpg", "sixteen.png", "grey-sixteen.png", "mislabelled.jpg", "mislabelled.png",
                "animated.png", "thin.jpg",
            ])
        #expect(
            Set(ranking.unreadable.keys)
                == ["truncated.jpg", "truncated.png", "huge.png", "huge.jpg"])
        #expect(scan.folder.skipped.map(\.path) == ["empty.jpg", "modern.webp"])
        #expect(ranking.unreadable["huge.png"]?.hasPrefix("50000 × 50000 pixels; a picture may have at most") == true)
        #expect(ranking.unreadable["huge.jpg"]?.hasPrefix("50000 × 50000 pixels; a picture may have at most") == true)
        #expect(ranking.unreadable["truncated.jpg"]?.hasPrefix("not a readable JPEG file") == true)
        // They are not tried again.
        #expect(try scan.missingCount() == 0)
    }

    /// A PNG with an animation's chunks before its pixels.
    private static func animated(_ png: [UInt8]) throws -> [UInt8] {
        let start = try #require(png.firstRange(of: Array("IDAT".utf8))).lowerBound - 4
        return Array(png[..<start]) + chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]) + Array(png[start...])
    }

    /// A PNG whose header claims 50,000 × 50,000 pixels.
    private static func huge(png: [UInt8]) throws -> [UInt8] {
        let header = try #require(png.firstRange(of: Array("IHDR".utf8)))
        let data =
            [0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50] + Array(png[(header.upperBound + 8)..<(header.upperBound + 13)])
        return Array(png[..<(header.lowerBound - 4)]) + chunk("IHDR", data) + Array(png[(header.upperBound + 17)...])
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        let content = Array(name.utf8) + data
        // CRC-32 of the PNG specification, bit by bit.
        var crc = UInt32.max
        for byte in content {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return number(UInt32(data.count)) + content + number(~crc)
    }

    @Test func mapsAreWhereTheNeuronIsActive() async throws {
        let scan = try scan()
        try await read(scan)
        let ranking = try #require(try scan.ranking(at: Self.places[0], of: [0, 5, 9], show: 3))
        let maps = try #require(try scan.maps(of: [Self.places[0]: ranking], on: .cpu)[Self.places[0]])
        for (neuron, row) in ranking.neurons {
            var highest = 0
            for example in row.top + row.peaks {
                let map = try #require(maps.map(of: neuron, on: example.photograph))
                #expect(map.count == scan.model.configuration.patchCount)
                let peak = try #require(map.max())
                highest = max(highest, Int(peak))
                #expect(Int(map[example.patch ?? 0]) == Int(peak))
            }
            #expect(highest == 255)
            #expect(maps.map(of: neuron, on: row.least[0].photograph) == nil || row.seen < 7)
        }
        // The second time they come from the store.
        let shown = try FileSystem.names(in: "\(scan.store.folder)/photographs/maps")
        #expect(shown.count == 1)
        try FileManager.default.removeItem(atPath: photographs)
        let again = try #require(try scan.maps(of: [Self.places[0]: ranking], on: .cpu)[Self.places[0]])
        let example = try #require(ranking.neurons[5]?.top[0])
        #expect(again.map(of: 5, on: example.photograph) == maps.map(of: 5, on: example.photograph))
    }

    @Test func pruningKeepsWhatIsWanted() async throws {
        let scan = try scan()
        try await read(scan)
        let whole = try files(scan)
        #expect(try scan.store.prunePhotographs(keeping: [scan], isDry: false) == (0, 0))
        let one = try self.scan(places: [Self.places[0]])
        let dry = try scan.store.prunePhotographs(keeping: [one], isDry: true)
        #expect(dry.shards == whole.count / 2)
        #expect(try files(scan) == whole)
        #expect(try scan.store.prunePhotographs(keeping: [one], isDry: false) == dry)
        #expect(try files(scan).count == whole.count / 2 && one.missingCount() == 0)
        #expect(try scan.store.prunePhotographs(keeping: [], isDry: false).shards == whole.count / 2)
        #expect(try files(scan).isEmpty)
    }
}
