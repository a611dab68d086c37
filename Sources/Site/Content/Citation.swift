// BibTeX entries for posts and neurons.

import Foundation

/// What a BibTeX entry says of a page.
struct Citation {
    /// The authors' names; empty if nobody is named.
    var authors: [String]
    var title: String
    /// The site's title.
    var site: String
    /// Where the page has one.
    var date: PostDate?
    /// The page's address; nil if the site does not know its own.
    var address: String?
    /// What follows the first author's surname and the year in the key.
    var word: String

    /// The entry, of type `misc`.
    var bibtex: String {
        var fields: [(String, String)] = [("title", "{\(Self.escaped(title))}")]
        if !authors.isEmpty { fields.append(("author", Self.escaped(authors.joined(separator: " and ")))) }
        if let date { fields.append(("year", String(date.machine.prefix(4)))) }
        fields.append(("howpublished", Self.escaped(site)))
        if let address { fields.append(("url", address)) }
        let lines = fields.map { "  \($0) = {\($1)}" }
        return "@misc{\(key),\n\(lines.joined(separator: ",\n"))\n}"
    }

    /// A key as people choose them, e.g. `lovelace1843notes`: in ASCII, because BibTeX takes nothing else.
    var key: String {
        let surname = authors.first?.split(separator: " ").last.map(String.init) ?? Self.word(of: site)
        let parts = [surname, date.map { String($0.machine.prefix(4)) } ?? "", word].map(Self.plain)
        let key = parts.joined()
        return key.isEmpty ? "page" : key
    }

    /// The first word of a title that says something; the first one if none does.
    static func word(of title: String) -> String {
        let words = title.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return words.first { !small.contains($0.lowercased()) && !plain($0).isEmpty } ?? words.first ?? ""
    }

    private static let small: Set = [
        "a", "an", "the", "on", "of", "in", "to", "and", "how", "what", "why", "is", "are",
    ]

    /// Letters and digits in lower case, without accents.
    private static func plain(_ text: String) -> String {
        let folded = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: Locale(identifier: "en"))
        return String(folded.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }).lowercased()
    }

    /// A text with TeX's special characters escaped.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
            case "\\": "\\textbackslash{}"
            case "~": "\\textasciitilde{}"
            case "^": "\\textasciicircum{}"
            default: String(character)
            }
        }.joined()
    }
}
