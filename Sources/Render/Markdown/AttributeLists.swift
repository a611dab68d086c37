// kramdown's attribute lists and other `{:…}` before libcmark, which would show them to the reader.

import Foundation

/// One attribute list, `{: .class #id width="30"}`.
struct AttributeList {
    /// What it belongs to.
    enum Place {
        /// The element before it, directly.
        case before
        /// The block before it, or the element before it on the line.
        case previous
        /// The block after it.
        case next
        /// The element that it stands in: a heading.
        case parent
    }

    /// Names and values, in the order of the list; `class` may be there several times.
    let attributes: [(name: String, value: String)]
    /// The words that are no attributes: `toc`, and names of other lists.
    let words: [String]
    /// The list as written.
    let written: String
    /// Line of the file.
    let line: Int
    var place: Place

    /// Reads what stands between `{:` and `}`.
    ///
    /// - Parameter named: the lists that `{:name: …}` defined.
    init(
        _ content: some StringProtocol, written: String, line: Int, place: Place,
        named: [String: [(name: String, value: String)]] = [:]
    ) {
        var attributes: [(name: String, value: String)] = []
        var words: [String] = []
        let item =
            /([A-Za-z_:][\w:.\-]*)=("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"']+)|\.(-?[\p{L}_][\p{L}\p{M}\p{N}_.:\/\-]*)|#([\p{L}_][\p{L}\p{M}\p{N}_.:\-]*)|([^\s]+)/
        for match in String(content).matches(of: item) {
            if let name = match.1, var value = match.2 {
                if let quote = value.first, quote == "\"" || quote == "'" { value = value.dropFirst().dropLast() }
                attributes.append(
                    (name.lowercased(), value.replacingOccurrences(of: "\\\"", with: "\"")))
            } else if let name = match.3 {
                // `.a.b` is two classes.
                attributes += name.split(separator: ".").map { ("class", String($0)) }
            } else if let id = match.4 {
                attributes.append(("id", String(id)))
            } else if let word = match.5 {
                if let list = named[String(word)] { attributes += list } else { words.append(String(word)) }
            }
        }
        self.attributes = attributes
        self.words = words
        self.written = written
        self.line = line
        self.place = place
    }

    /// Whether the list asks for a table of contents.
    var isContents: Bool { words.contains("toc") }
}

/// The attribute lists of a text.
///
/// A list on its own line becomes an HTML comment with its number, which ends the block before it; ``MarkdownHTML``
/// gives the attributes to the element beside the comment. `MarkdownTree` does the same with lists in a line.
struct AttributeLists {
    private(set) var lists: [AttributeList] = []
    private(set) var warnings: [Markdown.Warning] = []
    /// The lists that `{:name: …}` defined.
    private var named: [String: [(name: String, value: String)]] = [:]

    /// Takes the lists on their own lines, kramdown's options and comments, and the ids of headings from a source.
    init(from source: inout MarkdownSource) throws(RenderError) {
        guard
            source.lines.contains(where: { $0.text.contains("{:") || $0.text.contains("{#") || $0.text.contains("^") })
        else { return }
        let blocks = try MarkdownBlocks(of: source)
        define(in: source, blocks: blocks)
        let lastCommentEnd = source.lines.lastIndex { Self.isCommentEnd(Self.content(of: $0.text)) } ?? -1
        var lines: [MarkdownSource.Line] = []
        var index = 0
        // Whether the block before may take a list.
        var followsBlock = false
        while index < source.lines.count {
            defer { index += 1 }
            var line = source.lines[index]
            let content = Self.content(of: line.text)
            let isMark = content.hasPrefix("{:") && content.last == "}" && !content.dropLast().contains("}")
            if blocks.closed.contains(index) || (!isMark && content != "^") {
                if blocks.headings[index] != nil { takeHeadingID(from: &line) }
                lines.append(line)
                if line.text != HTMLBlocks.blank { followsBlock = !content.isEmpty }
                continue
            }
            let prefix = String(line.text[..<content.startIndex])
            if content == "^" {
                // kramdown's end of a block, between two lists for example.
                line.text = prefix + "<!-- -->"
                lines.append(line)
                followsBlock = false
            } else if content.hasPrefix("{::comment"), !content.hasSuffix("/}"), index <= lastCommentEnd {
                while !Self.isCommentEnd(Self.content(of: source.lines[index].text)) { index += 1 }
            } else if content.hasPrefix("{::") || content.hasPrefix("{:/") {
                if content.prefixMatch(of: /\{::?\/?(?:nomarkdown|options|comment|\/?\})/) == nil {
                    warnings.append(
                        .init(line: line.number, message: "kramdown's \(content) is left out; it means nothing here"))
                }
            } else if Self.definition(in: content) != nil {
                continue
            } else if followsBlock, Self.followsFootnote(lines) {
                warnings.append(
                    .init(line: line.number, message: "\(content) is left out: a footnote takes no attributes"))
            } else {
                let number = add(content, line: line.number, place: followsBlock ? .previous : .next)
                line.text = prefix + Self.mark(number)
                lines.append(line)
            }
        }
        source.lines = lines
    }

    /// Adds a list `{: …}`, and returns its number.
    mutating func add(_ written: some StringProtocol, line: Int, place: AttributeList.Place) -> Int {
        lists.append(
            AttributeList(
                written.dropFirst(2).dropLast(), written: MarkdownMark.restored(String(written)), line: line,
                place: place, named: named))
        return lists.count - 1
    }

    /// A list in a line, without the typography that libcmark gave it.
    static func straight(_ list: some StringProtocol) -> String {
        var list = String(list)
        for (typographic, plain) in [
            ("“", "\""), ("”", "\""), ("‘", "'"), ("’", "'"), ("—", "---"), ("–", "--"), ("…", "..."),
        ] {
            list = list.replacingOccurrences(of: typographic, with: plain)
        }
        return list
    }

    /// The HTML that stands for a list.
    static func mark(_ number: Int) -> String { "<!--\(MarkdownMark.attributes(number))-->" }

    /// Reads the definitions `{:name: …}` first, because they may stand behind their use.
    private mutating func define(in source: MarkdownSource, blocks: MarkdownBlocks) {
        for (index, line) in source.lines.enumerated() where !blocks.closed.contains(index) {
            guard let (name, content) = Self.definition(in: Self.content(of: line.text)) else { continue }
            named[name, default: []] +=
                AttributeList(
                    content, written: "", line: line.number, place: .previous, named: named
                ).attributes
        }
    }

    /// Name and content of `{:name: …}`.
    private static func definition(in content: Substring) -> (name: String, content: Substring)? {
        guard let match = content.wholeMatch(of: /\{:([A-Za-z_][\w\-]*):(.*)\}/) else { return nil }
        return (String(match.1), match.2)
    }

    /// `# Heading {#id}`, and also `{: #id .class}`.
    private mutating func takeHeadingID(from line: inout MarkdownSource.Line) {
        guard let match = line.text.firstMatch(of: /[ \t]+(\{(:?)[ \t]*([#.][^{}]*)\})[ \t]*(#*[ \t]*)$/) else {
            return
        }
        // `{.x}` without a colon is text.
        guard match.2 == ":" || match.3.hasPrefix("#") else { return }
        lists.append(
            AttributeList(match.3, written: String(match.1), line: line.number, place: .parent, named: named))
        line.text = String(line.text[..<match.range.lowerBound]) + " " + Self.mark(lists.count - 1)
    }

    private static func followsFootnote(_ lines: [MarkdownSource.Line]) -> Bool {
        lines.last?.text.prefixMatch(of: /[ >]{0,6}\[\^[^\]]*\]:/) != nil
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
