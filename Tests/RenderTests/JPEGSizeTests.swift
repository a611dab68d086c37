// JPEG files written at a bound, and read at a reduced size.

import Foundation
import Testing

@testable import Render

struct JPEGSizeTests {
    /// Slow waves with some noise, whose reduced picture is known to be close to samples of the whole one.
    private static func waves(_ width: Int, _ height: Int) -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                pixels += [UInt8(255 * x / width), UInt8(255 * y / height), UInt8((x / 64 + y / 64) % 2 * 200)]
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test func aWrittenPictureIsReadBack() throws {
        let picture = Self.waves(160, 120)
        let bytes = try JPEG.encode(picture, quality: 95)
        #expect(try JPEG.encode(picture, quality: 95) == bytes)
        let read = try JPEG.decode(Data(bytes), file: "waves")
        #expect((read.width, read.height) == (160, 120))
        let error = zip(read.pixels, picture.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(error < 4 * picture.pixels.count)
    }

    /// Columns of red and blue become one colour where pixels share theirs.
    @Test func fullColourKeepsEachPixelsColour() throws {
        let columns = Picture(
            width: 16, height: 16, pixels: (0..<256).flatMap { $0 % 2 == 0 ? [200, 40, 40] : [40, 40, 200] })
        func error(fullColour: Bool) throws -> Int {
            let bytes = try JPEG.encode(columns, quality: 95, fullColour: fullColour)
            let read = try JPEG.decode(Data(bytes), file: "columns")
            return zip(read.pixels, columns.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / columns.pixels.count
        }
        #expect(try error(fullColour: true) < 4)
        #expect(try error(fullColour: false) > 30)
    }

    /// Noise is the worst that a picture can be.
    @Test func aFileKeepsItsBound() throws {
        var generator = Noise(state: 1)
        let noise = Picture(width: 160, height: 160, pixels: (0..<76_800).map { _ in generator.next() })
        let bytes = try JPEG.encode(noise, atMost: 12_288)
        #expect(bytes.count <= 12_288 && bytes.count > 4_000)
        let smooth = Self.waves(160, 160)
        #expect(try JPEG.encode(smooth, atMost: 12_288) == JPEG.encode(smooth, quality: 88))
        // What cannot be so small is as small as it gets.
        #expect(try JPEG.encode(noise, atMost: 10) == JPEG.encode(noise, quality: 8))
    }

    @Test func aPictureOfTooManyColumnsIsAnError() {
        let error = #expect(throws: RenderError.self) {
            try JPEG.encode(Picture(width: 70_000, height: 1, color: .white), quality: 90)
        }
        #expect(error?.description.hasPrefix("cannot write a picture of 70000 × 1 pixels as JPEG: ") == true)
    }

    @Test func aLargePictureIsReducedAsFarAsIsEnough() throws {
        let whole = Self.waves(4800, 3600)  // 17.3 million pixels
        let data = Data(try JPEG.encode(whole, quality: 90))
        func size(enough: PictureSizing?) throws -> [Int] {
            let picture = try JPEG.decode(data, file: "large", enough: enough)
            return [picture.width, picture.height]
        }
        #expect(try size(enough: nil) == [4800, 3600])
        #expect(try size(enough: { _, _ in (2400, 1800) }) == [2400, 1800])
        #expect(try size(enough: { _, _ in (2401, 1) }) == [4800, 3600])
        #expect(try size(enough: { _, _ in (1, 1801) }) == [4800, 3600])
        // A half is small enough, so that it is not made a quarter.
        #expect(try size(enough: { _, _ in (1, 1) }) == [2400, 1800])
        let half = try JPEG.decode(data, file: "large", enough: { _, _ in (1, 1) })
        var error = 0
        for y in stride(from: 0, to: 1800, by: 7) {
            for x in stride(from: 0, to: 2400, by: 7) {
                for channel in 0..<2 {
                    let expected = whole.pixels[3 * (2 * y * 4800 + 2 * x) + channel]
                    error = max(error, abs(Int(half.pixels[3 * (y * 2400 + x) + channel]) - Int(expected)))
                }
            }
        }
        #expect(error <= 24)
    }

    /// A turned picture is asked about in its own directions.
    @Test func aTurnedPictureIsReducedInItsOwnDirections() throws {
        var file = [UInt8](try JPEG.encode(Self.waves(4800, 3600), quality: 50))
        // Exif with orientation 6: turned by a quarter.
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        file.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif, at: 2)
        let half = try PictureFile.picture(
            in: Data(file), file: "turned", upright: true, enough: { width, _ in (width / 2, 2400) })
        #expect((half.width, half.height) == (1800, 2400))
        let whole = try PictureFile.picture(
            in: Data(file), file: "turned", upright: true, enough: { _, _ in (1801, 1) })
        #expect((whole.width, whole.height) == (3600, 4800))
    }

    /// Headers that claim 50,000 × 50,000 pixels: what is read in pieces ends at its missing data, and what would need
    /// memory for all of it is refused at once.
    @Test(arguments: ["grey.jpg", "colour-progressive.jpg"])
    func hugeClaimsNeedNoHugeMemory(name: String) throws {
        var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: PictureFileTests.path(name))))
        let isProgressive = name.contains("progressive")
        let frame = try #require(file.firstRange(of: [0xFF, isProgressive ? 0xC2 : 0xC0]))
        file.replaceSubrange((frame.upperBound + 3)..<(frame.upperBound + 7), with: [0xC3, 0x50, 0xC3, 0x50])
        let error = #expect(throws: RenderError.self) {
            try JPEG.decode(Data(file), file: "huge.jpg", enough: { _, _ in (256, 256) })
        }
        #expect(
            error?.description.hasPrefix(
                isProgressive ? "huge.jpg: 50000 × 50000 pixels; " : "huge.jpg: not a readable JPEG file: ") == true)
    }
}

/// Bytes of noise.
private struct Noise {
    var state: UInt64

    mutating func next() -> UInt8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(state >> 56)
    }
}
