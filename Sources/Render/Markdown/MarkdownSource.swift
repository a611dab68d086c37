// The lines of a Markdown text before libcmark, each with its line number in the file.

import Foundation

/// Lines that the passes before libcmark rewrite, with their line numbers in the file.
struct MarkdownSource {
    /// One line without its end.
    struct Line {
        var text: String
        /// Line of the file, from 1.
        var number: Int
    }

    var lines: [Line]
    /// What the writer should know of the text.
    private(set) var warnings: [Markdown.Warning] = []

    /// The lines of a text that starts on this line of its file.
    ///
    /// Control characters other than white space are removed: HTML forbids them, and the passes mark places with them.
    init(_ text: String, firstLine: Int, liquid: LiquidSite? = nil) {
        let written = MarkdownSource.split(text)
        var fence = Fence()
        var clean = written
        for (index, line) in written.enumerated() {
            let isCode = fence.contains(line) || line.contains("`")
            guard let cleaned = MarkdownMark.withoutMarks(line, isCode: isCode) else { continue }
            clean[index] = cleaned
            if warnings.isEmpty {
                let message = "control characters, which no page may have, are left out"
                warnings.append(.init(line: firstLine + index, message: message))
            }
        }
        if let liquid,
            let replaced = Liquid.read(clean.joined(separator: "\n"), firstLine: firstLine, site: liquid)
        {
            lines = replaced.lines
            warnings += replaced.warnings
            return
        }
        lines = clean.enumerated().map { Line(text: $1, number: firstLine + $0) }
    }

    /// The whole text, as libcmark gets it.
    var text: String {
        lines.map(\.text).joined(separator: "\n") + "\n"
    }

    /// The line of the file for a line (from 1) of ``text``.
    func number(of line: Int) -> Int {
        lines.isEmpty ? 1 : lines[min(max(line, 1), lines.count) - 1].number
    }

    /// The marks of block quotes at the start of a line: how many there are, at most `most`, and the rest of the line.
    static func quotes(of line: String, most: Int = .max) -> (count: Int, rest: Substring) {
        var count = 0
        var rest = line[...]
        while count < most {
            let text = rest.drop { $0 == " " || $0 == "\t" }
            guard text.first == ">" else { break }
            rest = text.dropFirst()
            if rest.first == " " { rest = rest.dropFirst() }
            count += 1
        }
        return (count, rest)
    }

    /// Lines ended by a line feed, a carriage return or both. (A Swift character may be both, so bytes are compared.)
    static func split(_ text: String) -> [String] {
        var lines: [String] = []
        let bytes = Array(text.utf8)
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 10 || byte == 13 {
                lines.append(String(decoding: bytes[start..<index], as: UTF8.self))
                if byte == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { index += 1 }
                start = index + 1
            }
            index += 1
        }
        if start < bytes.count { lines.append(String(decoding: bytes[start...], as: UTF8.self)) }
        return lines
    }
}

/// How libcmark reads the lines of a source, by their indices.
struct MarkdownBlocks {
    /// Lines of code and HTML blocks.
    private(set) var closed: Set<Int> = []
    /// Lines that continue a paragraph.
    private(set) var continued: Set<Int> = []
    /// The first line of the heading that a line belongs to.
    private(set) var headings: [Int: Int] = [:]

    init(of source: MarkdownSource) throws(RenderError) {
        let document = try CMarkDocument(source.text, smart: false, unsafe: false)
        withExtendedLifetime(document) {
            for node in document.root.descendants() where node.startLine > 0 && node.endLine >= node.startLine {
                let lines = (node.startLine - 1)..<node.endLine
                switch node.kind {
                case .codeBlock, .htmlBlock: closed.formUnion(lines)
                case .paragraph: continued.formUnion(lines.dropFirst())
                case .heading: for line in lines { headings[line] = lines.lowerBound }
                default: break
                }
            }
        }
    }
}

/// Marks that the passes before libcmark leave in the text for the passes over its tree.
enum MarkdownMark {
    static let footnoteStart: Unicode.Scalar = "\u{1}"
    static let footnoteEnd: Unicode.Scalar = "\u{2}"
    /// Stands for a hyphen in a name, because smart punctuation would turn two into a dash.
    static let hyphen: Unicode.Scalar = "\u{5}"
    static let cellStart: Unicode.Scalar = "\u{3}"
    static let cellEnd: Unicode.Scalar = "\u{4}"
    /// A gap: where it starts, its number, where it ends. ``GappedText`` looks for these bytes.
    static let gapStart: UInt8 = 0x06
    static let gapEnd: UInt8 = 0x07
    /// The same for the id of a heading.
    static let headingStart: UInt8 = 0x08
    /// The same for the line of the file on which HTML stands.
    static let lineStart: UInt8 = 0x13
    /// The same for an attribute list.
    static let attributesStart: UInt8 = 0x14
    /// The same for the width and height of a picture, with the number of its address's gap.
    static let sizeStart: UInt8 = 0x15
    /// Stands before an id that the program gives.
    static let ownID: UInt8 = 0x16
    /// Stands on a line of HTML that is blank, so that the HTML goes on, and before a tag that begins a paragraph.
    static let verbatim: Unicode.Scalar = "\u{12}"

    /// A formula: where its number starts and ends.
    static let formulaStart: Unicode.Scalar = "\u{E}"
    static let formulaEnd: Unicode.Scalar = "\u{F}"
    /// Stands for the first of two braces that are no inline value, because the writer put them between `raw` tags.
    static let rawBrace: Unicode.Scalar = "\u{10}"

    /// Stands between asterisks and punctuation that they belong to; see ``CJKEmphasis``.
    static let joiner: Unicode.Scalar = "\u{11}"

    /// A text without joiners.
    static func withoutJoiners(_ text: String) -> String {
        text.replacingOccurrences(of: "\(joiner)", with: "", options: .literal)
    }

    /// Whether a scalar is one of the control characters that the marks are taken from or that HTML forbids, or one of
    /// the private characters that stand for marks while HTML is parsed.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F: true
        default: HTMLMark.isMark(scalar)
        }
    }

    /// A text without such scalars and, outside code, without the references that libcmark turns into them (`&#16;`);
    /// nil if it has none.
    static func withoutMarks(_ text: String, isCode: Bool) -> String? {
        var clean = text
        if !isCode, text.contains("&#") {
            let reference = /&#(?:[xX]0*(?:[1-8bBeEfF]|1[0-9a-fA-F]|7[fF])|0*(?:[1-8]|1[1-9]|2[0-9]|3[01]|127));/
            clean = text.replacing(reference) { $0.0 == "&#12;" || $0.0 == "&#13;" ? String($0.0) : "" }
        }
        clean = String(String.UnicodeScalarView(clean.unicodeScalars.filter { !isMark($0) }))
        return clean.utf8.count == text.utf8.count ? nil : clean
    }

    /// The text that replaces a reference until libcmark is done: brackets that form no link, and that count as
    /// punctuation beside `*` and `_`.
    static func footnote(_ name: String) -> String {
        "\\[\(footnoteStart)\(name.replacingOccurrences(of: "-", with: "\(hyphen)"))\(footnoteEnd)\\]"
    }

    /// The mark of a gap.
    static func gap(_ index: Int) -> String { mark(gapStart, index) }

    /// The mark of a formula.
    static func formula(_ index: Int) -> String { "\(formulaStart)\(index)\(formulaEnd)" }

    /// A text with the braces that ``rawBrace`` stands for.
    static func withoutRawBraces(_ text: String) -> String {
        text.replacingOccurrences(of: "\(rawBrace)", with: "{", options: .literal)
    }

    /// The mark of a heading's id.
    static func headingID(_ index: Int) -> String { mark(headingStart, index) }

    /// The mark of a line of the file.
    static func line(_ number: Int) -> String { mark(lineStart, number) }

    /// The mark of an attribute list.
    static func attributes(_ number: Int) -> String { mark(attributesStart, number) }

    /// The mark of a picture's width and height.
    static func pictureSize(_ gap: Int) -> String { mark(sizeStart, gap) }

    private static func mark(_ start: UInt8, _ index: Int) -> String {
        String(decoding: [start] + Array(String(index).utf8) + [gapEnd], as: UTF8.self)
    }

    /// Restores what the writer wrote where libcmark does not read inlines (code, raw HTML, destinations).
    static func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isMark) else { return text }
        var text = text
        // Literally, because a bracket that a combining mark follows is another Swift character.
        for (mark, original) in [
            ("\\[\(footnoteStart)", "[^"), ("[\(footnoteStart)", "[^"), ("\(footnoteEnd)\\]", "]"),
            ("\(footnoteEnd)]", "]"), ("\(hyphen)", "-"), ("\(rawBrace)", "{"), (String(verbatim), ""),
        ] {
            text = text.replacingOccurrences(of: mark, with: original, options: .literal)
        }
        return text
    }
}
