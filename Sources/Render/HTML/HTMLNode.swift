// A tree of HTML that passes change, and its text.

import Foundation

/// An element, a text or a comment of parsed HTML.
final class HTMLNode {
    enum Kind: Equatable {
        case element(String)
        case text(String)
        case comment(String)
    }

    struct Attribute: Equatable {
        var name: String
        var value: String
    }

    var kind: Kind
    /// An element's attributes, in the order of the text; no name twice.
    var attributes: [Attribute] = []
    var children: [HTMLNode] = []
    /// Whether an element is SVG's or MathML's.
    var isForeign = false
    /// Where it starts in the parsed text, in bytes.
    let offset: Int

    init(_ kind: Kind, offset: Int = 0) {
        self.kind = kind
        self.offset = offset
    }

    /// A new element.
    static func element(_ name: String, _ attributes: [(String, String)] = [], _ children: [HTMLNode] = []) -> HTMLNode
    {
        let node = HTMLNode(.element(name))
        node.attributes = attributes.map { Attribute(name: $0, value: $1) }
        node.children = children
        return node
    }

    /// An element's name in lower case; nil for texts and comments.
    var name: String? { if case .element(let name) = kind { name } else { nil } }

    /// A text's content.
    var text: String? { if case .text(let text) = kind { text } else { nil } }

    /// Whether it is a text of white space only.
    var isBlank: Bool { text?.utf8.allSatisfy { " \t\n\u{C}\r".utf8.contains($0) } ?? false }

    /// The value of an attribute; nil removes it.
    subscript(name: String) -> String? {
        get { attributes.first { $0.name == name }?.value }
        set {
            if let index = attributes.firstIndex(where: { $0.name == name }) {
                if let newValue { attributes[index].value = newValue } else { attributes.remove(at: index) }
            } else if let newValue {
                attributes.append(Attribute(name: name, value: newValue))
            }
        }
    }

    /// Its classes.
    var classes: [Substring] { self["class"]?.split(separator: " ") ?? [] }

    /// This node and those below it, in the order of the text.
    func forEach(_ body: (HTMLNode) -> Void) {
        body(self)
        for child in children { child.forEach(body) }
    }

    // MARK: The text

    private static let void: Set = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    ]
    /// Elements whose content a parser takes as it is.
    private static let verbatim: Set = ["script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"]

    /// Elements that change how a parser reads on, and so take along what follows if they are not closed.
    private static let takingAlong = [
        "script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title", "select", "template", "svg",
        "math", "noscript", "object",
    ]

    /// Ends a comment and every element that takes along what follows, where one is open. Elsewhere it is nothing.
    static let endOfEverything = "<!-- -->" + takingAlong.map { "</\($0)>" }.joined()

    /// HTML as it was written, with the ends of the elements and comments that take along what follows.
    static func closed(_ html: String) -> String {
        var ends: [String: Int] = [:]
        var rest = html[...]
        var tags = ""
        while let start = rest.range(of: "<!--", options: .literal) {
            tags += rest[..<start.lowerBound]
            // `<!-->` is a whole comment.
            rest = rest[rest.unicodeScalars.index(start.lowerBound, offsetBy: 2)...]
            guard let end = rest.range(of: "-->", options: .literal) else { return html + "-->" }
            rest = rest[end.upperBound...]
        }
        tags += rest
        for match in tags.matches(of: /<(\/?)([A-Za-z]+)/) {
            ends[match.2.lowercased(), default: 0] += match.1.isEmpty ? 1 : -1
        }
        let open = takingAlong.filter { ends[$0, default: 0] > 0 }
        return open.isEmpty ? html : html + open.map { "</\($0)>" }.joined()
    }

    /// The HTML of nodes. Parsing it gives the same nodes again, if a browser could have made them from any text.
    static func html(of nodes: [HTMLNode]) -> String {
        var bytes: [UInt8] = []
        for node in nodes { node.write(to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text as HTML.
    static func html(ofText text: String) -> String { html(of: [HTMLNode(.text(text))]) }

    private func write(to html: inout [UInt8]) {
        switch kind {
        case .text(let text): HTMLNode.escape(text, into: &html)
        case .comment(let text): html += "<!--\(text)-->".utf8
        case .element(let name):
            html += "<\(name)".utf8
            for attribute in attributes {
                // A gap stands for whole attributes, and for the space before them.
                let isGap = attribute.name.unicodeScalars.first == HTMLMark.pictureSize
                html += (isGap ? attribute.name : " " + attribute.name).utf8
                if isGap { continue }
                html += "=\"".utf8
                HTMLNode.escape(attribute.value, into: &html)
                html += "\"".utf8
            }
            if !isForeign, HTMLNode.void.contains(name) {
                html += " />".utf8
                return
            }
            html += ">".utf8
            // A parser drops the first line feed.
            if ["pre", "textarea", "listing"].contains(name), children.first?.text?.utf8.first == UInt8(ascii: "\n") {
                html += "\n".utf8
            }
            for child in children {
                if let text = child.text, !isForeign, HTMLNode.verbatim.contains(name) {
                    html += text.utf8
                } else {
                    child.write(to: &html)
                }
            }
            html += "</\(name)>".utf8
        }
    }

    private static func escape(_ text: String, into html: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): html += "&amp;".utf8
            case UInt8(ascii: "<"): html += "&lt;".utf8
            case UInt8(ascii: ">"): html += "&gt;".utf8
            case UInt8(ascii: "\""): html += "&quot;".utf8
            // A parser would make a line feed of it.
            case 13: html += "&#13;".utf8
            default: html.append(byte)
            }
        }
    }
}

/// What stands for the passes' marks while HTML is parsed: the parser replaces control characters, and keeps these
/// private characters of the last plane, which no text has after ``MarkdownSource``.
enum HTMLMark {
    /// The private character for a control character.
    static func scalar(_ mark: UInt8) -> Unicode.Scalar { Unicode.Scalar(0x10_F800 + UInt32(mark)) ?? "\u{10F800}" }

    static let pictureSize = scalar(MarkdownMark.sizeStart)
    static let attributes = scalar(MarkdownMark.attributesStart)
    static let ownID = scalar(MarkdownMark.ownID)
    static let end = scalar(MarkdownMark.gapEnd)

    /// Whether a scalar is one of them.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool { (0x10_F800...0x10_F8FF).contains(scalar.value) }

    /// A text from the parser with the passes' own marks.
    static func restored(_ html: String) -> String {
        let bytes = Array(html.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            // U+10F800 + n, for n below 64, is F4 8F A0 (80 + n).
            if bytes[index] == 0xF4, index + 3 < bytes.count, bytes[index + 1] == 0x8F, bytes[index + 2] == 0xA0 {
                result.append(bytes[index + 3] - 0x80)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The bytes that stand for a mark.
    static func bytes(_ mark: UInt8) -> [UInt8] { [0xF4, 0x8F, 0xA0, 0x80 + mark] }
}
