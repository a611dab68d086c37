// PNG files: round trips, files written by another encoder, files that are no pictures.

import Foundation
import Testing

@testable import Render

struct PNGTests {
    /// A picture whose pixels follow from the seed alone.
    static func noise(width: Int, height: Int, seed: UInt64) -> Picture {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let pixels = (0..<(width * height * 3)).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test(arguments: [(1, 1), (1, 7), (64, 64), (33, 5), (224, 3)])
    func whatIsWrittenIsRead(width: Int, height: Int) throws {
        let picture = PNGTests.noise(width: width, height: height, seed: UInt64(width))
        let data = try PNG.encode(picture)
        #expect(try PNG.decode(data, file: "round.png") == picture)
        #expect(try PNG.encode(picture) == data)
    }

    @Test func greyIsReadAsThreeEqualChannels() throws {
        let levels = (0..<35).map { UInt8($0 * 7) }
        let data = try PNG.encode(grey: levels, width: 7, height: 5)
        // The colour type of the header (PNG specification, 11.2.2).
        #expect(data[25] == 0)
        #expect(
            try PNG.decode(data, file: "grey.png")
                == Picture(width: 7, height: 5, pixels: levels.flatMap { [$0, $0, $0] }))
    }

    @Test func flatPicturesAreSmall() throws {
        let picture = Picture(width: 224, height: 224, color: .white)
        #expect(try PNG.encode(picture).count < 1000)
    }

    @Test func whatIsNoPictureIsNamed() throws {
        let whole = try PNG.encode(PNGTests.noise(width: 16, height: 16, seed: 1))
        for length in [0, 1, 8, 20, 40, whole.count / 2, whole.count - 13] {
            let error = #expect(throws: RenderError.self) { try PNG.decode(whole.prefix(length), file: "cut.png") }
            #expect(error?.description.hasPrefix("cut.png: not a readable PNG file: ") == true, "length \(length)")
        }
        #expect(throws: RenderError("none.png: not a readable PNG file: the file is empty")) {
            try PNG.decode(Data(), file: "none.png")
        }
    }

    @Test func damagedFilesNeverTrap() throws {
        let whole = try PNG.encode(PNGTests.noise(width: 9, height: 9, seed: 2))
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 0x55
            // Some damage (in a text chunk's name, say) is harmless; what counts is that each ends in one of the two.
            if let picture = try? PNG.decode(damaged, file: "damaged.png") {
                #expect(picture.pixels.count == picture.width * picture.height * 3)
            }
        }
    }

    @Test func hugeClaimsAreRefused() throws {
        let claims100000Squared = try #require(
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgABhqAAAYagCAIAAAAnMJyfAAAACElEQVR4nAMAAAAAAUgGidIAAAAASUVORK5CYII="))
        let error = #expect(throws: RenderError.self) { try PNG.decode(claims100000Squared, file: "huge.png") }
        #expect(error?.description.contains("100000 × 100000 pixels") == true)
    }

    @Test func sizesThatCannotBe() {
        #expect(!Picture.canHold(width: 0, height: 5))
        #expect(!Picture.canHold(width: -1, height: -1))
        #expect(!Picture.canHold(width: .max, height: 2))
        #expect(Picture.canHold(width: 8192, height: 8192))
        #expect(!Picture.canHold(width: 8193, height: 8192))
    }
}
