// kramdown's definition lists and abbreviations before libcmark, which has neither.

/// Definition lists: a line with a term, and below it `: ` with what it means.
enum DefinitionLists {
    /// Puts HTML around terms and definitions; ``MarkdownHTML`` removes the paragraphs in it.
    static func rewrite(_ source: inout MarkdownSource) throws(RenderError) {
        guard source.lines.contains(where: { definition(in: $0.text) != nil }) else { return }
        let blocks = try MarkdownBlocks(of: source)
        let lines = source.lines
        var result: [MarkdownSource.Line] = []
        var index = 0
        var isInList = false
        func isTerm(_ index: Int) -> Bool {
            lines.indices.contains(index) && !blocks.closed.contains(index) && blocks.headings[index] == nil
                && lines[index].text.prefixMatch(of: /\ {0,3}[^\s>#|<:\-*+=~`{]/) != nil
        }
        func append(_ text: String, _ number: Int) { result.append(.init(text: text, number: number)) }
        while index < lines.count {
            let line = lines[index]
            guard !blocks.closed.contains(index), let content = definition(in: line.text) else {
                // A definition's list goes on if the next one follows.
                if isInList, !isBlank(line.text), !precedesDefinition(index, lines, isTerm) {
                    append("</dl>", line.number)
                    append("", line.number)
                    isInList = false
                }
                result.append(line)
                index += 1
                continue
            }
            // The terms are the lines above, directly or behind a blank line.
            var terms: [MarkdownSource.Line] = []
            var blanks = 0
            while let last = result.last, isBlank(last.text), blanks < 1, !isInList || terms.isEmpty {
                result.removeLast()
                blanks += 1
            }
            while let last = result.last, !isBlank(last.text), !last.text.hasPrefix("<"),
                isTerm(index - blanks - terms.count - 1)
            {
                terms.insert(last, at: 0)
                result.removeLast()
            }
            guard isInList || !terms.isEmpty else {
                for _ in 0..<blanks { append("", line.number) }
                result.append(line)
                index += 1
                continue
            }
            if !isInList {
                append("", line.number)
                append("<dl>", line.number)
                append("", line.number)
                isInList = true
            }
            for term in terms { appendElement("dt", [term], to: &result) }
            var body = [MarkdownSource.Line(text: content, number: line.number)]
            index += 1
            while index < lines.count {
                let next = lines[index]
                if isBlank(next.text) {
                    guard index + 1 < lines.count, next.text.isEmpty || isBlank(next.text),
                        isIndented(lines[index + 1].text)
                    else { break }
                } else if definition(in: next.text) != nil || precedesDefinition(index, lines, isTerm) {
                    break
                } else if isBlank(lines[index - 1].text), !isIndented(next.text) {
                    break
                }
                body.append(.init(text: unindented(next.text), number: next.number))
                index += 1
            }
            appendElement("dd", body, to: &result)
        }
        if isInList, let last = lines.last { append("</dl>", last.number) }
        source.lines = result
    }

    private static func appendElement(
        _ name: String, _ content: [MarkdownSource.Line], to lines: inout [MarkdownSource.Line]
    ) {
        let number = content.first?.number ?? 1
        func line(_ text: String) -> MarkdownSource.Line { .init(text: text, number: number) }
        lines += [line("<\(name)>"), line("")] + content + [line(""), line("</\(name)>"), line("")]
    }

    /// Whether a line is a term of the definition that follows.
    private static func precedesDefinition(
        _ index: Int, _ lines: [MarkdownSource.Line], _ isTerm: (Int) -> Bool
    ) -> Bool {
        guard isTerm(index) else { return false }
        var next = index + 1
        while next < lines.count, next < index + 8, isTerm(next) { next += 1 }
        if next < lines.count, isBlank(lines[next].text) { next += 1 }
        return next < lines.count && definition(in: lines[next].text) != nil
    }

    /// What follows the colon.
    private static func definition(in line: String) -> String? {
        guard line.utf8.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: ":"),
            let match = line.prefixMatch(of: /\ {0,3}:[ \t]+(?=\S)/)
        else { return nil }
        return String(line[match.range.upperBound...])
    }

    private static func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }

    private static func isIndented(_ line: String) -> Bool { line.hasPrefix("  ") || line.hasPrefix("\t") }

    private static func unindented(_ line: String) -> String {
        if line.hasPrefix("\t") { return String(line.dropFirst()) }
        return String(line.dropFirst(min(4, line.prefix { $0 == " " }.count)))
    }
}

/// Abbreviations: `*[HTML]: HyperText Markup Language` explains a word wherever it stands.
struct Abbreviations {
    /// The explanations by word.
    private(set) var titles: [String: String] = [:]

    /// Takes the definitions from a source.
    init(from source: inout MarkdownSource) throws(RenderError) {
        let definition = /\ {0,3}\*\[([^\]]+)\]:[ \t]*(.*?)[ \t]*/
        guard source.lines.contains(where: { $0.text.contains("*[") && $0.text.contains("]:") }) else { return }
        let blocks = try MarkdownBlocks(of: source)
        for index in source.lines.indices where !blocks.closed.contains(index) {
            guard let match = source.lines[index].text.wholeMatch(of: definition) else { continue }
            titles[String(match.1)] = String(match.2)
            source.lines[index].text = ""
        }
    }

    /// Marks the abbreviations in the texts of a tree, outside code.
    func mark(in nodes: inout [HTMLNode]) {
        guard !titles.isEmpty else { return }
        var marked: [HTMLNode] = []
        for node in nodes {
            if let text = node.text {
                marked += pieces(of: text, offset: node.offset)
            } else {
                if let name = node.name, !["code", "pre", "abbr", "kbd", "samp"].contains(name) {
                    mark(in: &node.children)
                }
                marked.append(node)
            }
        }
        nodes = marked
    }

    private func pieces(of text: String, offset: Int) -> [HTMLNode] {
        var pieces: [HTMLNode] = []
        var plain = ""
        var rest = text[...]
        let words = titles.keys.sorted { ($1.count, $0) < ($0.count, $1) }
        while let character = rest.first {
            let isInWord = plain.last.map { $0.isLetter || $0.isNumber } ?? false
            let word =
                isInWord
                ? nil
                : words.first { word in
                    rest.hasPrefix(word)
                        && !(rest.dropFirst(word.count).first.map { $0.isLetter || $0.isNumber } ?? false)
                }
            if let word {
                if !plain.isEmpty { pieces.append(HTMLNode(.text(plain), offset: offset)) }
                plain = ""
                let title = titles[word] ?? ""
                pieces.append(
                    .element("abbr", title.isEmpty ? [] : [("title", title)], [HTMLNode(.text(word), offset: offset)]))
                rest = rest.dropFirst(word.count)
            } else {
                plain.append(character)
                rest = rest.dropFirst()
            }
        }
        if !plain.isEmpty { pieces.append(HTMLNode(.text(plain), offset: offset)) }
        return pieces
    }
}
