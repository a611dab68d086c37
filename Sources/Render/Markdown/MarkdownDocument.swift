// A Markdown text, parsed once: its HTML with gaps where its surroundings have a say, and what each gap asks for.

/// What a text asks of its surroundings.
package enum MarkdownGap: Equatable, Sendable {
    /// Where a link leads, or where an image is. Inline figures and links with the schemes `neuron:` and `layer:` are
    /// among these.
    case link(Markdown.Destination)
    /// The text in place of `{{expression}}`.
    case value(expression: String, line: Int)
    /// The HTML of a figure that stands alone in its paragraph.
    case figure(destination: String, line: Int)

    /// Line of the file.
    package var line: Int {
        switch self {
        case .link(let destination): destination.line
        case .value(_, let line), .figure(_, let line): line
        }
    }
}

/// A parsed text. It holds no tree of libcmark's, so it may be kept, shared and rendered as often as wanted.
package struct MarkdownDocument: Sendable {
    /// What the text asks for: the body's values, links and figures, then those of each footnote, in the order of the
    /// text. What a figure's caption asks for comes before the figure.
    package let gaps: [MarkdownGap]
    /// What the writer should know and what stops nothing, in the order of the passes.
    package let warnings: [Markdown.Warning]
    /// The HTML.
    let html: GappedText
    /// The paragraphs that may be the excerpt; all but the last may turn out to be empty.
    let excerpts: [GappedText]
    /// The headings that get their ids from their texts.
    let headings: [GappedText]
    /// The ids that are taken before.
    let ids: HeadingIDs
    /// The captions of figures, by their gaps.
    let captions: [Int: GappedText]
    /// The values as written, by their gaps.
    let written: [Int: String]
    /// Whether links that run scripts are kept.
    let rawHTML: Bool

    /// The text with its gaps filled.
    ///
    /// - Parameter fill: given a gap's place in ``gaps``, the gap, and for a figure its caption as HTML, returns a link's
    ///   destination, a value's text or a figure's HTML; nil to leave the gap as the writer wrote it. It is asked once for
    ///   each gap, in their order.
    /// - Throws: What `fill` throws.
    package func filled(
        by fill: (_ index: Int, _ gap: MarkdownGap, _ captionHTML: String) throws -> String?
    ) rethrows -> Markdown.Output {
        // As plain text, which headings' ids and the excerpt are made of, and as HTML.
        var texts: [String] = []
        var htmls: [String] = []
        for (index, gap) in gaps.enumerated() {
            let caption = captions[index]?.filled(with: htmls, headings: []) ?? ""
            let text = try fill(index, gap, caption)
            switch gap {
            case .link(let destination):
                texts.append("")
                htmls.append(CMarkDocument.html(ofDestination: text ?? destination.text, unsafe: rawHTML))
            case .value:
                texts.append(text ?? written[index] ?? "")
                htmls.append(CMarkDocument.html(ofText: texts[index]))
            case .figure:
                texts.append("")
                // libcmark has ended the line behind the gap.
                let html = text ?? ""
                htmls.append(html.utf8.last == UInt8(ascii: "\n") ? String(Substring(html.utf8.dropLast())) : html)
            }
        }
        var ids = ids
        let headings = headings.map { HTML.escaped(ids.next(for: $0.filled(with: texts, headings: []))) }
        return Markdown.Output(
            html: html.filled(with: htmls, headings: headings),
            excerpt: excerpts.lazy.map { $0.filled(with: texts, headings: []) }.first { !$0.isEmpty } ?? "",
            warnings: warnings)
    }
}

/// A text with gaps, cut at the marks that the passes left in it.
struct GappedText: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case gap(Int)
        case headingID(Int)
    }

    private var pieces: [Piece] = []
    /// Whether there is text beside the gaps.
    private(set) var hasText = false

    init(_ marked: String) {
        var rest = marked.utf8[...]
        while !rest.isEmpty {
            let start = rest.firstIndex { $0 == MarkdownMark.gapStart || $0 == MarkdownMark.headingStart }
            let text = rest[..<(start ?? rest.endIndex)]
            if !text.isEmpty {
                pieces.append(.text(String(Substring(text))))
                hasText = true
            }
            guard let start, let end = rest[start...].firstIndex(of: MarkdownMark.gapEnd) else { return }
            if let number = Int(Substring(rest[rest.index(after: start)..<end])) {
                pieces.append(rest[start] == MarkdownMark.gapStart ? .gap(number) : .headingID(number))
            }
            rest = rest[rest.index(after: end)...]
        }
    }

    func filled(with answers: [String], headings: [String]) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let own): text += own
            case .gap(let index): text += answers[index]
            case .headingID(let index): text += headings[index]
            }
        }
        return text
    }
}

/// The ids of a text's headings, none of them twice.
struct HeadingIDs: Sendable {
    /// The ids of the templates around a text.
    static let templateIDs: Set = ["main", "neurons"]

    private var ids = HeadingIDs.templateIDs
    /// How often a heading wanted one of them again.
    private var counts: [String: Int] = [:]

    /// The next heading's id.
    ///
    /// - Parameter text: what a reader who sees no markup reads in the heading.
    mutating func next(for text: String) -> String { unused(HeadingIDs.id(for: text)) }

    /// The id that kramdown's GFM parser gives: lower case, without what is no word, spaces as hyphens. (kramdown leaves
    /// a heading without words an empty id; here it is `section`.)
    private static func id(for text: String) -> String {
        var id = ""
        for scalar in text.lowercased().unicodeScalars {
            if scalar == " " || scalar == "\t" {
                id += "-"
            } else if scalar == "-" || isWord(scalar) {
                id.unicodeScalars.append(scalar)
            }
        }
        return id.isEmpty ? "section" : id
    }

    /// An id, counted where it came before. (kramdown counts too, but not what it made by counting: `Dup`, `Dup`,
    /// `Dup 1` get `dup-1` twice.)
    mutating func unused(_ id: String) -> String {
        var unused = id
        while !ids.insert(unused).inserted {
            counts[id, default: 0] += 1
            unused = "\(id)-\(counts[id, default: 0])"
        }
        return unused
    }

    /// Ruby's `\p{Word}`: letters, marks, decimal digits and connecting punctuation.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            true
        default: false
        }
    }
}
