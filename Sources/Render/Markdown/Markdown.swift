// Markdown to HTML: the options, the result, and the handlers through which the caller decides.

/// How Markdown is read. CommonMark through libcmark, with kramdown's footnotes, tables and heading ids.
public struct Markdown: Sendable {
    /// Whether quotes, dashes and ellipses become typographic ones.
    public var smartPunctuation = true
    /// Whether HTML in the text stays HTML on the page. Otherwise it is shown as text, and links that run scripts are
    /// emptied.
    public var rawHTML = false
    /// Whether footnotes, tables, heading ids, figures and inline values are recognised. Without them the HTML is the
    /// CommonMark specification's.
    public var extensions = true

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

    /// An image whose destination has the scheme `neuron:` or `layer:`.
    public struct Figure: Equatable, Sendable {
        /// The destination, e.g. `neuron:encoder_layer_5.mlp.3/17?seeds=0,1`.
        public let destination: String
        /// The caption as HTML, with the writer's emphasis, code and links.
        public let captionHTML: String
        /// Line of the file.
        public let line: Int
    }

    /// What the caller decides about a text.
    public struct Handlers {
        /// The destination that replaces a link's or image's. Inline figures and links with the schemes `neuron:` and
        /// `layer:` come here too.
        public var link: (Destination) throws -> String
        /// The HTML that replaces a figure that is alone in its paragraph.
        public var figure: (Figure) throws -> String
        /// The text that replaces `{{…}}`, or nil to leave it as it is; given the text between the braces and the line
        /// of the file.
        public var value: (String, Int) throws -> String?

        /// Handlers; by default, links are kept, and figures and values are refused.
        public init(
            link: @escaping (Destination) throws -> String = { $0.text },
            figure: @escaping (Figure) throws -> String = {
                throw RenderError("line \($0.line): figures cannot be used here: \($0.destination)")
            },
            value: @escaping (String, Int) throws -> String? = {
                throw RenderError("line \($1): values cannot be used here: {{\($0)}}")
            }
        ) {
            self.link = link
            self.figure = figure
            self.value = value
        }
    }

    /// Something that the writer should know, but that stops nothing.
    public struct Warning: Equatable, Sendable {
        /// Line of the file.
        public let line: Int
        /// The text of the warning.
        public let message: String
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
    public static let figureSchemes = ["neuron", "layer"]

    /// Whether a destination has one of the schemes of figures, `neuron:` and `layer:`.
    public static func isFigure(_ destination: String) -> Bool {
        let scheme = destination.prefix { $0 != ":" }
        return scheme.count < destination.count && figureSchemes.contains(scheme.lowercased())
    }

    /// Turns a text into HTML.
    ///
    /// - Parameters:
    ///   - text: The text without front matter.
    ///   - firstLine: Line of the file on which the text starts.
    ///   - handlers: See ``Handlers``.
    /// - Throws: What a handler throws; ``RenderError`` if libcmark is out of memory.
    public func html(from text: String, firstLine: Int = 1, handlers: Handlers = Handlers()) throws -> Output {
        var source = MarkdownSource(text, firstLine: firstLine)
        guard extensions else {
            let document = try CMarkDocument(source.text, smart: smartPunctuation, unsafe: rawHTML)
            return Output(html: document.html(), excerpt: "", warnings: [])
        }
        let warnings = try AttributeLists.take(from: &source)
        let footnotes = try FootnoteDefinitions.extract(from: &source)
        let tables = try TableRows.extract(from: &source)
        let document = try CMarkDocument(source.text, smart: smartPunctuation, unsafe: rawHTML)
        var tree = MarkdownTree(document: document, source: source, rawHTML: rawHTML, handlers: handlers)
        tree.warnings = warnings + footnotes.warnings
        return try tree.output(footnotes: footnotes.names, tables: tables)
    }
}
