// HTML between Markdown's blocks, before libcmark: where it ends, and what in it is Markdown.

import Foundation

/// Rewrites the lines of HTML blocks, so that libcmark reads them as writers of kramdown and GitHub mean them.
///
/// In CommonMark a block of HTML ends at a blank line, and only there. Here it also ends where its first element does,
/// so that the text in the next line is Markdown. After a blank line inside an element Markdown begins, as on GitHub, but
/// never code by indentation: HTML is indented for its own sake. kramdown's `markdown="1"` and `markdown="0"` say
/// otherwise for an element. A line that begins with a span (`<img>`, `<b>`) begins a paragraph, as in kramdown.
struct HTMLBlocks {
    private var lines: [MarkdownSource.Line] = []
    /// Whether all elements are read as if they had `markdown="1"`.
    private var parsesElements = false

    /// The blank line that ends an element's HTML. An attribute list behind it still follows the element.
    static let blank = "\t \t"

    /// The most lines in which an element's end is looked for.
    private static let longest = 2000

    static func rewrite(_ source: inout MarkdownSource) {
        guard source.lines.contains(where: { $0.text.contains("<") }) else { return }
        var blocks = HTMLBlocks()
        blocks.rewrite(source.lines[...])
        source.lines = blocks.lines
    }

    private mutating func rewrite(_ source: ArraySlice<MarkdownSource.Line>) {
        var fence = Fence()
        var index = source.startIndex
        while index < source.endIndex {
            let line = source[index]
            if fence.contains(line.text) || !Self.beginsTag(line.text) {
                if line.text.hasPrefix("{::options "),
                    let match = line.text.firstMatch(of: /parse_block_html="(true|false)"/)
                {
                    parsesElements = match.1 == "true"
                }
                lines.append(line)
                index += 1
                continue
            }
            let tag = Self.tag(in: line.text)
            if let tag, Self.spans.contains(tag.name) {
                // A mark before the tag makes the line a paragraph.
                let start = line.text.firstIndex(of: "<") ?? line.text.startIndex
                var line = line
                line.text.insert(contentsOf: String(MarkdownMark.verbatim), at: start)
                lines.append(line)
                index += 1
            } else if let tag, Self.blocks.contains(tag.name), !tag.isEnd,
                let end = Self.end(of: tag.name, in: source[index...])
            {
                rewriteElement(source[index...end], tag: tag)
                index = end + 1
                if index < source.endIndex, !Self.isBlank(source[index].text), !Self.continues(source[index].text) {
                    lines.append(.init(text: Self.blank, number: source[index].number))
                }
            } else {
                lines.append(line)
                index += 1
            }
        }
    }

    /// Whether a line begins with a `<` that is not indented like code.
    private static func beginsTag(_ line: String) -> Bool {
        let bytes = line.utf8
        return bytes.dropFirst(bytes.prefix(3).prefix { $0 == UInt8(ascii: " ") }.count).first == UInt8(ascii: "<")
    }

    /// Whether a line after an element belongs to the same HTML.
    private static func continues(_ line: String) -> Bool {
        guard let tag = tag(in: line) else { return line.hasPrefix("<!--") }
        return !spans.contains(tag.name)
    }

    // MARK: An element

    private mutating func rewriteElement(_ source: ArraySlice<MarkdownSource.Line>, tag: Tag) {
        guard let first = source.first, let last = source.last else { return }
        let attribute = tag.attributes.firstMatch(of: /\smarkdown\s*=\s*["']?(\w+)["']?/)
        let markdown = attribute?.1 ?? (parsesElements ? "1" : nil)
        guard let markdown, markdown != "0", !Self.verbatim.contains(tag.name) else {
            appendHTML(source, isVerbatim: markdown != nil || Self.verbatim.contains(tag.name))
            return
        }
        // A paragraph or a heading holds a line of text; `markdown` names what it becomes again.
        let isSpan = markdown == "span" || Self.texts.contains(tag.name)
        let open =
            "<\(isSpan ? "div" : tag.name)\(tag.attributes.replacing(attribute?.0 ?? "\0", with: ""))"
            + "\(isSpan ? " markdown=\"\(tag.name)\"" : "")>"
        let close = "</\(isSpan ? "div" : tag.name)>"
        var inner = Array(source)
        guard let start = inner[0].text.range(of: tag.written),
            let end = inner[inner.count - 1].text.range(of: "</\(tag.name)", options: [.backwards, .caseInsensitive])
        else { return appendHTML(source, isVerbatim: false) }
        let rest = String(inner[inner.count - 1].text[end.upperBound...].drop { $0 != ">" }.dropFirst())
        inner[inner.count - 1].text = String(inner[inner.count - 1].text[..<end.lowerBound])
        // The first line may be the last one, which is cut already.
        inner[0].text = String(inner[0].text.dropFirst(first.text[..<start.upperBound].count).drop { $0 == " " })
        let indentation =
            inner.dropFirst().filter { !Self.isBlank($0.text) }.map { $0.text.prefix { $0 == " " }.count }.min() ?? 0
        lines += [.init(text: open, number: first.number), .init(text: "", number: first.number)]
        rewrite(
            inner.enumerated().map { index, line in
                var line = line
                if index > 0 {
                    line.text = String(line.text.dropFirst(min(indentation, line.text.prefix { $0 == " " }.count)))
                }
                return line
            }[...])
        lines += [
            .init(text: "", number: last.number), .init(text: close, number: last.number),
            .init(text: "", number: last.number),
        ]
        if !Self.isBlank(rest) { lines.append(.init(text: rest, number: last.number)) }
    }

    /// HTML whose blank lines are followed by Markdown, or, if it is verbatim, by more HTML.
    private mutating func appendHTML(_ source: ArraySlice<MarkdownSource.Line>, isVerbatim: Bool) {
        var fence = Fence()
        var fenceIndentation = 0
        /// The end of the element or comment whose text is nobody's Markdown.
        var verbatimEnd: String?
        var previous = ""
        for (offset, line) in source.enumerated() {
            var line = line
            let text = line.text
            if !isVerbatim, verbatimEnd == nil {
                let isOpen = fence.isOpen
                if fence.contains(text) {
                    if !isOpen {
                        // Nobody means the marks of a fence as text; behind a blank line it is one.
                        if let last = lines.last, !Self.isBlank(last.text) {
                            lines.append(.init(text: "", number: line.number))
                        }
                        fenceIndentation = text.prefix { $0 == " " }.count
                    }
                    line.text = String(text.dropFirst(min(fenceIndentation, text.prefix { $0 == " " }.count)))
                    lines.append(line)
                    previous = ""
                    continue
                }
            }
            if Self.isBlank(text) {
                if isVerbatim || verbatimEnd != nil { line.text = String(MarkdownMark.verbatim) }
            } else {
                if verbatimEnd == nil {
                    let content = text.drop { $0 == " " || $0 == "\t" }
                    let isIndented = text.hasPrefix("    ") || text.hasPrefix("\t")
                    let before = previous.drop { $0 == " " || $0 == "\t" }
                    if offset > 0, isIndented, content.hasPrefix("<") || before.hasPrefix("<") {
                        line.text = String(content)
                    }
                    if isVerbatim { line.text = line.text.replacing(/\smarkdown\s*=\s*["']?0["']?/, with: "") }
                }
                verbatimEnd = Self.verbatimEnd(after: text, in: verbatimEnd)
                previous = line.text
            }
            lines.append(line)
        }
    }

    /// The end that is open after a line: of `<pre>`, a script, a style or a comment.
    private static func verbatimEnd(after line: String, in open: String?) -> String? {
        guard line.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) else { return open }
        var end = open
        var rest = line.lowercased()[...]
        while !rest.isEmpty {
            if let close = end {
                guard let range = rest.range(of: close) else { return end }
                rest = rest[range.upperBound...]
                end = nil
            } else {
                guard
                    let match = rest.firstMatch(
                        of: /<(pre|script|style|textarea|svg|math|button|object|canvas|select)\b|<!--/)
                else { return nil }
                end = match.1.map { "</\($0)" } ?? "-->"
                rest = rest[match.range.upperBound...]
            }
        }
        return end
    }

    // MARK: Tags

    private struct Tag {
        let name: String
        let isEnd: Bool
        /// What stands between the name and the `>`.
        let attributes: String
        let written: String
    }

    /// The tag that a line begins with; nil for one that goes on in the next line.
    private static func tag(in line: String) -> Tag? {
        guard
            let match = line.prefixMatch(
                of: /\s*(<(\/?)([A-Za-z][A-Za-z0-9\-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>?)/)
        else { return nil }
        return Tag(
            name: match.3.lowercased(), isEnd: !match.2.isEmpty, attributes: String(match.4), written: String(match.1))
    }

    /// The line on which the element that the first line begins ends; nil if it does not.
    private static func end(of name: String, in lines: ArraySlice<MarkdownSource.Line>) -> Int? {
        if void.contains(name) { return lines.startIndex }
        var depth = 0
        var fence = Fence()
        for (index, line) in zip(lines.indices, lines).prefix(longest) {
            if fence.contains(line.text) { continue }
            // What needs no end tag ends with its block at the latest.
            if isBlank(line.text), texts.contains(name) || open.contains(name) { return nil }
            guard line.text.utf8.contains(UInt8(ascii: "<")) else {
                if depth <= 0 { return index }
                continue
            }
            for match in line.text.matches(of: /<(\/?)([A-Za-z][A-Za-z0-9\-]*)/) where match.2.lowercased() == name {
                depth += match.1.isEmpty ? 1 : -1
            }
            if depth <= 0 { return index }
        }
        return nil
    }

    private static func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }

    private static let void: Set = ["hr"]
    /// Elements without text that could be Markdown.
    private static let verbatim: Set = ["svg", "canvas", "object", "button", "frameset", "noframes"]
    private static let open: Set = ["li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot"]
    /// Blocks that hold a line of text.
    private static let texts: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "figcaption", "td", "th", "dt",
    ]
    private static let blocks: Set = Set(
        """
        address article aside blockquote caption center col colgroup dd details dialog dir div dl dt fieldset \
        figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 header hr iframe legend li main menu nav \
        noframes ol optgroup option p section summary table tbody td tfoot th thead tr ul video audio picture object \
        svg canvas button
        """.split(separator: " ").map(String.init))
    private static let spans: Set = Set(
        """
        a abbr acronym b bdi bdo big br cite code del dfn em font i img input ins kbd label mark q s samp small span \
        strike strong sub sup time tt u var wbr
        """.split(separator: " ").map(String.init))
}

/// Fenced code: the lines between ``` and ```, or ~~~ and ~~~.
struct Fence {
    private var open: (character: Character, length: Int)?

    /// Whether the next line belongs to fenced code.
    var isOpen: Bool { open != nil }

    /// Whether a line belongs to fenced code, given those before it.
    mutating func contains(_ line: String) -> Bool {
        let text = line.drop { $0 == " " || $0 == "\t" || $0 == ">" }
        guard let character = text.first, character == "`" || character == "~" else { return open != nil }
        let run = text.prefix { $0 == character }
        guard run.count >= 3 else { return open != nil }
        let rest = text.dropFirst(run.count)
        if let fence = open {
            if fence.character == character, run.count >= fence.length, rest.allSatisfy(\.isWhitespace) { open = nil }
        } else if character == "~" || !rest.contains("`") {
            open = (character, run.count)
        } else {
            return false
        }
        return true
    }
}
