// Footnotes before libcmark: moves their definitions and marks the references.

/// The footnotes that a text defines, as kramdown reads them.
///
/// libcmark has no footnotes, and reads `[^1]: word` as a link definition. So the definitions are moved to the front of
/// the text, each in its own block quote: there they share the text's link definitions, and nothing in them (an
/// unclosed fence, for example) affects the rest. The tree's first block quotes are the footnotes.
struct FootnoteDefinitions {
    /// Names in the order of their block quotes, which are the first in the text.
    private(set) var names: [String] = []
    /// Messages for the writer.
    private(set) var warnings: [Markdown.Warning] = []

    /// Rewrites a source.
    ///
    /// A definition starts at the margin (or up to three spaces in), also inside block quotes, outside code and HTML,
    /// if no paragraph is open. It continues over lines that are indented by four spaces or a tab, over blank lines
    /// between them, and over plain lines that directly follow indented ones. If a name is defined twice, the last
    /// definition counts.
    static func extract(from source: inout MarkdownSource) throws(RenderError) -> FootnoteDefinitions {
        var footnotes = FootnoteDefinitions()
        guard source.lines.contains(where: { $0.text.contains("[^") }) else { return footnotes }
        let blocks = try MarkdownBlocks(of: source)
        var definitions: [String: [MarkdownSource.Line]] = [:]
        var kept: [MarkdownSource.Line] = []
        var index = 0
        var followsDefinition = false
        while index < source.lines.count {
            let line = source.lines[index]
            let (quotes, text) = MarkdownSource.quotes(of: line.text)
            let isOpen = !blocks.closed.contains(index) && (followsDefinition || !blocks.continued.contains(index))
            guard isOpen, let (name, rest) = definition(in: text) else {
                kept.append(isOpen ? footnotes.withoutLinkDefinition(line, text: text) : line)
                followsDefinition = false
                index += 1
                continue
            }
            var content = [MarkdownSource.Line(text: rest, number: line.number)]
            index += 1
            index += takeContinuation(of: source.lines[index...], quotes: quotes, into: &content)
            if definitions.updateValue(content, forKey: name) == nil {
                footnotes.names.append(name)
            } else {
                footnotes.warnings.append(
                    .init(
                        line: line.number,
                        message: "footnote [^\(name)] is defined twice; the last definition counts"))
            }
            // A blank line replaces the definition, so that the text around it does not join.
            kept.append(.init(text: String(line.text[..<text.startIndex]), number: line.number))
            followsDefinition = true
        }
        var lines: [MarkdownSource.Line] = []
        for name in footnotes.names {
            for line in definitions[name] ?? [] { lines.append(.init(text: "> " + line.text, number: line.number)) }
            lines.append(.init(text: "", number: lines.last?.number ?? 1))
        }
        lines += kept
        for index in lines.indices { lines[index].text = markReferences(in: lines[index].text) }
        source.lines = lines
        return footnotes
    }

    /// A line that defines no footnote. If libcmark would read it as a link definition (`[^a:b]: word`), it is made
    /// text.
    private mutating func withoutLinkDefinition(_ line: MarkdownSource.Line, text: Substring) -> MarkdownSource.Line {
        guard let match = text.prefixMatch(of: /\ {0,3}(\[\^[^\[\]]*\]):/) else { return line }
        warnings.append(
            .init(
                line: line.number,
                message: "\(match.1) is not the name of a footnote, which has only letters, digits, - and _; the line "
                    + "is shown as text"))
        var line = line
        line.text.insert("\\", at: match.1.startIndex)
        return line
    }

    /// Name and rest of a line `[^name]: rest`.
    private static func definition(in line: Substring) -> (String, String)? {
        let indented = line.prefix { $0 == " " }
        guard indented.count <= 3 else { return nil }
        var rest = line.dropFirst(indented.count)
        guard let name = reference(at: rest) else { return nil }
        rest = rest.dropFirst(name.count + 3)
        guard rest.first == ":" else { return nil }
        return (name, String(rest.dropFirst().drop { $0 == " " || $0 == "\t" }))
    }

    /// Adds the lines that continue a definition, without their indentation; returns the number of lines taken.
    private static func takeContinuation(
        of lines: ArraySlice<MarkdownSource.Line>, quotes: Int, into content: inout [MarkdownSource.Line]
    ) -> Int {
        var taken = 0
        var blanks: [MarkdownSource.Line] = []
        var canBeLazy = false
        for (offset, line) in lines.enumerated() {
            let (depth, text) = MarkdownSource.quotes(of: line.text, most: quotes)
            guard depth == quotes else { break }
            if text.allSatisfy({ $0 == " " || $0 == "\t" }) {
                blanks.append(.init(text: "", number: line.number))
                canBeLazy = false
            } else if let text = unindented(text) {
                content += blanks + [.init(text: text, number: line.number)]
                blanks = []
                taken = offset + 1
                canBeLazy = true
            } else if canBeLazy && definition(in: text) == nil {
                content.append(.init(text: String(text), number: line.number))
                taken = offset + 1
            } else {
                break
            }
        }
        return taken
    }

    private static func unindented(_ line: Substring) -> String? {
        if line.hasPrefix("    ") { return String(line.dropFirst(4)) }
        if line.hasPrefix("\t") { return String(line.dropFirst()) }
        return nil
    }

    /// The name in `[^name]` at the start of a text. Names are kramdown's: `\w[\w-]*` in ASCII.
    private static func reference(at text: Substring) -> String? {
        guard text.hasPrefix("[^") else { return nil }
        let name = text.dropFirst(2).prefix(while: isNameCharacter)
        guard let first = name.first, first != "-", text.dropFirst(2 + name.count).first == "]" else {
            return nil
        }
        return String(name)
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
    }

    /// Replaces each `[^name]` that is not escaped with its mark.
    private static func markReferences(in line: String) -> String {
        guard line.contains("[^") else { return line }
        var result = ""
        var backslashes = 0
        var rest = line[...]
        while let character = rest.first {
            if backslashes % 2 == 0, character == "[", let name = reference(at: rest) {
                result += MarkdownMark.footnote(name)
                rest = rest.dropFirst(name.count + 3)
                backslashes = 0
            } else {
                result.append(character)
                backslashes = character == "\\" ? backslashes + 1 : 0
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
