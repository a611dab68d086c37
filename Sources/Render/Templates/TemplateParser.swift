// From the pieces of a template to its tree. A section's tag that is alone on its line leaves no empty line.

/// Reads pieces from first to last, each once.
struct TemplateParser {
    private let file: String
    private let pieces: [TemplatePiece]
    /// The piece after `text`.
    private var next = 0
    /// What is not yet read of a text.
    private var text: ArraySlice<UInt8> = []
    /// The templates that were named so far.
    private(set) var included: Set<String> = []
    /// The blocks that were named so far.
    private(set) var blocks: Set<String> = []

    init(_ pieces: [TemplatePiece], file: String) {
        self.file = file
        self.pieces = pieces
        takeText()
    }

    /// The whole template.
    mutating func template() throws(RenderError) -> [TemplateNode] {
        try nodes(until: nil, depth: 0, lines: Lines())
    }

    /// What lines look like at a place in the text.
    private struct Lines {
        /// Whether only blanks were read of the line.
        var isStart = true
        /// Whether the text fills a block; its lines lose the indentation that the first one has.
        var fillsBlock = false
        /// Length of the first line's indentation, once it is known.
        var indentation: Int?
    }

    private var isAtEnd: Bool { text.isEmpty && next == pieces.count }

    private mutating func takeText() {
        guard text.isEmpty, next < pieces.count, case .text(let bytes) = pieces[next] else { return }
        text = bytes
        next += 1
    }

    private mutating func takePiece() -> TemplatePiece {
        next += 1
        defer { takeText() }
        return pieces[next - 1]
    }

    /// Reads the rest of a line that has only blanks.
    ///
    /// - Returns: whether the line has nothing else.
    private mutating func takeLineEnd() -> Bool {
        if isAtEnd { return true }
        var rest = text.drop(while: TemplatePiece.isBlank)
        if rest.first == UInt8(ascii: "\r") { rest.removeFirst() }
        guard rest.popFirst() == UInt8(ascii: "\n") else { return false }
        text = rest
        takeText()
        return true
    }

    /// Reads up to the end of a section, or of the file.
    private mutating func nodes(
        until open: TemplateTag?, depth: Int, lines: Lines
    ) throws(RenderError) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        var lines = lines
        // Blanks at the start of a line, until it is known that they stay.
        var blanks: ArraySlice<UInt8> = []
        func keepBlanks() {
            if !blanks.isEmpty { nodes.append(.text(Array(blanks))) }
            blanks = []
        }
        while !isAtEnd {
            if lines.isStart {
                let start = text.prefix(while: TemplatePiece.isBlank)
                text = text.dropFirst(start.count)
                if !lines.fillsBlock {
                    blanks = start
                } else if let indentation = lines.indentation {
                    blanks = start.dropFirst(indentation)
                } else {
                    lines.indentation = start.count
                }
            }
            if let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                nodes.append(.text(Array(blanks) + text[...end]))
                blanks = []
                text = text[(end + 1)...]
                takeText()
                lines.isStart = true
                continue
            }
            if !text.isEmpty {
                nodes.append(.text(Array(blanks) + text))
                blanks = []
                text = []
                lines.isStart = false
            }
            if isAtEnd { break }
            guard case .tag(let tag) = takePiece() else {
                lines.isStart = lines.isStart && takeLineEnd()
                continue
            }
            let isAlone: Bool
            switch tag.kind {
            case .escaped, .raw: isAlone = false
            default: isAlone = lines.isStart && takeLineEnd()
            }
            let indentation = Array(blanks)
            // What is included is not indented as its tag is: that would change the text inside `<pre>`.
            if !isAlone || tag.kind == .block { keepBlanks() }
            lines.isStart = isAlone
            switch tag.kind {
            case .escaped, .raw: nodes.append(.variable(tag))
            case .end:
                try check(tag, ends: open)
                return nodes
            case .section:
                nodes.append(.section(tag, try section(tag, depth: depth, lines: lines)))
            case .inverted:
                nodes.append(.inverted(tag, try section(tag, depth: depth, lines: lines)))
            case .block:
                blocks.insert(tag.name)
                nodes.append(
                    .block(tag, try section(tag, depth: depth, lines: lines), indentation: indentation))
            case .partial:
                included.insert(tag.name)
                nodes.append(.partial(tag))
            case .parent:
                included.insert(tag.name)
                nodes.append(.parent(tag, try filledBlocks(of: tag, depth: depth + 1, lines: lines)))
            }
        }
        if let open { throw unended(open) }
        return nodes
    }

    private mutating func section(
        _ tag: TemplateTag, depth: Int, lines: Lines
    ) throws(RenderError) -> [TemplateNode] {
        try TemplateLimits.checkDepth(depth + 1, of: tag, file: file)
        return try nodes(until: tag, depth: depth + 1, lines: lines)
    }

    /// Reads what is between `{{<layout}}` and its end: blocks, and text that is not rendered.
    private mutating func filledBlocks(
        of parent: TemplateTag, depth: Int, lines: Lines
    ) throws(RenderError) -> [(block: TemplateTag, body: TemplateBody)] {
        try TemplateLimits.checkDepth(depth, of: parent, file: file)
        var filled: [(block: TemplateTag, body: TemplateBody)] = []
        var lines = lines
        lines.isStart = true
        lines.fillsBlock = true
        while !isAtEnd {
            let line = text.lastIndex(of: UInt8(ascii: "\n")).map { text[($0 + 1)...] }
            lines.isStart = (line != nil || lines.isStart) && (line ?? text).allSatisfy(TemplatePiece.isBlank)
            text = []
            if isAtEnd { break }
            guard case .tag(let tag) = takePiece() else {
                lines.isStart = lines.isStart && takeLineEnd()
                continue
            }
            switch tag.kind {
            case .block:
                blocks.insert(tag.name)
                lines.isStart = lines.isStart && takeLineEnd()
                filled.append((tag, TemplateBody(file: file, nodes: try section(tag, depth: depth, lines: lines))))
            case .end:
                try check(tag, ends: parent)
                if lines.isStart { _ = takeLineEnd() }
                return filled
            default:
                throw RenderError("\(file):\(tag.line): only {{$block}} is allowed directly inside a layout")
            }
        }
        throw unended(parent)
    }

    private func check(_ end: TemplateTag, ends open: TemplateTag?) throws(RenderError) {
        guard let open else {
            throw RenderError("\(file):\(end.line): \(end) ends a section that was not started")
        }
        guard end.name == open.name else {
            throw RenderError(
                "\(file):\(end.line): found \(end), expected {{/\(open.name)}} to end the section of line \(open.line)")
        }
    }

    private func unended(_ open: TemplateTag) -> RenderError {
        RenderError("\(file):\(open.line): the section \(open.name) does not end with {{/\(open.name)}}")
    }
}
