// The tags of templates, and how they are found in a text.

import Foundation

/// One tag of a template.
struct TemplateTag: Equatable, CustomStringConvertible {
    /// What a tag does; the raw value is how it starts.
    enum Kind: String {
        /// `{{key}}`
        case escaped = ""
        /// `{{{key}}}` or `{{&key}}`
        case raw = "&"
        /// `{{#key}}`
        case section = "#"
        /// `{{^key}}`
        case inverted = "^"
        /// `{{/key}}`
        case end = "/"
        /// `{{>name}}`
        case partial = ">"
        /// `{{<name}}`
        case parent = "<"
        /// `{{$name}}`
        case block = "$"
    }

    let kind: Kind
    let name: String
    /// Line of the file, from 1.
    let line: Int

    /// The tag as templates write it.
    var description: String { "{{\(kind.rawValue)\(name)}}" }
}

/// A stretch of a template's text.
enum TemplatePiece {
    /// Text as it stands in the file, never empty.
    case text(ArraySlice<UInt8>)
    case tag(TemplateTag)
    case comment

    /// The pieces of a text, in order.
    ///
    /// - Throws: `RenderError` if a tag does not end, has no valid name, or is not plain Mustache.
    static func pieces(of text: String, file: String) throws(RenderError) -> [TemplatePiece] {
        let bytes = Array(text.utf8)
        var pieces: [TemplatePiece] = []
        var line = 1
        var start = 0
        while let open = position(of: 2, UInt8(ascii: "{"), in: bytes, from: start) {
            line += lineFeeds(in: bytes[start..<open])
            let isTriple = open + 2 < bytes.count && bytes[open + 2] == UInt8(ascii: "{")
            let braces = isTriple ? 3 : 2
            guard let end = position(of: braces, UInt8(ascii: "}"), in: bytes, from: open + braces) else {
                let closing = String(repeating: "}", count: braces)
                throw RenderError("\(file):\(line): the tag that starts here does not end with \(closing)")
            }
            let content = bytes[(open + braces)..<end]
            var piece = TemplatePiece.comment
            if isTriple || content.first != UInt8(ascii: "!") {
                piece = .tag(try tag(content, isTriple: isTriple, file: file, line: line))
            }
            if start < open { pieces.append(.text(bytes[start..<open])) }
            pieces.append(piece)
            line += lineFeeds(in: content)
            start = end + braces
        }
        if start < bytes.count { pieces.append(.text(bytes[start...])) }
        return pieces
    }

    /// Whether a byte is a space or a tabulator.
    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func tag(
        _ content: ArraySlice<UInt8>, isTriple: Bool, file: String, line: Int
    ) throws(RenderError) -> TemplateTag {
        let text = String(decoding: content, as: UTF8.self)
        var kind = isTriple ? TemplateTag.Kind.raw : .escaped
        var name = text[...]
        if !isTriple, let first = text.first, let other = TemplateTag.Kind(rawValue: String(first)) {
            kind = other
            name = text.dropFirst()
        }
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        // Hyphens are for file names, dots for keys of keys.
        let allowed = trimmed.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard !trimmed.isEmpty, allowed else {
            throw RenderError(
                "\(file):\(line): {{\(text)}} is not a template tag; there are {{key}}, {{{html}}}, {{#key}}, "
                    + "{{^key}}, {{/key}}, {{>partial}}, {{<layout}}, {{$block}} and {{! comment }}")
        }
        return TemplateTag(kind: kind, name: trimmed, line: line)
    }

    /// Where a byte first stands so many times in a row.
    private static func position(of count: Int, _ byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
        var found = 0
        for index in start..<bytes.count {
            found = bytes[index] == byte ? found + 1 : 0
            if found == count { return index + 1 - count }
        }
        return nil
    }

    private static func lineFeeds(in bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 == UInt8(ascii: "\n") }
    }
}
