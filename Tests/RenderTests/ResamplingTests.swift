// Resizing, against Pillow's `Image.resize`.

import Foundation
import Testing

@testable import Render

struct ResamplingTests {
    private struct Fixture: Decodable {
        struct Result: Decodable {
            let filter: String
            let width: Int
            let height: Int
            let rgb: Data
        }

        let source: PictureFileTests.Expected
        let results: [Result]
    }

    private static let filters: [String: ResamplingFilter] = [
        "nearest": .nearest, "box": .box, "bilinear": .bilinear, "hamming": .hamming, "bicubic": .bicubic,
        "lanczos": .lanczos,
    ]

    private func fixture() throws -> (Picture, [Fixture.Result]) {
        let file = PictureFileTests.fixtures.appending(path: "resized.json")
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
        let source = fixture.source
        return (Picture(width: source.width, height: source.height, pixels: [UInt8](source.rgb)), fixture.results)
    }

    @Test func everyPixelIsPillows() throws {
        let (source, results) = try fixture()
        #expect(results.count == 42)
        for expected in results {
            let filter = try #require(Self.filters[expected.filter])
            let resized = try source.resized(
                width: expected.width, height: expected.height, filter: filter, rows: 0..<expected.height,
                columns: 0..<expected.width)
            #expect(Data(resized.pixels) == expected.rgb, "\(expected.filter) \(expected.width) × \(expected.height)")
        }
    }

    @Test func aPartIsTheSameAsInTheWhole() throws {
        let (source, results) = try fixture()
        for whole in results where whole.width > 1 {
            let (rows, columns) = (1..<(whole.height - 1), 2..<(whole.width - 2))
            let part = try source.resized(
                width: whole.width, height: whole.height, filter: #require(Self.filters[whole.filter]), rows: rows,
                columns: columns)
            let expected = rows.flatMap { row in
                whole.rgb[(3 * (row * whole.width + 2))..<(3 * (row * whole.width + whole.width - 2))]
            }
            #expect(part.pixels == expected, "\(whole.filter) \(whole.width) × \(whole.height)")
        }
    }

    @Test func aGroundSurroundsWhatIsSmaller() throws {
        let picture = Picture(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
        let placed = try picture.placed(
            resizedTo: (2, 1), filter: .bicubic, left: -1, top: -1, width: 4, height: 2,
            ground: Picture.Color(red: 7, green: 8, blue: 9))
        #expect(placed.pixels == [7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test(arguments: [ResamplingFilter.nearest, .bilinear]) func whatHasNoRoomIsRefused(filter: ResamplingFilter) {
        let line = Picture(width: 1, height: 1 << 20, color: .white)
        let error = #expect(throws: RenderError.self) {
            _ = try line.resized(width: 1 << 7, height: 1 << 27, filter: filter, rows: 0..<1, columns: 0..<1)
        }
        #expect(error?.description.contains("1 × 1048576 pixels is too long and narrow") == true)
    }
}
