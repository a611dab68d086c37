// The text of one template: its tags with their lines, and the text that the engine gets.

import Foundation

/// A template's text and the tags in it.
struct TemplateSource {
    /// What a tag does.
    enum TagKind: Equatable {
        /// `{{key}}`
        case escaped
        /// `{{{key}}}` or `{{&key}}`
        case raw
        /// `{{#key}}`
        case section
        /// `{{^key}}`
        case inverted
        /// `{{/key}}`
        case end
        /// `{{>name}}`
        case partial
        /// `{{<name}}`
        case parent
        /// `{{$name}}`
        case block
    }

    /// One tag. Comments are left out.
    struct Tag: Equatable {
        let kind: TagKind
        let name: String
        /// Line of the file, from 1.
        let line: Int
    }

    /// The file's name, for messages.
    let file: String
    /// The tags in the order of the text.
    let tags: [Tag]
    /// The text for the engine. Every variable is raw in it, because texts are already escaped: the engine escapes
    /// Swift characters, and would miss a quotation mark that is followed by a combining mark. Partials lose their
    /// indentation, which would otherwise change the text inside `<pre>`.
    let engineText: String

    /// Finds the tags of a text.
    ///
    /// - Throws: `RenderError` if a tag does not end, has no valid name, or is not plain Mustache.
    init(_ text: String, file: String) throws(RenderError) {
        self.file = file
        var tags: [Tag] = []
        var engineText = ""
        var line = 1
        var rest = text[...]
        while let start = rest.range(of: "{{", options: .literal) {
            engineText += rest[..<start.lowerBound]
            line += TemplateSource.lineFeeds(in: rest[..<start.lowerBound])
            let isTriple = rest[start.upperBound...].hasPrefix("{")
            let closing = isTriple ? "}}}" : "}}"
            let opened = rest[start.upperBound...].dropFirst(isTriple ? 1 : 0)
            guard let end = opened.range(of: closing, options: .literal) else {
                throw RenderError("\(file):\(line): the tag that starts here does not end with \(closing)")
            }
            let content = opened[..<end.lowerBound]
            let tagLine = line
            line += TemplateSource.lineFeeds(in: content)
            rest = rest[end.upperBound...]
            if !isTriple, content.first == "!" {
                // The engine decides what a comment leaves: a comment on its own line disappears.
                engineText += "{{!}}"
                continue
            }
            let tag = try TemplateSource.tag(content, isTriple: isTriple, file: file, line: tagLine)
            tags.append(tag)
            switch tag.kind {
            case .escaped, .raw: engineText += "{{{\(tag.name)}}}"
            case .section: engineText += "{{#\(tag.name)}}"
            case .inverted: engineText += "{{^\(tag.name)}}"
            case .end: engineText += "{{/\(tag.name)}}"
            case .block: engineText += "{{$\(tag.name)}}"
            case .partial, .parent:
                while let last = engineText.last, last == " " || last == "\t" { engineText.removeLast() }
                engineText += "{{\(tag.kind == .partial ? ">" : "<")\(tag.name)}}"
            }
        }
        engineText += rest
        self.tags = tags
        self.engineText = engineText
    }

    private static func tag(
        _ content: Substring, isTriple: Bool, file: String, line: Int
    ) throws(RenderError) -> Tag {
        let kinds: [Character: TagKind] = [
            "#": .section, "^": .inverted, "/": .end, ">": .partial, "<": .parent, "$": .block, "&": .raw,
        ]
        var name = content
        var kind = isTriple ? TagKind.raw : .escaped
        if !isTriple, let first = content.first, let other = kinds[first] {
            kind = other
            name = content.dropFirst()
        }
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        // Hyphens are for file names, dots for keys of keys.
        let allowed = trimmed.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard !trimmed.isEmpty, allowed else {
            throw RenderError(
                "\(file):\(line): {{\(content)}} is not a template tag; there are {{key}}, {{{html}}}, {{#key}}, "
                    + "{{^key}}, {{/key}}, {{>partial}}, {{<layout}}, {{$block}} and {{! comment }}")
        }
        return Tag(kind: kind, name: trimmed, line: line)
    }

    private static func lineFeeds(in text: Substring) -> Int {
        text.utf8.count { $0 == 10 }
    }
}
