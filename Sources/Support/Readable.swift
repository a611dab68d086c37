// Messages as a terminal may show them, whatever the names in them hold.

extension String {
    /// The text for a terminal: control characters are shown as escapes such as `\u{1B}`, and long words and long texts
    /// lose their middle. Line breaks stay.
    ///
    /// Names in messages come from weights, labels, YAML and posts. Their control characters could move the cursor,
    /// change colours or reverse the direction of the text. The time is linear in the text's length.
    package var readable: String { readable(keepingLines: true) }

    /// The same on one line: line breaks are shown as escapes too.
    package var readableLine: String { readable(keepingLines: false) }

    /// What stays of a long text: about so many bytes and lines of its start, and of its end.
    private static let start = (bytes: 6000, lines: 80)
    private static let end = (bytes: 2000, lines: 20)

    private func readable(keepingLines: Bool) -> String {
        var text = ReadableText(keepsLines: keepingLines)
        var rest = unicodeScalars[...]
        while !rest.isEmpty, text.shown.utf8.count < Self.start.bytes, text.lines < Self.start.lines {
            text.addWord(from: &rest)
        }
        var (bytes, lines) = (0, 0)
        let end = rest.reversed().prefix { scalar in
            bytes += UTF8.width(scalar)
            if scalar == "\n" { lines += 1 }
            return bytes <= Self.end.bytes && lines <= Self.end.lines
        }.endIndex.base
        if rest.startIndex < end {
            text.shown += "… (\(rest[..<end].count) characters left out) …"
            rest = rest[end...]
        }
        while !rest.isEmpty { text.addWord(from: &rest) }
        return text.shown
    }
}

/// A readable text while it is made.
private struct ReadableText {
    let keepsLines: Bool
    var shown = ""
    /// Number of line breaks.
    private(set) var lines = 0

    /// A word of more scalars than this is shown as its first and last ones. Paths are usually shorter.
    private static let longestWord = 400
    private static let wordStart = 200
    private static let wordEnd = 100

    /// Moves a word and the space after it from a text to this one.
    mutating func addWord(from rest: inout Substring.UnicodeScalarView) {
        let word = rest.prefix { !$0.isSpace }
        if word.prefix(Self.longestWord).endIndex == word.endIndex {
            for scalar in word { add(scalar) }
        } else {
            for scalar in word.prefix(Self.wordStart) { add(scalar) }
            shown += "…"
            for scalar in word.suffix(Self.wordEnd) { add(scalar) }
        }
        rest = rest[word.endIndex...]
        if let space = rest.popFirst() { add(space) }
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        if scalar == "\n", keepsLines {
            lines += 1
            shown += "\n"
        } else if scalar.isHarmless {
            shown.unicodeScalars.append(scalar)
        } else {
            shown += scalar.escaped(asASCII: true)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isSpace: Bool { isASCII ? self == " " || (9...13).contains(value) : properties.isWhitespace }

    /// Whether a terminal only shows it: it is no control character, no sign of direction and no line break.
    package var isHarmless: Bool {
        if isASCII { return (0x20...0x7E).contains(value) }
        if properties.isBidiControl { return false }
        return switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
