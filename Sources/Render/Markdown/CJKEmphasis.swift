// Bold and italics beside Chinese, Japanese and Korean: CommonMark's rule takes spaces between words for granted.

/// Marks the places where asterisks touch punctuation on one side and a letter on the other, with such a script on
/// either. CommonMark reads `**纹理：**而` as text, because the closing asterisks follow punctuation and precede a letter;
/// a mark between both makes them close, as in kramdown (https://github.com/commonmark/commonmark-spec/issues/650).
enum CJKEmphasis {
    /// Leaves the marks in a source; whether there are any.
    static func mark(_ source: inout MarkdownSource) -> Bool {
        var isMarked = false
        for index in source.lines.indices {
            let text = source.lines[index].text
            guard text.utf8.contains(UInt8(ascii: "*")), text.unicodeScalars.contains(where: isCJK) else { continue }
            let marked = mark(Array(text.unicodeScalars))
            if marked != text {
                source.lines[index].text = marked
                isMarked = true
            }
        }
        return isMarked
    }

    private static func mark(_ scalars: [Unicode.Scalar]) -> String {
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "*" else {
                result.append(scalars[index])
                index += 1
                continue
            }
            let end = scalars[index...].firstIndex { $0 != "*" } ?? scalars.count
            let run = scalars[index..<end]
            if index > 0, end < scalars.count {
                let (before, after) = (scalars[index - 1], scalars[end])
                let isBeside = (isCJK(before) || isCJK(after)) && before != "\\"
                let isBetween = isBeside && !before.properties.isWhitespace && !after.properties.isWhitespace
                if isBetween, isPunctuation(before), !isPunctuation(after) { result.append(MarkdownMark.joiner) }
                result.append(contentsOf: run)
                if isBetween, isPunctuation(after), !isPunctuation(before) { result.append(MarkdownMark.joiner) }
            } else {
                result.append(contentsOf: run)
            }
            index = end
        }
        return String(result)
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            true
        default: false
        }
    }

    /// Han, kana, Hangul, bopomofo, and the punctuation and full-width forms that go with them.
    private static func isCJK(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0x2E80...0x303F, 0x3040...0x31FF, 0x3200...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF,
            0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFFEF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
