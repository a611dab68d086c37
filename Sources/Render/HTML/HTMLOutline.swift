// The headings and the words of a text, for its table of contents and the search.

/// What is read from HTML that this program wrote.
package enum HTMLOutline {
    /// A heading with an id.
    package struct Heading: Equatable, Sendable {
        /// 1 to 6.
        package let level: Int
        /// Its id, as links write it after `#`.
        package let id: String
        /// Its text without markup.
        package let text: String
    }

    /// The headings from `h1` to `h3` in the order of the text; those without an id or without words are left out.
    package static func headings(of html: String) -> [Heading] {
        var found: [Heading] = []
        for node in Gumbo.nodes(of: Array(html.utf8)) {
            node.forEach { node in
                guard let level = ["h1", "h2", "h3"].firstIndex(of: node.name), let id = node["id"] else { return }
                var text = ""
                node.forEach { text += $0.text ?? "" }
                let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                if !words.isEmpty { found.append(Heading(level: level + 1, id: id, text: words)) }
            }
        }
        return found
    }

    /// The words that a writer wrote: without charts, formulas, and the numbers below pictures.
    package static func words(of html: String) -> String {
        var words: [Substring] = []
        func visit(_ node: HTMLNode) {
            if ["svg", "math", "script", "style"].contains(node.name) { return }
            if ["runs", "grid"].contains(where: node.classes.contains) { return }
            words += node.text?.split(whereSeparator: \.isWhitespace) ?? []
            node.children.forEach(visit)
        }
        Gumbo.nodes(of: Array(html.utf8)).forEach(visit)
        return words.joined(separator: " ")
    }
}
