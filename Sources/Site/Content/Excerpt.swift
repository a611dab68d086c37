// The short text of a post for lists, descriptions and the feed.

import Foundation
import Render

/// Short plain texts.
enum Excerpt {
    /// What Jekyll's blogs write where the excerpt ends.
    static let separator = "<!--more-->"
    /// A text is cut at the end of a sentence behind this many characters.
    private static let length = 200

    /// A front matter's excerpt, which may be Markdown or HTML, as text; nil if nothing is left.
    static func plain(_ text: String) -> String? {
        var markdown = Markdown()
        markdown.extensions = false
        guard let html = try? markdown.document(from: text).filled(by: { _, _, _ in nil }).html else { return nil }
        let plain = HTMLText.plain(html)
        return plain.isEmpty ? nil : plain
    }

    /// The start of a text, at most a few sentences.
    static func cut(_ text: String) -> String {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.count > length else { return text }
        let start = text.index(text.startIndex, offsetBy: length)
        let limit = text.index(start, offsetBy: length, limitedBy: text.endIndex) ?? text.endIndex
        var index = start
        while index < limit {
            let next = text.index(after: index)
            if "。！？".contains(text[index]) { return String(text[..<next]) }
            if ".!?".contains(text[index]), next == text.endIndex || text[next].isWhitespace {
                return String(text[..<next])
            }
            index = next
        }
        guard limit < text.endIndex else { return text }
        let words = text[..<start]
        let end = words.lastIndex(where: \.isWhitespace) ?? words.endIndex
        return words[..<end].trimmingCharacters(in: .whitespaces) + "…"
    }
}
