// The text that Liquid makes, with the line of the file that each of its lines comes from.

/// Lines under construction.
struct LiquidLines {
    private(set) var lines: [MarkdownSource.Line]
    /// The line of the file that what comes next stands on.
    private(set) var number: Int

    init(firstLine: Int = 1) {
        lines = [.init(text: "", number: firstLine)]
        number = firstLine
    }

    /// The whole text.
    var text: String { lines.map(\.text).joined(separator: "\n") }

    /// What is on the last line so far.
    var lineStart: String { lines[lines.count - 1].text }

    /// Adds a piece of the source as it is.
    mutating func append(_ text: String) { append(text, ofSource: text) }

    /// Adds text in the place of a piece of the source. Lines of both are counted together as long as both have some.
    mutating func append(_ text: String, ofSource source: String) {
        let pieces = MarkdownSource.split(text + "\u{0}").map { $0.hasSuffix("\u{0}") ? String($0.dropLast()) : $0 }
        let last = number + LiquidLines.lineCount(source)
        for (index, piece) in pieces.enumerated() {
            if index > 0 {
                number = min(number + 1, last)
                lines.append(.init(text: "", number: number))
            }
            lines[lines.count - 1].text += piece
        }
        number = last
    }

    /// Adds a value in the place of a tag.
    mutating func replace(_ source: String, with text: String) { append(text, ofSource: source) }

    /// Leaves out a piece of the source, but for a part of it that was added.
    mutating func skip(_ source: String, but part: String = "") {
        number += max(0, LiquidLines.lineCount(source) - LiquidLines.lineCount(part))
    }

    private static func lineCount(_ text: String) -> Int { MarkdownSource.split(text + "\u{0}").count - 1 }
}
