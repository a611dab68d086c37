// Texts of a card: what of them can be drawn, and where their lines break.

import Foundation

/// A text in one weight and size.
struct CardText {
    /// Characters that can be drawn, with single spaces between words.
    let text: String
    let typeface: Typeface
    /// Pixels an em.
    let size: Int

    /// Texts are cut to so many scalars before anything is done with them: no card shows more.
    private static let longest = 1000

    /// What a typeface can draw of a text: without control characters, marks of direction, and emoji or other symbols
    /// that it lacks; nil if nothing is left, or if it lacks a letter, a mark or a digit, because the rest would say
    /// something else.
    static func drawable(_ text: String?, by typeface: Typeface) -> String? {
        guard let text else { return nil }
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
        var result = String.UnicodeScalarView()
        for scalar in start.precomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.properties.isWhitespace, !unbreakable.contains(scalar) {
                result.append(" ")
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .privateUse, .surrogate, .unassigned: continue
            default: break
            }
            if scalar.properties.isVariationSelector { continue }
            if unbreakable.contains(scalar) {
                result.append("\u{A0}")
            } else if typeface.has(scalar) {
                result.append(scalar)
            } else {
                switch scalar.properties.generalCategory {
                case .otherSymbol, .modifierSymbol, .enclosingMark: continue
                default: return nil
                }
            }
        }
        let words = String(result).split(separator: " ")
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// Spaces at which no line breaks.
    private static let unbreakable: Set<Unicode.Scalar> = ["\u{A0}", "\u{2007}", "\u{202F}"]

    /// The lines, of at most `width` pixels each. Words that are wider than a line are broken; what has no place in
    /// `most` lines becomes an ellipsis.
    ///
    /// - Precondition: `most` is positive.
    func lines(width: Int, most: Int) -> (lines: [String], isWhole: Bool) {
        var words = text.split(separator: " ")[...]
        var lines: [String] = []
        var isWhole = true
        while let first = words.first {
            var line = ""
            if fits(String(first), width) {
                while let word = words.first {
                    let longer = line.isEmpty ? String(word) : "\(line) \(word)"
                    guard fits(longer, width) else { break }
                    line = longer
                    words.removeFirst()
                }
            } else {
                isWhole = false
                line = start(of: first, width)
                words[words.startIndex] = first.dropFirst(line.count)
                if words.first?.isEmpty == true { words.removeFirst() }
            }
            lines.append(line)
            if lines.count == most, !words.isEmpty {
                lines[most - 1] = cut(line, width)
                return (lines, false)
            }
        }
        return (lines, isWhole)
    }

    private func fits(_ line: String, _ width: Int) -> Bool { typeface.width(of: line, size: size) <= Double(width) }

    /// As many characters of a word as have place, at least one.
    private func start(of word: Substring, _ width: Int) -> String {
        var start = ""
        for character in word {
            guard start.isEmpty || fits(start + [character], width) else { break }
            start.append(character)
        }
        return start
    }

    /// A line with an ellipsis at its end, instead of its last word where both have no place.
    private func cut(_ line: String, _ width: Int) -> String {
        var line = line[...]
        while true {
            while let last = line.last, last.isWhitespace || ",;:–—-".contains(last) { line.removeLast() }
            if line.isEmpty || fits("\(line)…", width) { return "\(line)…" }
            line = line.lastIndex(of: " ").map { line[..<$0] } ?? line.dropLast()
        }
    }
}
