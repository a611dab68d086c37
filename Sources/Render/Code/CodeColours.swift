// The only file that calls Prism, which finds the parts of code: keywords, comments, numbers.

import CPrism

/// Colours code by classes, which the theme's style sheet gives colours.
///
/// Prism in Duktape does the work: its grammars are expressions, so it needs no compiled parser for each language. The
/// classes are those of Pygments and Rouge.
package struct CodeColours: Sendable {
    private let engine: JavaScriptEngine

    /// Raised whenever the same code gives other HTML.
    package static let version = "1.29.0-1"
    /// The most characters of a block that is coloured, and of a line. Some of Prism's expressions take the square of
    /// a text's length, and Duktape cannot be interrupted: the worst block that is known takes five seconds.
    static let mostCharacters = 20_000
    static let mostInLine = 300

    package init() {
        let library = cprism_library()
        let colours = cprism_colours()
        engine = JavaScriptEngine(
            "Prism", scripts: [(library.text, library.count), (colours.text, colours.count)])
    }

    private struct Request: Encodable {
        let language: String
        let code: String
    }

    /// The parts of code in their order: how many UTF-16 units each has, and its class, which may be empty.
    struct Parts: Codable, Equatable {
        let lengths: [Int]
        let classes: [String]
    }

    /// The HTML of code with a `span` for each part that has a class; nil if it stays plain, because its language is
    /// not known, or it is long.
    ///
    /// - Throws: `RenderError` if the engine fails.
    package func html(of code: CodeBlock) throws(RenderError) -> String? {
        guard code.text.utf16.count <= Self.mostCharacters,
            code.text.utf8.split(separator: UInt8(ascii: "\n")).allSatisfy({ $0.count <= Self.mostInLine })
        else { return nil }
        return Self.html(of: code.text, parts: try parts(of: code))
    }

    func parts(of code: CodeBlock) throws(RenderError) -> Parts {
        try engine.call(Request(language: code.language, code: code.text))
    }

    /// The text of the HTML is the code, whatever the parts are; nil if they are not its parts.
    static func html(of code: String, parts: Parts) -> String? {
        guard parts.classes.count == parts.lengths.count, parts.classes.contains(where: { !$0.isEmpty }) else {
            return nil
        }
        var html = ""
        var rest = code.utf16[...]
        for (length, name) in zip(parts.lengths, parts.classes) {
            // Nil within a character that has two units.
            guard (0...rest.count).contains(length), let text = String(rest.prefix(length)) else { return nil }
            let escaped = HTMLNode.html(ofText: text)
            html += name.isEmpty ? escaped : "<span class=\"\(name)\">\(escaped)</span>"
            rest = rest.dropFirst(length)
        }
        return rest.isEmpty ? html : nil
    }
}
