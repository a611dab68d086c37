// Text in pictures, compared with what Pillow draws.

import Foundation
import Testing

@testable import Render

@Suite struct TypefaceTests {
    /// A text as Pillow measures and draws it.
    struct Drawn: Decodable, CustomTestStringConvertible {
        let weight: String
        let size: Int
        let text: String
        /// In the font's units, 2,048 an em.
        let advance: Double
        let left: Int
        let baseline: Int
        let png: String

        var testDescription: String { text }
    }

    private static let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/lettering.json")
    static let drawn = (try? JSONDecoder().decode([Drawn].self, from: Data(contentsOf: fixture))) ?? []

    @Test func theFixtureIsRead() { #expect(Self.drawn.count == 4) }

    @Test(arguments: drawn) func textIsAsWideAndDarkAsPillows(_ expected: Drawn) throws {
        let typeface = try Typeface(expected.weight == "bold" ? .bold : .book)
        #expect(typeface.width(of: expected.text, size: 2048) == expected.advance)
        #expect(
            typeface.width(of: expected.text, size: expected.size) == expected.advance * Double(expected.size) / 2048)
        let png = try #require(Data(base64Encoded: expected.png))
        let truth = try PNG.decode(png, file: expected.text)
        var picture = Picture(width: truth.width, height: truth.height, color: .init(red: 0, green: 0, blue: 0))
        typeface.draw(
            expected.text, size: expected.size, color: .white, left: expected.left, baseline: expected.baseline,
            on: &picture)
        let differences = zip(picture.pixels, truth.pixels).map { abs(Int($0) - Int($1)) }
        // Outlines lie on 64ths of a pixel here and on finer ones there.
        #expect((differences.max() ?? 0) <= 24)
        #expect(Double(differences.reduce(0, +)) / Double(differences.count) < 1)
    }

    /// Everything outside is left out, whichever side it crosses.
    @Test(arguments: [(-20, 10), (-3, 5), (25, 12), (3, -4), (3, 60), (-5000, 10), (5000, -5000)])
    func textIsCutAtTheEdges(left: Int, baseline: Int) throws {
        let typeface = try Typeface(.bold)
        var whole = Picture(width: 200, height: 200, color: .white)
        var part = Picture(width: 30, height: 20, color: .white)
        let black = Picture.Color(red: 0, green: 0, blue: 0)
        typeface.draw("Ågj", size: 24, color: black, left: left + 80, baseline: baseline + 80, on: &whole)
        typeface.draw("Ågj", size: 24, color: black, left: left, baseline: baseline, on: &part)
        for row in 0..<20 {
            let start = 3 * ((row + 80) * 200 + 80)
            #expect(part.pixels[(90 * row)..<(90 * row + 90)].elementsEqual(whole.pixels[start..<start + 90]))
        }
    }

    @Test func colourIsMixedByCoverage() throws {
        let typeface = try Typeface(.book)
        var picture = Picture(width: 40, height: 40, color: .init(red: 10, green: 200, blue: 100))
        typeface.draw("■", size: 40, color: .init(red: 255, green: 0, blue: 50), left: 0, baseline: 34, on: &picture)
        let middle = 3 * (20 * 40 + 18)
        #expect(Array(picture.pixels[middle..<middle + 3]) == [255, 0, 50])
        #expect(Array(picture.pixels[0..<3]) == [10, 200, 100])
        // At an edge each channel has gone the same part of its way.
        for pixel in stride(from: 0, to: picture.pixels.count, by: 3) {
            let share = (Double(picture.pixels[pixel]) - 10) / 245
            #expect(abs(Double(picture.pixels[pixel + 1]) - 200 * (1 - share)) <= 1)
        }
    }

    @Test func scriptsThatNeedShapingAreMissing() throws {
        let typeface = try Typeface(.book)
        for scalar in "Aé—≤Яλ✓\u{A0}".unicodeScalars { #expect(typeface.has(scalar), "\(scalar)") }
        for scalar in "視ا한א👋\u{301}\u{200F}\u{0}".unicodeScalars { #expect(!typeface.has(scalar), "\(scalar)") }
    }
}
