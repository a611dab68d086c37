// How Markdown is read: the options, the warnings, and the parser that returns a document.

/// How Markdown is read. CommonMark through libcmark, with what kramdown and GitHub add to it: footnotes, tables,
/// heading ids, attribute lists, tables of contents, definition lists, abbreviations, struck text and task lists.
public struct Markdown: Sendable {
    /// Whether quotes, dashes and ellipses become typographic ones.
    public var smartPunctuation = true
    /// Whether all HTML of the text stays on the page. Otherwise only ``AllowList``'s does, and links that run scripts
    /// are emptied.
    public var rawHTML = false
    /// Whether footnotes, tables, heading ids, figures and inline values are recognised. Without them the HTML is the
    /// CommonMark specification's.
    public var extensions = true

    /// What ends the part of a text that is its excerpt, if the text has it.
    package var excerptSeparator = "<!--more-->"
    /// What Liquid may ask of the site; nil if Liquid is text.
    package var liquid: LiquidSite?

    /// The default options.
    public init() {}

    /// A link or an image's source.
    public struct Destination: Equatable, Sendable {
        /// The text as written, without escapes.
        public let text: String
        /// Whether it is an image's source.
        public let isImage: Bool
        /// Line of the file.
        public let line: Int
    }

    /// Something that the writer should know, but that stops nothing.
    public struct Warning: Equatable, Sendable {
        /// Line of the file.
        public let line: Int
        /// The text of the warning.
        public let message: String
        /// Warnings of one kind may be told as one; nil for those that only equal ones are told with.
        package var kind: String?
    }

    /// The result for a text.
    public struct Output: Equatable, Sendable {
        /// The HTML, a sequence of blocks.
        public let html: String
        /// The first paragraph as text; empty if there is none.
        public let excerpt: String
        /// The warnings, in the order of the passes.
        public let warnings: [Warning]
    }

    /// The schemes of figures.
    public static let figureSchemes = ["neuron", "layer", "photographs"]

    /// Whether a destination has one of the schemes of figures, `neuron:` and `layer:`.
    public static func isFigure(_ destination: String) -> Bool {
        let scheme = destination.prefix { $0 != ":" }
        return scheme.count < destination.count && figureSchemes.contains(scheme.lowercased())
    }

    /// Parses a text.
    ///
    /// - Parameters:
    ///   - text: The text without front matter.
    ///   - firstLine: Line of the file on which the text starts.
    /// - Throws: If libcmark is out of memory.
    package func document(from text: String, firstLine: Int = 1) throws(RenderError) -> MarkdownDocument {
        var source = MarkdownSource(text, firstLine: firstLine, liquid: liquid)
        guard extensions else {
            let document = try CMarkDocument(source.text, smart: smartPunctuation, unsafe: rawHTML)
            return MarkdownDocument(
                gaps: [], warnings: [], html: GappedText(document.html()), excerpts: [], isExcerptWhole: false,
                headings: [],
                ids: HeadingIDs(),
                captions: [:], written: [:], pictures: [:], rawHTML: rawHTML)
        }
        let excerptEnd = source.lines.first { $0.text.contains(excerptSeparator) }?.number
        HTMLBlocks.rewrite(&source)
        ListIndentation.rewrite(&source)
        let formulas = try FormulaMarks.take(from: &source)
        let lists = try AttributeLists(from: &source)
        let abbreviations = try Abbreviations(from: &source)
        try DefinitionLists.rewrite(&source)
        let footnotes = try FootnoteDefinitions.extract(from: &source)
        let tables = try TableRows.extract(from: &source)
        // What HTML may stay is decided after libcmark, in the whole of it.
        let hasJoiners = CJKEmphasis.mark(&source)
        let document = try CMarkDocument(source.text, smart: smartPunctuation, unsafe: true)
        var tree = MarkdownTree(
            document: document, source: source, formulas: formulas, rawHTML: rawHTML, lists: lists,
            abbreviations: abbreviations,
            warnings: source.warnings + lists.warnings + footnotes.warnings, excerptEnd: excerptEnd)
        if hasJoiners { tree.removeJoiners() }
        return tree.parsed(footnotes: footnotes.names, tables: tables)
    }
}
