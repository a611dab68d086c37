// The passes over libcmark's tree: links, figures, values, raw HTML, headings. Footnotes and tables have their own
// files.

import Foundation

/// Turns libcmark's tree of one text into HTML.
struct MarkdownTree {
    let document: CMarkDocument
    let source: MarkdownSource
    let rawHTML: Bool
    let handlers: Markdown.Handlers
    var warnings: [Markdown.Warning] = []
    /// The ids in use, and how often each was asked for again.
    private var ids = MarkdownTree.templateIDs
    private var idCounts: [String: Int] = [:]
    let footnotes = FootnoteReferences()

    /// The ids in the templates around a text.
    static let templateIDs: Set = ["main", "neurons"]

    init(document: CMarkDocument, source: MarkdownSource, rawHTML: Bool, handlers: Markdown.Handlers) {
        self.document = document
        self.source = source
        self.rawHTML = rawHTML
        self.handlers = handlers
    }

    /// Runs every pass.
    mutating func output(footnotes names: [String], tables: TableRows) throws -> Markdown.Output {
        document.joinTexts()
        footnotes.take(names, from: document.root)
        try rewrite(document.root, tables: tables, isFootnote: false)
        let excerpt =
            document.root.children.lazy
            .filter { $0.kind == .paragraph }.map(MarkdownTree.plainText).first { !$0.isEmpty } ?? ""
        while let footnote = footnotes.nextToWrite() {
            try rewrite(footnote, tables: tables, isFootnote: true)
        }
        for (name, content) in footnotes.unused(names) {
            warn(content, "footnote [^\(name)] is defined, but nothing refers to it; it is not shown")
        }
        footnotes.append(to: document.root)
        return Markdown.Output(html: document.html(), excerpt: excerpt, warnings: warnings)
    }

    private mutating func rewrite(_ root: CMarkNode, tables: TableRows, isFootnote: Bool) throws {
        tables.build(in: root)
        dropAttributeLists(in: root)
        let figures = root.descendants().filter { $0.kind == .paragraph }.flatMap(MarkdownTree.figures)
        try rewriteTexts(in: root, figures: Set(figures))
        rewriteRawHTML(in: root)
        try rewriteDestinations(in: root, figures: figures)
        if !isFootnote { identifyHeadings(in: root) }
    }

    /// Drops the attribute lists that directly follow a link, an image, emphasis or code.
    private mutating func dropAttributeLists(in root: CMarkNode) {
        for node in root.descendants() where node.kind == .text && node.literal.contains("{:") {
            let literal = node.literal
            var rest = literal[...]
            if let previous = node.previous, previous.kind != .lineBreak {
                while rest.hasPrefix("{:"), let end = rest.firstIndex(of: "}") {
                    warnings.append(
                        AttributeLists.warning(MarkdownMark.restored(String(rest[...end])), line: line(of: node)))
                    rest = rest[rest.index(after: end)...]
                }
            }
            if let start = rest.range(of: "{:"), rest[start.upperBound...].contains("}") {
                warn(
                    node, "{:…} is shown as text, because it neither follows an element nor has its own line")
            }
            if rest.isEmpty { node.free() } else if rest.count < literal.count { node.literal = String(rest) }
        }
    }

    /// The figures of a paragraph that contains nothing else: they replace it.
    private static func figures(of paragraph: CMarkNode) -> [CMarkNode] {
        let children = paragraph.children
        let isFiguresOnly = children.allSatisfy { node in
            switch node.kind {
            case .image: Markdown.isFigure(node.destination)
            case .text: node.literal.allSatisfy(\.isWhitespace)
            default: node.kind == .lineBreak
            }
        }
        return isFiguresOnly ? children.filter { $0.kind == .image } : []
    }

    /// Line of the file for a node, or for its nearest ancestor that has one.
    func line(of node: CMarkNode) -> Int {
        var place: CMarkNode? = node
        while let node = place, node.startLine == 0 { place = node.parent }
        return source.number(of: place?.startLine ?? 1)
    }

    // MARK: Texts

    /// Inserts footnote references and inline values.
    private mutating func rewriteTexts(in root: CMarkNode, figures: Set<CMarkNode>) throws {
        for node in root.descendants() {
            switch node.kind {
            case .text: try rewriteText(node, figures: figures)
            case .code, .codeBlock, .htmlBlock, .htmlInline:
                let literal = node.literal
                let restored = MarkdownMark.restored(literal)
                if restored != literal { node.literal = restored }
                if node.kind == .codeBlock, !node.fenceInfo.isEmpty {
                    node.fenceInfo = MarkdownMark.restored(node.fenceInfo)
                }
            default: break
            }
        }
    }

    /// Works on bytes, because a bracket or brace that a combining mark follows is another Swift character.
    private mutating func rewriteText(_ node: CMarkNode, figures: Set<CMarkNode>) throws {
        let literal = node.literal
        let footnoteStart = "[\(MarkdownMark.footnoteStart)".utf8
        let footnoteEnd = "\(MarkdownMark.footnoteEnd)]".utf8
        guard literal.utf8.contains("{{".utf8) || literal.utf8.contains(footnoteStart) else { return }
        let line = line(of: node)
        var rest = literal.utf8[...]
        var plain = ""
        // After one `{{` without an end, no other has one: the text is not searched again.
        var isUnclosed = false
        while let byte = rest.first {
            if byte == UInt8(ascii: "["), rest.starts(with: footnoteStart), let end = rest.firstRange(of: footnoteEnd) {
                let name = String(
                    MarkdownMark.restored(String(Substring(rest[..<end.upperBound]))).dropFirst(2).dropLast())
                if let html = footnotes.reference(to: name) {
                    if let outer = MarkdownTree.closedParent(of: node, figures: figures) {
                        var last = outer
                        while let next = last.next, next.kind == .ownInline { last = next }
                        last.insertAfter(.inline(html))
                    } else {
                        if !plain.isEmpty { node.insertBefore(.text(plain)) }
                        plain = ""
                        node.insertBefore(.inline(html))
                    }
                } else {
                    plain += "[^\(name)]"
                    warnings.append(.init(line: line, message: "footnote [^\(name)] is not defined"))
                }
                rest = rest[end.upperBound...]
            } else if !isUnclosed, rest.starts(with: "{{".utf8) {
                guard let end = rest.firstRange(of: "}}".utf8) else {
                    isUnclosed = true
                    warnings.append(
                        .init(line: line, message: "{{ without }} after it on the same line is shown as text"))
                    continue
                }
                let expression = MarkdownMark.restored(String(Substring(rest[..<end.lowerBound].dropFirst(2))))
                plain +=
                    try handlers.value(expression.trimmingCharacters(in: .whitespaces), line) ?? "{{\(expression)}}"
                rest = rest[end.upperBound...]
            } else {
                let next = rest.dropFirst().firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
                plain += Substring(rest[..<(next ?? rest.endIndex)])
                rest = rest[(next ?? rest.endIndex)...]
            }
        }
        if !plain.isEmpty { node.insertBefore(.text(plain)) }
        node.free()
    }

    /// The outermost link or image around a node, after which a footnote's reference goes: a link cannot contain
    /// another link, nor an image's text HTML. A figure's caption may contain both.
    private static func closedParent(of node: CMarkNode, figures: Set<CMarkNode>) -> CMarkNode? {
        node.ancestors.reversed().first { $0.kind == .link || ($0.kind == .image && !figures.contains($0)) }
    }

    // MARK: Destinations and figures

    private mutating func rewriteDestinations(in root: CMarkNode, figures: [CMarkNode]) throws {
        let isFigure = Set(figures)
        for node in root.descendants() where node.kind == .link || node.kind == .image {
            node.destination = MarkdownMark.restored(node.destination)
            node.title = MarkdownMark.restored(node.title)
            if !isFigure.contains(node) { try resolve(node) }
        }
        for image in figures { image.parent?.insertBefore(.block(before: try figure(image))) }
        for paragraph in Set(figures.compactMap(\.parent)) { paragraph.free() }
    }

    /// Gives a link or an image the destination that the handler returns. A figure that is not alone in its paragraph
    /// becomes a link to what it would show.
    private mutating func resolve(_ node: CMarkNode) throws {
        let isLink = node.kind == .link || Markdown.isFigure(node.destination)
        if isLink, node.firstChild == nil, Markdown.isFigure(node.destination) {
            node.append(.text(MarkdownTree.name(of: node.destination)))
        }
        if isLink, node.ancestors.contains(where: { $0.kind == .link }) {
            warn(node, "\(node.destination) is inside a link, and is shown as its text")
            node.unwrap()
            return
        }
        if isLink, node.kind == .image, [node.previous, node.next].allSatisfy({ $0 == nil || $0?.kind == .lineBreak }) {
            warn(
                node,
                "\(node.destination) becomes a link; a figure needs its own paragraph, with blank lines around it"
            )
        }
        let destination = try handlers.link(
            Markdown.Destination(text: node.destination, isImage: !isLink, line: line(of: node)))
        if isLink, node.kind == .image {
            let link = CMarkNode.link(to: destination)
            node.moveChildren(to: link)
            node.replace(with: link)
        } else {
            node.destination = destination
        }
    }

    /// The text of a link to a figure that has no text: `heads.head/0` for `neuron:heads.head/0?seeds=1`.
    private static func name(of destination: String) -> String {
        let name = destination.drop { $0 != ":" }.dropFirst().prefix { $0 != "?" }
        return name.isEmpty ? destination : String(name)
    }

    private mutating func figure(_ image: CMarkNode) throws -> String {
        let line = line(of: image)
        if !image.title.isEmpty { warn(image, "the title of a figure is not shown; write it in the caption") }
        let paragraph = CMarkNode.paragraph()
        defer { paragraph.free() }
        image.moveChildren(to: paragraph)
        var html = document.html(of: paragraph)
        if html.hasPrefix("<p>") { html.removeFirst(3) }
        if html.hasSuffix("</p>\n") { html.removeLast(5) }
        return try handlers.figure(Markdown.Figure(destination: image.destination, captionHTML: html, line: line))
    }

    private mutating func warn(_ node: CMarkNode, _ message: String) {
        warnings.append(.init(line: line(of: node), message: message))
    }

    // MARK: Raw HTML

    /// If raw HTML is off, removes comments and shows everything else as text.
    private mutating func rewriteRawHTML(in root: CMarkNode) {
        guard !rawHTML else { return }
        for node in root.descendants() where node.kind == .htmlBlock || node.kind == .htmlInline {
            let literal = node.literal.trimmingCharacters(in: .whitespacesAndNewlines)
            if literal.hasPrefix("<!--"), literal.hasSuffix("-->") {
                node.free()
                continue
            }
            warn(node, "HTML is shown as text, because raw HTML is off")
            if node.kind == .htmlInline {
                node.replace(with: .text(literal))
            } else {
                let paragraph = CMarkNode.paragraph()
                paragraph.append(.text(literal))
                node.replace(with: paragraph)
            }
        }
    }

    // MARK: Headings

    private mutating func identifyHeadings(in root: CMarkNode) {
        let headings = root.descendants().filter { $0.kind == .heading }
        // The writer's own ids first, because links refer to them.
        var given: [CMarkNode: String] = [:]
        for node in headings {
            guard let id = source.headingID(of: node.startLine) else { continue }
            given[node] = unusedID(id)
            if given[node] != id { warn(node, "the id \(id) is taken; the heading gets \(given[node] ?? "")") }
        }
        for node in headings {
            let id = given[node] ?? unusedID(MarkdownTree.headingID(for: MarkdownTree.plainText(node)))
            let tag = "h\(node.headingLevel)"
            let block = CMarkNode.block(before: "<\(tag) id=\"\(HTML.escaped(id))\">", after: "</\(tag)>")
            node.moveChildren(to: block)
            node.replace(with: block)
        }
    }

    /// The id that kramdown's GFM parser gives: lower case, without non-word characters, spaces as hyphens. (kramdown
    /// gives a heading without words an empty id; here it is `section`.)
    private static func headingID(for text: String) -> String {
        var id = ""
        for scalar in text.lowercased().unicodeScalars {
            if scalar == " " || scalar == "\t" {
                id += "-"
            } else if scalar == "-" || MarkdownTree.isWord(scalar) {
                id.unicodeScalars.append(scalar)
            }
        }
        return id.isEmpty ? "section" : id
    }

    /// An id, with a number if it is in use. (kramdown counts too, but not the ids that it made by counting: `Dup`,
    /// `Dup`, `Dup 1` get `dup-1` twice.)
    private mutating func unusedID(_ id: String) -> String {
        var unused = id
        while !ids.insert(unused).inserted {
            idCounts[id, default: 0] += 1
            unused = "\(id)-\(idCounts[id, default: 0])"
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

    /// The text without markup.
    static func plainText(_ node: CMarkNode) -> String {
        node.descendants().map { node in
            switch node.kind {
            case .text, .code: node.literal
            case .lineBreak: " "
            default: ""
            }
        }.joined()
    }
}
