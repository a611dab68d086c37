// A Markdown text, parsed once: its HTML with gaps that the caller fills, and what each gap asks for.

/// What a text asks of the caller.
package enum MarkdownGap: Equatable, Sendable {
    /// The destination of a link or the source of an image. This includes inline figures and links with the schemes
    /// `neuron:` and `layer:`.
    case link(Markdown.Destination)
    /// The text that replaces `{{expression}}`.
    case value(expression: String, line: Int)
    /// The HTML of a figure that is alone in its paragraph.
    case figure(destination: String, line: Int)
    /// The HTML of a formula; nil shows its source as code.
    case formula(Formula)
    /// The HTML of code; nil shows it without colours.
    case code(CodeBlock)

    fileprivate var isFormula: Bool { if case .formula = self { true } else { false } }

    /// Line of the file.
    package var line: Int {
        switch self {
        case .link(let destination): destination.line
        case .value(_, let line), .figure(_, let line): line
        case .formula(let formula): formula.line
        case .code(let code): code.line
        }
    }
}

/// A parsed text. It holds no libcmark tree, so it may be kept, shared and rendered any number of times.
package struct MarkdownDocument: Sendable {
    /// What the text asks for: the body's values, links and figures, then those of each footnote, in the order of the
    /// text, then the addresses in HTML, and the code. What a figure's caption asks for comes before the figure.
    package let gaps: [MarkdownGap]
    /// What the writer should know but that stops nothing, in the order of the passes.
    package let warnings: [Markdown.Warning]
    /// The HTML.
    let html: GappedText
    /// The paragraphs that make the excerpt: those up to the first with text of its own, or up to a separator.
    let excerpts: [GappedText]
    /// Whether all of them are the excerpt, because a separator ends it; otherwise it is the first that is not empty.
    let isExcerptWhole: Bool
    /// The plain text of the headings whose ids are made from it.
    let headings: [GappedText]
    /// The ids that are already in use.
    let ids: HeadingIDs
    /// The captions of figures, by gap index.
    let captions: [Int: GappedText]
    /// The values as written, by gap index.
    let written: [Int: String]
    /// The pictures whose size the file says, by gap index.
    let pictures: [Int: PictureSize]
    /// Whether links that run scripts are kept.
    let rawHTML: Bool

    /// The text with its gaps filled.
    ///
    /// - Parameters:
    ///   - fill: given a gap's index in ``gaps``, the gap, and for a figure its caption as HTML, returns a link's
    ///     destination, a value's text or a figure's HTML; nil to leave the gap as the writer wrote it. It is called
    ///     once for each gap, in order.
    ///   - size: given the gap index of a picture's address, returns the picture's width and height in pixels, nil if
    ///     they are not known. It is called after `fill` for that gap.
    /// - Throws: What `fill` throws.
    package func filled(
        by fill: (_ index: Int, _ gap: MarkdownGap, _ captionHTML: String) throws -> String?,
        size: ((_ index: Int) throws -> (width: Int, height: Int)?)? = nil
    ) rethrows -> Markdown.Output {
        // Each gap as plain text, for headings' ids and the excerpt, and as HTML. As in kramdown, an id has a formula's TeX.
        var texts: [String] = []
        var idTexts: [String] = []
        var htmls: [String] = []
        var sizes: [Int: String] = [:]
        for (index, gap) in gaps.enumerated() {
            let caption = captions[index]?.filled(with: htmls, headings: [], sizes: sizes) ?? ""
            let text = try fill(index, gap, caption)
            switch gap {
            case .link(let destination):
                texts.append("")
                htmls.append(CMarkDocument.html(ofDestination: text ?? destination.text, unsafe: rawHTML))
                if let picture = pictures[index] { sizes[index] = picture.attributes(try size?(index)) }
            case .value:
                texts.append(text ?? written[index] ?? "")
                htmls.append(CMarkDocument.html(ofText: texts[index]))
            case .figure:
                texts.append("")
                // libcmark has already ended the line after the gap.
                let html = text ?? ""
                htmls.append(html.utf8.last == UInt8(ascii: "\n") ? String(Substring(html.utf8.dropLast())) : html)
            case .formula(let formula):
                texts.append(text.map(HTMLText.plain) ?? formula.source)
                htmls.append(text ?? "<code class=\"tex\">\(HTML.escaped(formula.source))</code>")
            case .code(let code):
                texts.append(code.text)
                htmls.append(text ?? HTMLNode.html(ofText: code.text))
            }
            idTexts.append(written[index] != nil && gap.isFormula ? written[index] ?? "" : texts[index])
        }
        var ids = ids
        let headings = headings.map { HTML.escaped(ids.next(for: $0.filled(with: idTexts, headings: []))) }
        return Markdown.Output(
            html: html.filled(with: htmls, headings: headings, sizes: sizes),
            excerpt: excerpts.map { $0.filled(with: texts, headings: []) }.filter { !$0.isEmpty }
                .prefix(isExcerptWhole ? .max : 1).joined(separator: " "),
            warnings: warnings)
    }
}

/// A text with gaps, split at the marks that the passes left in it.
struct GappedText: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case gap(Int)
        case headingID(Int)
        case size(Int)
    }

    private var pieces: [Piece] = []
    /// Whether there is text outside the gaps.
    private(set) var hasText = false

    init(_ marked: String) {
        var rest = marked.utf8[...]
        while !rest.isEmpty {
            let start = rest.firstIndex {
                [MarkdownMark.gapStart, MarkdownMark.headingStart, MarkdownMark.sizeStart].contains($0)
            }
            let text = rest[..<(start ?? rest.endIndex)]
            if !text.isEmpty {
                pieces.append(.text(String(Substring(text))))
                hasText = true
            }
            guard let start, let end = rest[start...].firstIndex(of: MarkdownMark.gapEnd) else { return }
            if let number = Int(Substring(rest[rest.index(after: start)..<end])) {
                switch rest[start] {
                case MarkdownMark.gapStart: pieces.append(.gap(number))
                case MarkdownMark.headingStart: pieces.append(.headingID(number))
                default: pieces.append(.size(number))
                }
            }
            rest = rest[rest.index(after: end)...]
        }
    }

    func filled(with answers: [String], headings: [String], sizes: [Int: String] = [:]) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let own): text += own
            case .gap(let index): text += answers[index]
            case .headingID(let index): text += headings[index]
            case .size(let index): text += sizes[index] ?? ""
            }
        }
        return text
    }
}

/// The ids of a text's headings, without duplicates.
struct HeadingIDs: Sendable {
    /// The ids in the templates around a text.
    static let templateIDs: Set = [
        "main", "neurons", "map", "after-map", "grid", "exciting-photographs", "other-runs", "neighbours", "details",
        "reproduce", "consistency", "truth", "comparison", "embed",
    ]

    private var ids = HeadingIDs.templateIDs
    /// How often each id was asked for again.
    private var counts: [String: Int] = [:]

    /// The next heading's id.
    ///
    /// - Parameter text: the heading's text without markup.
    mutating func next(for text: String) -> String { unused(HeadingIDs.id(for: text)) }

    /// The id that kramdown's GFM parser gives: lower case, without non-word characters, spaces as hyphens. (kramdown
    /// gives a heading without words an empty id; here it is `section`.)
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

    /// An id, with a number if it is in use. (kramdown counts too, but not the ids that it made by counting: `Dup`,
    /// `Dup`, `Dup 1` get `dup-1` twice.)
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
