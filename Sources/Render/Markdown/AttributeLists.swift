// kramdown's attribute lists before libcmark, which would show them to the reader.

/// The attribute lists of a text, `{: .class #id width="30"}`, and kramdown's other `{:…}`.
///
/// Only a heading's id is kept. A list on its own line is removed here, and one directly after a link, emphasis or code
/// is removed from libcmark's tree; anywhere else it is text, as in kramdown.
enum AttributeLists {
    /// The warning about a list that has no effect.
    static func warning(_ list: some StringProtocol, line: Int) -> Markdown.Warning {
        Markdown.Warning(
            line: line, message: "the attribute list \(list) is left out; from such lists, only a heading's id is kept")
    }

    /// Removes the lists on their own lines and kramdown's comments from a source, and takes the ids from its headings.
    static func take(from source: inout MarkdownSource) throws(RenderError) -> [Markdown.Warning] {
        guard source.lines.contains(where: { $0.text.contains("{:") || $0.text.contains("{#") }) else { return [] }
        let blocks = try MarkdownBlocks(of: source)
        let lastCommentEnd = source.lines.lastIndex { isCommentEnd(content(of: $0.text)) } ?? -1
        var warnings: [Markdown.Warning] = []
        var removed: Set<Int> = []
        var index = 0
        while index < source.lines.count {
            defer { index += 1 }
            let line = source.lines[index]
            let content = content(of: line.text)
            guard !blocks.closed.contains(index), content.hasPrefix("{:"), content.last == "}" else {
                // `# Heading {#id}`, and also `{: #id}`.
                if let heading = blocks.headings[index],
                    let match = line.text.firstMatch(
                        of: /[ \t]\{:?[ \t]*#([\p{L}_][\p{L}\p{M}\p{N}_.\-]*)[ \t]*\}[ \t]*$/)
                {
                    source.lines[index].text = String(line.text[..<match.range.lowerBound])
                    source.lines[heading].headingID = String(match.1)
                }
                continue
            }
            let start = index
            if content.hasPrefix("{::comment"), !content.hasSuffix("/}"), index <= lastCommentEnd {
                while !isCommentEnd(AttributeLists.content(of: source.lines[index].text)) { index += 1 }
                removed.formUnion(start..<index)
            } else if content.dropLast().contains("}") {
                continue
            } else {
                let id = blocks.headings[index - 1].flatMap { heading in
                    content.firstMatch(of: /[ \t:]#([\p{L}_][\p{L}\p{M}\p{N}_.\-]*)(?=[ \t}])/).map { match in
                        source.lines[heading].headingID = String(match.1)
                        return match.1
                    }
                }
                if content.filter({ $0 != " " && $0 != "\t" }) != "{:#\(id ?? "")}" {
                    warnings.append(warning(content, line: line.number))
                }
            }
            // A list ends its block. So does a blank line, but between items it would turn them into paragraphs.
            let next = index + 1 < source.lines.count ? AttributeLists.content(of: source.lines[index + 1].text) : ""
            if next.isEmpty || next.prefixMatch(of: /(?:[\-+*]|\d{1,9}[.)])[ \t]/) != nil {
                removed.insert(index)
            } else {
                source.lines[index].text = String(line.text[..<content.startIndex])
            }
        }
        source.lines = source.lines.indices.filter { !removed.contains($0) }.map { source.lines[$0] }
        return warnings
    }

    private static func isCommentEnd(_ content: Substring) -> Bool {
        content.hasSuffix("{:/comment}") || content.hasSuffix("{:/}")
    }

    /// A line without the marks of block quotes and without the blanks around it.
    private static func content(of line: String) -> Substring {
        var content = MarkdownSource.quotes(of: line).rest.drop { $0 == " " || $0 == "\t" }
        while let last = content.last, last == " " || last == "\t" { content = content.dropLast() }
        return content
    }
}
