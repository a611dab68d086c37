// Picture files of all kinds: those that are read, against Pillow; those that are not, by their names; damaged ones.

import Foundation
import Testing

@testable import Render

struct PictureFileTests {
    /// What Pillow reads in a file of Fixtures/Pictures.
    struct Expected: Decodable {
        let width: Int
        let height: Int
        let rgb: Data
        /// The pixels after `ImageOps.exif_transpose`.
        let upright: Data?
    }

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func path(_ name: String) -> String { fixtures.appending(path: "Pictures/\(name)").path }

    static func expected() throws -> [String: Expected] {
        try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: URL(fileURLWithPath: path("expected.json"))))
    }

    @Test func everyPixelIsPillows() throws {
        let expected = try Self.expected()
        #expect(expected.count == 53)
        for (name, picture) in expected {
            let read = try PictureFile.read(Self.path(name))
            #expect((read.width, read.height) == (picture.width, picture.height), "\(name)")
            #expect(Data(read.pixels) == picture.rgb, "\(name)")
        }
    }

    @Test func picturesAreTurnedUprightIfAsked() throws {
        let turned = try Self.expected().filter { $0.value.upright != nil }
        #expect(turned.count == 9)
        for (name, picture) in turned {
            #expect(Data(try PictureFile.read(Self.path(name), upright: true).pixels) == picture.upright, "\(name)")
        }
        // Nothing to turn by.
        #expect(try PictureFile.read(Self.path("grey.jpg"), upright: true) == PictureFile.read(Self.path("grey.jpg")))
    }

    /// Samples of linear light (gAMA of 1) become sRGB, by its gamma of 2.2.
    @Test func aStatedGammaIsFollowed() throws {
        var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path("rgb-16-gamma-usual.png"))))
        let plain = try PNG.decode(Data(file), file: "usual")
        let gamma = try #require(file.firstRange(of: Array("gAMA".utf8)))
        file.replaceSubrange(
            gamma.upperBound..<(gamma.upperBound + 8), with: [0, 1, 0x86, 0xA0, 0x31, 0xE8, 0x96, 0x5F])
        let linear = try PNG.decode(Data(file), file: "linear")
        for (lighter, sample) in zip(linear.pixels, plain.pixels) {
            let expected = 255 * pow(Double(sample) / 255, 1 / 2.2)
            // Dark samples of 16 bits say more than those of 8.
            #expect(abs(Double(lighter) - expected) < (sample < 16 ? 16 : 2), "\(sample)")
        }
    }

    @Test func otherKindsAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "atlasgen-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // the system cleans up what cannot be removed
        func message(_ start: [UInt8]) throws -> String? {
            let file = folder.appending(path: "picture.png")
            try Data(start + [UInt8](repeating: 0x20, count: 40)).write(to: file)
            return #expect(throws: RenderError.self) { try PictureFile.read(file.path) }?.description
        }
        let kinds: [(start: [UInt8], name: String)] = [
            (Array("RIFF\u{10}\u{10}\0\0WEBPVP8 ".utf8), "a WebP picture"), (Array("GIF89a".utf8), "a GIF picture"),
            (Array("BM".utf8), "a BMP picture"), (Array("II*\0".utf8), "a TIFF picture"),
            (Array("MM\0*".utf8), "a TIFF picture"), (Array("\0\0\0\u{20}ftypavif".utf8), "an AVIF picture"),
            (Array("\0\0\0\u{20}ftypheic".utf8), "a HEIC picture"),
            (Array("\0\0\0\u{20}ftypmif1".utf8), "a HEIC picture"),
            ([0xFF, 0x0A], "a JPEG XL picture"), (Array("\0\0\0\u{0C}jP  ".utf8), "a JPEG 2000 picture"),
            (Array("<svg xmlns".utf8), "an SVG picture or another XML file"),
            (Array("%PDF-1.7".utf8), "a PDF document"),
        ]
        for (start, name) in kinds {
            let message = try message(start)
            #expect(
                message?.hasSuffix("picture.png: is \(name), which is not read. Convert it to PNG or JPEG.") == true)
        }
        #expect(try message([1, 2, 0xAB, 4])?.contains("it begins with the bytes 01 02 ab 04") == true)
        #expect(
            throws: RenderError("\(folder.path): is a folder, not a picture. Name a PNG or JPEG file.")
        ) { try PictureFile.read(folder.path) }
        #expect(throws: RenderError("/nonexistent/a.png: there is no such file. Name a PNG or JPEG file.")) {
            try PictureFile.read("/nonexistent/a.png")
        }
        #expect(throws: RenderError("/dev/zero: is a device or a pipe, not a picture. Name a PNG or JPEG file.")) {
            try PictureFile.read("/dev/zero")
        }
    }

    @Test(arguments: ["colour-420.jpg", "colour-progressive.jpg", "grey.jpg", "cmyk.jpg"])
    func truncatedFilesAreRefused(name: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Self.path(name)))
        for length in 0..<(whole.count - 1) {
            let error = #expect(throws: RenderError.self) { try JPEG.decode(whole.prefix(length), file: "cut.jpg") }
            #expect(error?.description.hasPrefix("cut.jpg: not a readable JPEG file: ") == true, "length \(length)")
        }
    }

    @Test(arguments: ["colour-420.jpg", "colour-progressive.jpg", "orientation-6.jpg", "orientation-6.png"])
    func damagedFilesNeverTrap(name: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Self.path(name)))
        let isJPEG = name.hasSuffix("jpg")
        for index in whole.indices {
            for flipped: UInt8 in [0x55, 0xFF] {
                var damaged = whole
                damaged[index] ^= flipped
                // Some damage is harmless, or gives other pixels; what counts is that each ends in one of the two.
                if let picture = try? isJPEG ? JPEG.decode(damaged, file: name) : PNG.decode(damaged, file: name) {
                    #expect(picture.pixels.count == picture.width * picture.height * 3)
                }
                _ = Orientation(of: damaged, isJPEG ? .jpeg : .png)
            }
        }
    }

    @Test func hugeClaimsAreRefused() throws {
        var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path("grey.jpg"))))
        // The frame's header: its length, its precision, then height and width.
        let frame = try #require(file.firstRange(of: [0xFF, 0xC0]))
        file.replaceSubrange((frame.upperBound + 3)..<(frame.upperBound + 7), with: [0xFD, 0xE8, 0xFD, 0xE8])
        let error = #expect(throws: RenderError.self) { try JPEG.decode(Data(file), file: "huge.jpg") }
        #expect(error?.description.hasPrefix("huge.jpg: 65000 × 65000 pixels; ") == true)
    }
}
