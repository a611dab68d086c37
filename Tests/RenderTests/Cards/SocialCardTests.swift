// Cards as files: their size, and what stands where.

import Foundation
import Testing

@testable import Render

@Suite struct SocialCardTests {
    /// A picture that compresses badly.
    private func noise(_ seed: UInt64, width: Int = 64, height: Int = 64) -> Picture {
        var state = seed &* 7919 &+ 1
        let pixels = (0..<(width * height * 3)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    private func plain(_ width: Int = 64, _ height: Int = 64) -> Picture {
        Picture(width: width, height: height, color: .init(red: 0, green: 255, blue: 0))
    }

    /// Columns and rows that a colour fills; nil if no pixel has it.
    private func extent(
        in picture: Picture, where matches: (UInt8, UInt8, UInt8) -> Bool
    ) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
        var columns: [Int] = []
        var rows: [Int] = []
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let pixel = 3 * (row * picture.width + column)
                guard matches(picture.pixels[pixel], picture.pixels[pixel + 1], picture.pixels[pixel + 2]) else {
                    continue
                }
                columns.append(column)
                rows.append(row)
            }
        }
        guard let left = columns.min(), let right = columns.max(), let top = rows.min(), let bottom = rows.max() else {
            return nil
        }
        return (left...right, top...bottom)
    }

    private static let title = "How much of what a small Vision Transformer shows is there, and what is not? 👋"

    @Test(arguments: [0, 1, 3, 12]) func filesHaveTheirSizeAndAreSmall(count: Int) throws {
        let card = SocialCard(
            title: Self.title, subtitle: "Neuron atlas · 9 March 2024", finding: "Three runs, one picture.",
            pictures: (0..<count).map { noise(UInt64($0), width: 224, height: 224) })
        let file = try card.file()
        #expect(file.count <= SocialCard.mostBytes)
        let picture = try PictureFile.picture(in: Data(file), file: "card")
        #expect(picture.width == 1200 && picture.height == 630)
        #expect(try card.file() == file)
    }

    /// Green pictures and dark text: no row or column of pictures has a dark pixel, and all stay off the edges.
    @Test(arguments: [0, 1, 2, 3, 5, 7, 12]) func nothingOverlaps(count: Int) throws {
        for (title, finding) in [
            ("Neuron 17", "Two runs."), (Self.title, String(repeating: "The finding goes on. ", count: 30)),
            (String(repeating: "encoder_layer_5.mlp.1", count: 9), String(repeating: "percentile", count: 30)),
        ] {
            let card = try SocialCard(
                title: title, subtitle: title, finding: finding, pictures: Array(repeating: plain(), count: count)
            ).drawn()
            let text = try #require(extent(in: card) { red, green, _ in red < 200 && green < 200 })
            #expect(text.columns.lowerBound >= 50 && text.columns.upperBound < 1150)
            #expect(text.rows.lowerBound >= 40 && text.rows.upperBound < 590)
            guard count > 0 else { continue }
            let pictures = try #require(extent(in: card) { red, green, _ in red < 100 && green > 150 })
            #expect(pictures.columns.lowerBound >= 56 && pictures.columns.upperBound < 1144)
            #expect(pictures.rows.lowerBound >= 44 && pictures.rows.upperBound < 586)
            for row in pictures.rows {
                for column in pictures.columns {
                    let pixel = 3 * (row * 1200 + column)
                    #expect(card.pixels[pixel + 1] > 200, "text at \(column), \(row)")
                }
            }
        }
    }

    @Test func picturesHaveThePlaceOfTextThatCannotBeDrawn() throws {
        let pictures = Array(repeating: plain(), count: 8)
        func height(_ card: SocialCard) throws -> Int {
            try #require(extent(in: card.drawn()) { red, green, _ in red < 100 && green > 150 }).rows.count
        }
        let without = try SocialCard(title: "视觉", subtitle: "网站", finding: "ا", pictures: pictures).drawn()
        #expect(extent(in: without) { red, green, _ in red < 200 && green < 200 } == nil)
        let drawn = try height(SocialCard(title: "Neuron 17", subtitle: "a", finding: "b", pictures: pictures))
        #expect(try height(SocialCard(title: "视觉", subtitle: "网站", pictures: pictures)) > drawn)
    }

    @Test(arguments: [(1, 1), (1, 5000), (5000, 1), (3000, 2), (1920, 1080), (50, 400)])
    func picturesOfAnyProportionsFit(width: Int, height: Int) throws {
        for count in [1, 2, 5] {
            let card = try SocialCard(
                title: "A", subtitle: "b", finding: "c",
                pictures: [plain()] + Array(repeating: plain(width, height), count: count)
            ).drawn()
            #expect(card.width == 1200)
            let alone = try SocialCard(title: "A", pictures: Array(repeating: plain(width, height), count: count))
                .drawn()
            let extent = try #require(extent(in: alone) { red, green, _ in red < 250 && green > 200 })
            #expect(extent.columns.upperBound < 1144 && extent.rows.upperBound < 586)
        }
    }

    /// Pixels of small pictures become slopes, not squares.
    @Test func smallPicturesAreScaledSmoothly() throws {
        var pixels = [UInt8](repeating: 0, count: 64 * 64 * 3)
        for pixel in 0..<(64 * 64) where pixel % 64 >= 32 { for channel in 0..<3 { pixels[3 * pixel + channel] = 255 } }
        let card = try SocialCard(
            title: "视", pictures: [Picture(width: 64, height: 64, pixels: pixels)]
        ).drawn()
        let middle = 3 * 315 * 1200
        let values = Set((0..<1200).map { card.pixels[middle + 3 * $0] })
        #expect(values.count > 6)
    }
}
