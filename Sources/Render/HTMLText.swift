// HTML that this program wrote, as plain text.

/// Text without tags.
package enum HTMLText {
    /// The text of some HTML: without tags, entities as characters, white space as single spaces.
    package static func plain(_ html: String) -> String {
        var text = ""
        var isTag = false
        for scalar in html.unicodeScalars {
            switch scalar {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            // Invisible operators of mathematics, such as the application of a function.
            case "\u{2061}"..."\u{2064}": break
            default: if !isTag { text.unicodeScalars.append(scalar) }
            }
        }
        let entities = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&"),
        ]
        for (entity, character) in entities where text.contains(entity) {
            text = text.replacing(entity, with: character)
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
