// Thumbnails, enlargement, montages.

import Testing

@testable import Render

struct PictureTests {
    @Test func blackAndWhiteAverageInLinearLight() {
        let picture = Picture(width: 2, height: 2, pixels: [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0])
        // Half the light is sRGB 187.5, not 127.5.
        #expect(picture.thumbnail(width: 1).pixels == [188, 188, 188])
    }

    @Test(arguments: 1..<64)
    func thumbnailsKeepColoursAndProportions(width: Int) {
        let picture = Picture(width: 64, height: 32, color: .init(red: 3, green: 120, blue: 251))
        let thumbnail = picture.thumbnail(width: width)
        #expect(thumbnail.width == width)
        #expect(abs(Double(thumbnail.height) - Double(width) / 2) <= 0.5 || thumbnail.height == 1)
        #expect(
            Set(stride(from: 0, to: thumbnail.pixels.count, by: 3).map { Array(thumbnail.pixels[$0..<($0 + 3)]) })
                == [[3, 120, 251]])
    }

    @Test func unevenCoverage() {
        // Three columns to two: each new pixel is one old pixel and half of the middle one.
        let picture = Picture(width: 3, height: 1, pixels: [255, 255, 255, 0, 0, 0, 0, 0, 0])
        let thumbnail = picture.thumbnail(width: 2)
        // 2/3 of full light is sRGB 213.
        #expect(thumbnail.pixels == [213, 213, 213, 0, 0, 0])
    }

    @Test func thumbnailsNeverEnlarge() {
        let picture = PNGTests.noise(width: 8, height: 8, seed: 3)
        #expect(picture.thumbnail(width: 8) == picture)
        #expect(picture.thumbnail(width: 100) == picture)
    }

    @Test func enlargementRepeatsPixels() {
        let picture = Picture(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
        #expect(
            picture.scaled(by: 2).pixels == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
        #expect(picture.scaled(by: 1) == picture)
        let noise = PNGTests.noise(width: 5, height: 4, seed: 4)
        #expect(noise.scaled(by: 3).thumbnail(width: 5) == noise)
    }

    @Test func montageHasGapsOfTheGround() {
        let red = Picture(width: 1, height: 1, color: .init(red: 255, green: 0, blue: 0))
        let wide = Picture(width: 2, height: 1, color: .init(red: 0, green: 0, blue: 9))
        let montage = Picture.montage([red, wide, red], columns: 2, gap: 1)
        #expect(montage.width == 7 && montage.height == 5)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(montage.pixels[((y * 7 + x) * 3)..<((y * 7 + x) * 3 + 3)]) }
        #expect(pixel(1, 1) == [255, 0, 0] && pixel(2, 1) == [255, 255, 255])
        #expect(pixel(4, 1) == [0, 0, 9] && pixel(5, 1) == [0, 0, 9])
        #expect(pixel(1, 3) == [255, 0, 0] && pixel(4, 3) == [255, 255, 255])
        for x in 0..<7 { #expect(pixel(x, 0) == [255, 255, 255] && pixel(x, 4) == [255, 255, 255]) }
    }
}
