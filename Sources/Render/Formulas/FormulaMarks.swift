// Formulas before libcmark, which would read their underscores as emphasis and take their backslashes.

/// Finds the formulas of a text and leaves a mark for each.
///
/// They are delimited as in posts for MathJax and KaTeX: `$$…$$`, `$…$` by pandoc's rule, `\(…\)`, `\[…\]`, both also
/// with doubled backslashes, and `\begin{align}…\end{align}` at the start of a line. Code, HTML's tags, links'
/// destinations and what is escaped are left alone.
struct FormulaMarks {
    private(set) var formulas: [Formula] = []
    private var lines: [MarkdownSource.Line]
    private var code: Set<Int>
    /// Ends that were looked for in vain, with the last line that was looked at: a text with many beginnings and no end
    /// is not searched again and again.
    private var absent: [String: Int] = [:]

    /// Replaces the formulas of a source by marks and returns them; a mark's number is an index.
    static func take(from source: inout MarkdownSource) throws(RenderError) -> [Formula] {
        guard source.lines.contains(where: { $0.text.contains("$") || mayDelimit($0.text) }) else { return [] }
        var marks = try FormulaMarks(source)
        var place = Place(line: 0, byte: 0)
        while place.line < marks.lines.count { place = marks.scan(from: place) }
        source.lines = marks.lines
        return marks.formulas
    }

    private static func mayDelimit(_ text: String) -> Bool {
        text.contains("\\(") || text.contains("\\[") || text.contains("\\begin{") || text.contains("ref{")
    }

    private init(_ source: MarkdownSource) throws(RenderError) {
        lines = source.lines
        code = []
        let document = try CMarkDocument(source.text, smart: false, unsafe: false)
        code = withExtendedLifetime(document) {
            document.root.descendants().filter { $0.kind == .codeBlock && $0.startLine > 0 }.reduce(into: []) {
                $0.formUnion(($1.startLine - 1)..<max($1.startLine, $1.endLine))
            }
        }
    }

    // MARK: - Scanning

    /// A place in the text: a line, and a byte in it.
    private struct Place {
        var line: Int
        var byte: Int
    }

    private func bytes(_ line: Int) -> [UInt8] { Array(lines[line].text.utf8) }

    /// Looks through the rest of a line and returns where to go on. A formula that ends on a later line pulls that line
    /// into this one.
    private mutating func scan(from start: Place) -> Place {
        let line = start.line
        let next = Place(line: line + 1, byte: 0)
        guard !code.contains(line), start.byte > 0 || !FormulaMarks.isLinkDefinition(lines[line].text) else {
            return next
        }
        var text = bytes(line)
        var byte = start.byte
        while byte < text.count {
            let place = Place(line: line, byte: byte)
            switch text[byte] {
            case UInt8(ascii: "`"):
                let ticks = text[byte...].prefix { $0 == UInt8(ascii: "`") }.count
                byte += ticks
                guard let end = codeEnd(after: Place(line: line, byte: byte), ticks: ticks) else { continue }
                if end.line > line { return end }
                byte = end.byte
            case UInt8(ascii: "<"):
                byte += 1
                guard let end = tagEnd(at: place) else { continue }
                if end.line > line { return end }
                byte = end.byte
            case UInt8(ascii: "]") where text[(byte + 1)...].first == UInt8(ascii: "("):
                byte = text[(byte + 2)...].prefix { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: " ") }.endIndex
            case UInt8(ascii: "$"), UInt8(ascii: "\\"):
                if let opening = opening(in: text, at: byte), let end = close(opening, at: place) {
                    byte = replace(opening, from: place, to: end)
                    text = bytes(line)
                } else if text[byte] == UInt8(ascii: "\\") {
                    byte += 2
                } else {
                    byte += text[byte...].prefix { $0 == UInt8(ascii: "$") }.count
                }
            default: byte += 1
            }
        }
        return next
    }

    private static func isLinkDefinition(_ text: String) -> Bool {
        text.utf8.first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "[")
            && text.prefixMatch(of: /\ {0,3}\[[^\]^][^\]]*\]:\s*\S/) != nil
    }

    /// The end of the code span whose ticks were just read, within its paragraph.
    private mutating func codeEnd(after start: Place, ticks: Int) -> Place? {
        let key = "`\(ticks)"
        guard absent[key, default: -1] < start.line else { return nil }
        for line in start.line..<lines.count {
            absent[key] = line
            if line > start.line, isBlank(line) || code.contains(line) { return nil }
            let text = bytes(line)
            var byte = line == start.line ? start.byte : 0
            while byte < text.count {
                let run = text[byte...].prefix { $0 == UInt8(ascii: "`") }.count
                if run == ticks {
                    absent[key] = nil
                    return Place(line: line, byte: byte + run)
                }
                byte += max(1, run)
            }
        }
        return nil
    }

    /// Elements whose content is no text.
    private static let rawElements = ["script", "style", "pre", "code", "textarea", "kbd", "samp"]

    /// The end of the tag, comment or raw element that starts at a place; nil for a mere `<`.
    private mutating func tagEnd(at place: Place) -> Place? {
        let rest = String(decoding: bytes(place.line)[place.byte...], as: UTF8.self)
        if rest.hasPrefix("<!--") { return find("-->", from: place, stopsAtBlank: false) }
        guard let match = rest.prefixMatch(of: /<\/?([A-Za-z][A-Za-z0-9-]*)/) else { return nil }
        let name = match.1.lowercased()
        if FormulaMarks.rawElements.contains(name), !rest.hasPrefix("</") {
            return find("</\(name)", from: place, stopsAtBlank: name == "code" || name == "kbd" || name == "samp")
        }
        return find(">", from: place, stopsAtBlank: true)
    }

    private mutating func find(_ end: String, from place: Place, stopsAtBlank: Bool) -> Place? {
        guard absent[end, default: -1] < place.line else { return nil }
        for line in place.line..<lines.count {
            absent[end] = line
            if line > place.line, stopsAtBlank, isBlank(line) { return nil }
            let text = bytes(line)
            let start = line == place.line ? place.byte : 0
            if let range = text[start...].firstRange(of: Array(end.utf8)) {
                absent[end] = nil
                return Place(line: line, byte: range.upperBound)
            }
        }
        return nil
    }

    private func isBlank(_ line: Int) -> Bool {
        MarkdownSource.quotes(of: lines[line].text).rest.allSatisfy { $0 == " " || $0 == "\t" }
    }

    // MARK: - Delimiters

    private struct Opening {
        let start: [UInt8]
        let end: [UInt8]
        let delimiter: Formula.Delimiter
        /// Whether the delimiters are part of the TeX.
        var isWhole = false
        /// Whether a backslash before it says that it belongs to its line.
        var isInline = false
    }

    private func opening(in text: [UInt8], at byte: Int) -> Opening? {
        let rest = text[byte...]
        func make(_ start: String, _ end: String, _ delimiter: Formula.Delimiter) -> Opening {
            Opening(start: Array(start.utf8), end: Array(end.utf8), delimiter: delimiter)
        }
        if rest.starts(with: "$$".utf8) { return make("$$", "$$", .dollars) }
        if rest.starts(with: "\\$$".utf8) {
            var opening = make("\\$$", "$$", .dollars)
            opening.isInline = true
            return opening
        }
        if rest.first == UInt8(ascii: "$") { return make("$", "$", .dollar) }
        for (start, end, delimiter): (String, String, Formula.Delimiter) in [
            ("\\\\(", "\\\\)", .round(isDoubled: true)), ("\\\\[", "\\\\]", .square(isDoubled: true)),
            ("\\(", "\\)", .round(isDoubled: false)), ("\\[", "\\]", .square(isDoubled: false)),
        ] where rest.starts(with: start.utf8) {
            return make(start, end, delimiter)
        }
        if rest.starts(with: "\\ref{".utf8) || rest.starts(with: "\\eqref{".utf8) {
            return Opening(start: [UInt8(ascii: "\\")], end: [UInt8(ascii: "}")], delimiter: .reference, isWhole: true)
        }
        guard rest.starts(with: "\\begin{".utf8), isAtStart(text, byte),
            let match = String(decoding: rest, as: UTF8.self).prefixMatch(of: /\\begin\{([A-Za-z]+\*?)\}/)
        else { return nil }
        return Opening(
            start: Array(match.0.utf8), end: Array("\\end{\(match.1)}".utf8), delimiter: .environment,
            isWhole: true)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether only marks of lists and quotes precede a byte of a line.
    private func isAtStart(_ text: [UInt8], _ byte: Int) -> Bool {
        if text[..<byte].allSatisfy({ FormulaMarks.isSpace($0) || $0 == UInt8(ascii: ">") }) { return true }
        guard text[..<byte].allSatisfy({ $0 < 0x40 }) else { return false }
        let before = String(decoding: text[..<byte], as: UTF8.self)
        return before.wholeMatch(of: /[ \t>]*(?:(?:[\-+*]|\d{1,9}[.)])[ \t]+)?/) != nil
    }

    /// The place behind an opening's end; nil if it has none, and is text.
    private mutating func close(_ opening: Opening, at place: Place) -> Place? {
        let key = String(decoding: opening.start, as: UTF8.self)
        guard absent[key, default: -1] < place.line else { return nil }
        let isBlock = isAtStart(bytes(place.line), place.byte) && !opening.isInline
        for line in place.line..<lines.count {
            absent[key] = line
            let text = bytes(line)
            if line > place.line {
                if isFence(line) { return nil }
                if isBlank(line) {
                    guard isBlock, opening.end != Array("$".utf8) else { return nil }
                    continue
                }
                if opening.start == Array("$".utf8), startsBlock(line) { return nil }
            }
            var byte = line == place.line ? place.byte + opening.start.count : 0
            while byte < text.count {
                if text[byte...].starts(with: opening.end) {
                    let end = Place(line: line, byte: byte + opening.end.count)
                    if isEnd(of: opening, in: text, at: byte) {
                        absent[key] = nil
                        return isFormula(opening, from: place, to: end) ? end : nil
                    }
                    byte += opening.end.count
                } else if opening.start == Array("$".utf8), text[byte] == UInt8(ascii: "`") {
                    absent[key] = nil
                    return nil
                } else {
                    byte += 1
                }
            }
        }
        return nil
    }

    /// Whether an end is not escaped.
    private func isEnd(of opening: Opening, in text: [UInt8], at byte: Int) -> Bool {
        let backslashes = text[..<byte].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
        switch opening.delimiter {
        case .round, .square: return backslashes == 0
        case .dollar, .dollars: return backslashes.isMultiple(of: 2)
        case .environment, .reference: return true
        }
    }

    /// pandoc's rule, so that money stays money: no space behind the first `$` nor before the last, and no digit after
    /// it. What holds a command of TeX or is a single letter needs no rule.
    private func isBetweenDollars(_ content: String, to end: Place) -> Bool {
        let next = bytes(end.line)[end.byte...].first ?? 0
        if content.first?.isWhitespace == false, content.last?.isWhitespace == false,
            !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
        {
            return true
        }
        return content.firstMatch(of: /\\[A-Za-z]|^\s*[A-Za-z]\s*$/) != nil
    }

    /// Brackets that are only escaped, `\[1\]`, hold no TeX.
    private func isFormula(_ opening: Opening, from place: Place, to end: Place) -> Bool {
        let content = content(opening, from: place, to: end)
        guard !content.allSatisfy(\.isWhitespace) else { return false }
        switch opening.delimiter {
        case .dollar: return isBetweenDollars(content, to: end)
        case .reference: return content.wholeMatch(of: /\\(?:eq)?ref\{[^{}\s]+\}/) != nil
        case .square(isDoubled: false):
            return isAtStart(bytes(place.line), place.byte) && end.byte == bytes(end.line).count
                || content.contains { "\\^_=+<{".contains($0) }
        case .round(isDoubled: false):
            return content.count == 1 || content.contains { "\\^_=+-<>{|/,".contains($0) }
        default: return true
        }
    }

    private func isFence(_ line: Int) -> Bool {
        let text = MarkdownSource.quotes(of: lines[line].text).rest.drop { $0 == " " || $0 == "\t" }
        return text.hasPrefix("```") || text.hasPrefix("~~~")
    }

    /// Whether a line starts a heading, an item, or a row.
    private func startsBlock(_ line: Int) -> Bool {
        lines[line].text.prefixMatch(of: /[ \t]*(?:#{1,6}[ \t]|[\-+*][ \t]|\d{1,9}[.)][ \t]|\|)/) != nil
    }

    // MARK: - Replacing

    /// What is between two places, without the marks of block quotes that continue on each line.
    private func text(from place: Place, to end: Place) -> String {
        let quotes = MarkdownSource.quotes(of: lines[place.line].text).count
        return (place.line...end.line).map { line in
            var text = bytes(line)
            if line == end.line { text = Array(text[..<end.byte]) }
            if line == place.line { return String(decoding: text[place.byte...], as: UTF8.self) }
            return String(MarkdownSource.quotes(of: String(decoding: text, as: UTF8.self), most: quotes).rest)
        }.joined(separator: "\n")
    }

    private func content(_ opening: Opening, from place: Place, to end: Place) -> String {
        let source = text(from: place, to: end)
        guard !opening.isWhole else { return source }
        return String(
            decoding: Array(source.utf8.dropFirst(opening.start.count).dropLast(opening.end.count)), as: UTF8.self)
    }

    /// Puts a mark in the place of a formula, and returns the byte behind it.
    private mutating func replace(_ opening: Opening, from place: Place, to end: Place) -> Int {
        let first = bytes(place.line)
        let last = bytes(end.line)
        let isAlone =
            !opening.isInline && isAtStart(first, place.byte) && last[end.byte...].allSatisfy(FormulaMarks.isSpace)
        let mark = Array(MarkdownMark.formula(formulas.count).utf8)
        formulas.append(
            Formula(
                source: MarkdownMark.withoutRawBraces(text(from: place, to: end)),
                content: MarkdownMark.withoutRawBraces(content(opening, from: place, to: end)),
                delimiter: opening.delimiter, isAlone: isAlone || opening.delimiter.isBlock(place.line != end.line),
                line: lines[place.line].number))
        lines[place.line].text = String(decoding: first[..<place.byte] + mark + last[end.byte...], as: UTF8.self)
        let removed = (place.line + 1)..<(end.line + 1)
        if !removed.isEmpty {
            absent = [:]
            lines.removeSubrange(removed)
            code = Set(
                code.compactMap { $0 < removed.lowerBound ? $0 : $0 < removed.upperBound ? nil : $0 - removed.count })
        }
        return place.byte + mark.count
    }
}

extension Formula.Delimiter {
    /// Whether a formula on several lines has a line of its own on the page.
    fileprivate func isBlock(_ hasLines: Bool) -> Bool {
        if case .dollars = self { return hasLines }
        return false
    }
}
