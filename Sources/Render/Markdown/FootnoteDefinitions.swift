// Footnotes before libcmark: takes their definitions out of the text and marks the references.

/// The footnotes that a text defines, as kramdown reads them.
///
/// libcmark has no footnotes, and takes `[^1]: word` for the definition of a link. So the definitions are taken out
/// first and put in front of the text, each in a block quote of its own: there they share the text's link definitions,
/// and nothing in them (an unclosed fence, say) can reach beyond. The tree's first block quotes are the footnotes.
struct FootnoteDefinitions {
    /// Names in the order of their block quotes, the first of the text.
    private(set) var names: [String] = []
    /// Messages for the writer.
    private(set) var warnings: [(line: Int, message: String)] = []

    /// Rewrites a source.
    ///
    /// A definition starts at the margin (or up to three spaces in), outside code and HTML, where no paragraph is open.
    /// It goes on over lines that are indented by four spaces or a tab, over blank lines between them, and over plain
    /// lines that directly follow indented ones. Where a name is defined twice, the last definition counts.
    static func extract(from source: inout MarkdownSource) throws(RenderError) -> FootnoteDefinitions {
        var footnotes = FootnoteDefinitions()
        guard source.lines.contains(where: { $0.text.contains("[^") }) else { return footnotes }
        let (closed, inParagraph) = try blocks(of: source)
        var definitions: [String: [MarkdownSource.Line]] = [:]
        var kept: [MarkdownSource.Line] = []
        var index = 0
        var followsDefinition = false
        while index < source.lines.count {
            let line = source.lines[index]
            guard !closed.contains(index), followsDefinition || !inParagraph.contains(index),
                let (name, rest) = definition(in: line.text)
            else {
                kept.append(line)
                followsDefinition = false
                index += 1
                continue
            }
            var content = [MarkdownSource.Line(text: rest, number: line.number)]
            index += 1
            index += takeContinuation(of: source.lines[index...], into: &content)
            if definitions.updateValue(content, forKey: name) == nil {
                footnotes.names.append(name)
            } else {
                footnotes.warnings.append(
                    (line.number, "footnote [^\(name)] is defined twice; the last definition counts"))
            }
            // In the definition's place a blank line, so that what stood around it does not join.
            kept.append(.init(text: "", number: line.number))
            followsDefinition = true
        }
        var lines: [MarkdownSource.Line] = []
        for name in footnotes.names {
            for line in definitions[name] ?? [] { lines.append(.init(text: "> " + line.text, number: line.number)) }
            lines.append(.init(text: "", number: lines.last?.number ?? 1))
        }
        lines += kept
        source.lines = lines.map { .init(text: markReferences(in: $0.text), number: $0.number) }
        return footnotes
    }

    /// Indices of lines in code and HTML blocks, and of lines that go on with a paragraph.
    private static func blocks(of source: MarkdownSource) throws(RenderError) -> (Set<Int>, Set<Int>) {
        let document = try CMarkDocument(source.text, smart: false, unsafe: false)
        return withExtendedLifetime(document) {
            var closed: Set<Int> = []
            var inParagraph: Set<Int> = []
            for node in document.root.descendants() where node.startLine > 0 && node.endLine >= node.startLine {
                switch node.kind {
                case .codeBlock, .htmlBlock: closed.formUnion((node.startLine - 1)..<node.endLine)
                case .paragraph: inParagraph.formUnion(node.startLine..<max(node.startLine, node.endLine))
                default: break
                }
            }
            return (closed, inParagraph)
        }
    }

    /// Name and rest of a line `[^name]: rest`.
    private static func definition(in line: String) -> (String, String)? {
        let indented = line.prefix { $0 == " " }
        guard indented.count <= 3 else { return nil }
        var rest = line.dropFirst(indented.count)
        guard let name = reference(at: rest) else { return nil }
        rest = rest.dropFirst(name.count + 3)
        guard rest.first == ":" else { return nil }
        return (name, String(rest.dropFirst().drop { $0 == " " || $0 == "\t" }))
    }

    /// Adds the lines that continue a definition, without their indentation; returns how many lines were read.
    private static func takeContinuation(
        of lines: ArraySlice<MarkdownSource.Line>, into content: inout [MarkdownSource.Line]
    ) -> Int {
        var taken = 0
        var blanks: [MarkdownSource.Line] = []
        var canBeLazy = false
        for (offset, line) in lines.enumerated() {
            let isBlank = line.text.allSatisfy { $0 == " " || $0 == "\t" }
            if isBlank {
                blanks.append(.init(text: "", number: line.number))
                canBeLazy = false
            } else if let text = unindented(line.text) {
                content += blanks + [.init(text: text, number: line.number)]
                blanks = []
                taken = offset + 1
                canBeLazy = true
            } else if canBeLazy && definition(in: line.text) == nil {
                content.append(line)
                taken = offset + 1
            } else {
                break
            }
        }
        return taken
    }

    private static func unindented(_ line: String) -> String? {
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

    /// Replaces each `[^name]` that no backslash precedes by its mark.
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
