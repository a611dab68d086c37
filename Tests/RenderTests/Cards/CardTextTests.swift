// What a card can draw of a text, and where lines break.

import Testing

@testable import Render

@Suite struct CardTextTests {
    private func drawable(_ text: String?) throws -> String? { CardText.drawable(text, by: try Typeface(.book)) }

    private func text(_ text: String, size: Int = 20) throws -> CardText {
        CardText(text: text, typeface: try Typeface(.book), size: size)
    }

    @Test(arguments: [
        ("A  title\n\tof two\u{2028}lines ", "A title of two lines"), ("98\u{202F}%", "98\u{A0}%"),
        ("cafe\u{301}", "café"), ("Hi 👋🏽 there ❤️ 🇩🇪 👩‍🔬!", "Hi there !"),
        ("soft\u{AD}ly \u{202E}gone\u{2066}", "softly gone"),
        ("a\u{0}b\u{7}\u{1B}[0m", "ab[0m"), ("key 1️⃣", "key 1"), ("\u{FEFF}BOM\u{E000}\u{10FFFF}", "BOM"),
    ])
    func whatHasNoGlyphAndNoMeaningIsLeftOut(text: String, expected: String) throws {
        #expect(try drawable(text) == expected)
    }

    @Test(arguments: [
        "视觉 transformer", "رؤية", "ראייה", "한국어", "ไทย", "x\u{302}", "A ⊂ B", "١٢٣", "", "  \n", "👋", "\u{202E}",
        "a" + String(repeating: "\u{301}", count: 100_000),
    ])
    func whatWouldSaySomethingElseIsNotDrawn(text: String) throws {
        #expect(try drawable(text) == nil)
    }

    @Test func nothingIsNothing() throws { #expect(try drawable(nil) == nil) }

    @Test func veryLongTextsAreCutFirst() throws {
        #expect(try drawable(String(repeating: "ab ", count: 1_000_000))?.count == 1000)
    }

    @Test func linesAreAsFullAsTheirWidthAllows() throws {
        let words = "The quick brown fox jumps over the lazy dog and runs away"
        let text = try text(words)
        for width in [90, 120, 200, 333, 1000] {
            let (lines, isWhole) = text.lines(width: width, most: 100)
            #expect(isWhole)
            #expect(lines.joined(separator: " ") == words)
            for (line, next) in zip(lines, lines.dropFirst() + [""]) {
                #expect(text.typeface.width(of: line, size: 20) <= Double(width))
                guard let word = next.split(separator: " ").first else { continue }
                #expect(text.typeface.width(of: "\(line) \(word)", size: 20) > Double(width))
            }
        }
    }

    @Test func unbreakableSpacesHold() throws {
        let text = try text("more than 98\u{A0}% of them")
        for width in 80..<250 {
            #expect(text.lines(width: width, most: 9).lines.contains { $0.contains("98\u{A0}%") })
        }
    }

    @Test func whatHasNoPlaceBecomesAnEllipsis() throws {
        let text = try text("The quick brown fox, which jumps over the lazy dog, runs away")
        for width in 40..<300 {
            for most in 1...3 {
                let (lines, isWhole) = text.lines(width: width, most: most)
                #expect(lines.count <= most)
                #expect(isWhole == (lines.last?.hasSuffix("…") != true && width > 60))
                for line in lines { #expect(text.typeface.width(of: line, size: 20) <= Double(width), "\(line)") }
                #expect(lines.last?.hasSuffix(",…") != true)
            }
        }
    }

    @Test func longWordsAreBroken() throws {
        let word = String(repeating: "encoder", count: 20)
        let text = try text(word)
        let (lines, isWhole) = text.lines(width: 200, most: 50)
        #expect(!isWhole)
        #expect(lines.joined() == word)
        #expect(text.lines(width: 1, most: 3).lines.count == 3)
        #expect(text.lines(width: 1, most: 1000).lines.joined() == word)
    }
}
