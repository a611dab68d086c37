// One template as a tree of sections.

/// A template's text, read.
struct TemplateSource: Sendable {
    /// What the file renders.
    let body: TemplateBody
    /// The names of the templates that it includes.
    let included: Set<String>
    /// The names of the blocks that it has or fills.
    let blocks: Set<String>

    /// Reads a text.
    ///
    /// - Throws: `RenderError` if a tag is not plain Mustache, or a section does not end, is out of order or too deep.
    init(_ text: String, file: String) throws(RenderError) {
        var parser = TemplateParser(try TemplatePiece.pieces(of: text, file: file), file: file)
        body = TemplateBody(file: file, nodes: try parser.template())
        included = parser.included
        blocks = parser.blocks
    }
}

/// What is rendered in another place than the one it is written in: a file, or what fills a block of a layout. It is a
/// class for its identity.
final class TemplateBody: Sendable {
    /// The file that it is in, for messages.
    let file: String
    let nodes: [TemplateNode]

    init(file: String, nodes: [TemplateNode]) {
        self.file = file
        self.nodes = nodes
    }
}

/// A part of a template.
indirect enum TemplateNode: Sendable {
    /// At most one line, with its end.
    case text([UInt8])
    /// A text or HTML.
    case variable(TemplateTag)
    case section(TemplateTag, [TemplateNode])
    case inverted(TemplateTag, [TemplateNode])
    /// A block with what it holds if no page fills it, and the indentation of the lines in it.
    case block(TemplateTag, [TemplateNode], indentation: [UInt8])
    case partial(TemplateTag)
    /// A layout with what fills its blocks; the last one of a name counts.
    case parent(TemplateTag, [(block: TemplateTag, body: TemplateBody)])
}
