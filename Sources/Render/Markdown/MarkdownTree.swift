// The passes over libcmark's tree: links, figures, values, raw HTML, headings. Footnotes and tables have files of their
// own.

import Foundation

/// One text on its way from libcmark's tree to HTML.
struct MarkdownTree {
    let document: CMarkDocument
    let source: MarkdownSource
    let rawHTML: Bool
    let handlers: Markdown.Handlers
    var warnings: [Markdown.Warning] = []
    var headings: [Markdown.Heading] = []
    var headingCounts: [String: Int] = [:]
    let footnotes = FootnoteReferences()

    init(document: CMarkDocument, source: MarkdownSource, rawHTML: Bool, handlers: Markdown.Handlers) {
        self.document = document
        self.source = source
        self.rawHTML = rawHTML
        self.handlers = handlers
    }

    /// Runs every pass.
    mutating func output(footnotes definitions: FootnoteDefinitions, tables: TableRows) throws -> Markdown.Output {
        warnings = definitions.warnings.map { Markdown.Warning(line: $0.line, message: $0.message) }
        document.joinTexts()
        footnotes.take(definitions.names, from: document.root)
        try rewrite(document.root, tables: tables, isFootnote: false)
        let excerpt =
            document.root.children.lazy
            .filter { $0.kind == .paragraph }.map(MarkdownTree.plainText).first { !$0.isEmpty } ?? ""
        while let footnote = footnotes.nextToWrite() {
            try rewrite(footnote, tables: tables, isFootnote: true)
        }
        footnotes.append(to: document.root)
        return Markdown.Output(html: document.html(), headings: headings, excerpt: excerpt, warnings: warnings)
    }

    private mutating func rewrite(_ root: CMarkNode, tables: TableRows, isFootnote: Bool) throws {
        try rewriteTexts(in: root)
        try rewriteDestinations(in: root)
        rewriteRawHTML(in: root)
        tables.build(in: root)
        if !isFootnote { identifyHeadings(in: root) }
    }

    /// Line of the file for a node, or for the nearest node above it that knows.
    func line(of node: CMarkNode) -> Int {
        var place: CMarkNode? = node
        while let node = place, node.startLine == 0 { place = node.parent }
        return source.number(of: place?.startLine ?? 1)
    }

    // MARK: Texts

    /// Puts footnotes' references and inline values in their places.
    private mutating func rewriteTexts(in root: CMarkNode) throws {
        for node in root.descendants() {
            switch node.kind {
            case .text: try rewriteText(node)
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

    private mutating func rewriteText(_ node: CMarkNode) throws {
        let literal = node.literal
        let footnoteStart = "[\(MarkdownMark.footnoteStart)"
        let footnoteEnd = "\(MarkdownMark.footnoteEnd)]"
        guard literal.contains("{{") || literal.contains(footnoteStart) else { return }
        let line = line(of: node)
        var rest = literal[...]
        var plain = ""
        while !rest.isEmpty {
            if rest.hasPrefix(footnoteStart), let end = rest.range(of: footnoteEnd, options: .literal) {
                let name = String(
                    MarkdownMark.restored(String(rest[..<end.upperBound])).unicodeScalars.dropFirst(2).dropLast())
                if let html = footnotes.reference(to: name) {
                    if !plain.isEmpty { node.insertBefore(.text(plain)) }
                    plain = ""
                    node.insertBefore(.inline(html))
                } else {
                    plain += "[^\(name)]"
                    warnings.append(.init(line: line, message: "footnote [^\(name)] is not defined"))
                }
                rest = rest[end.upperBound...]
            } else if rest.hasPrefix("{{"), let end = rest.range(of: "}}", options: .literal) {
                let expression = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]
                plain += try handlers.value(
                    MarkdownMark.restored(String(expression)).trimmingCharacters(in: .whitespaces), line)
                rest = rest[end.upperBound...]
            } else {
                let next = rest.dropFirst().firstIndex { $0 == "{" || $0 == "[" } ?? rest.endIndex
                plain += rest[..<next]
                rest = rest[next...]
            }
        }
        if !plain.isEmpty { node.insertBefore(.text(plain)) }
        node.free()
    }

    // MARK: Destinations and figures

    private mutating func rewriteDestinations(in root: CMarkNode) throws {
        for node in root.descendants() where node.kind == .link || node.kind == .image {
            node.destination = MarkdownMark.restored(node.destination)
            node.title = MarkdownMark.restored(node.title)
        }
        // Figures first: what stands alone in a paragraph takes the paragraph's place.
        for paragraph in root.descendants() where paragraph.kind == .paragraph {
            let figures = paragraph.children.filter { $0.kind == .image }
            guard !figures.isEmpty, figures.allSatisfy(MarkdownTree.isFigure),
                paragraph.children.allSatisfy({ node in
                    node.kind == .image || node.kind == .lineBreak
                        || (node.kind == .text && node.literal.allSatisfy(\.isWhitespace))
                })
            else { continue }
            for image in figures { paragraph.insertBefore(.block(before: try figure(image))) }
            paragraph.free()
        }
        for node in root.descendants() where node.kind == .link || node.kind == .image {
            // A figure inside a sentence is a link to what it would show.
            let isImage = node.kind == .image && !MarkdownTree.isFigure(node)
            let destination = try handlers.link(
                Markdown.Destination(text: node.destination, isImage: isImage, line: line(of: node)))
            if node.kind == .image && !isImage {
                let link = CMarkNode.link(to: destination)
                node.moveChildren(to: link)
                node.replace(with: link)
            } else {
                node.destination = destination
            }
        }
    }

    private static func isFigure(_ image: CMarkNode) -> Bool {
        let scheme = image.destination.prefix { $0 != ":" }
        return scheme.count < image.destination.count && Markdown.figureSchemes.contains(scheme.lowercased())
    }

    private func figure(_ image: CMarkNode) throws -> String {
        let line = line(of: image)
        let title = image.title
        let caption = MarkdownTree.plainText(image)
        for node in image.descendants() where node.kind == .link {
            node.destination = try handlers.link(
                Markdown.Destination(text: node.destination, isImage: false, line: line))
        }
        let paragraph = CMarkNode.paragraph()
        defer { paragraph.free() }
        let destination = image.destination
        image.moveChildren(to: paragraph)
        var html = document.html(of: paragraph)
        if html.hasPrefix("<p>") { html.removeFirst(3) }
        if html.hasSuffix("</p>\n") { html.removeLast(5) }
        return try handlers.figure(
            Markdown.Figure(
                destination: destination, caption: caption, captionHTML: html, title: title, line: line))
    }

    // MARK: Raw HTML

    /// Where raw HTML is off: comments go, everything else is shown as the text that it is.
    private mutating func rewriteRawHTML(in root: CMarkNode) {
        guard !rawHTML else { return }
        for node in root.descendants() where node.kind == .htmlBlock || node.kind == .htmlInline {
            let literal = node.literal.trimmingCharacters(in: .whitespacesAndNewlines)
            if literal.hasPrefix("<!--"), literal.hasSuffix("-->") {
                node.free()
                continue
            }
            let line = line(of: node)
            warnings.append(.init(line: line, message: "HTML is shown as text, because raw HTML is off"))
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
        for node in root.descendants() where node.kind == .heading {
            let text = MarkdownTree.plainText(node)
            let id = headingID(for: text)
            headings.append(Markdown.Heading(level: node.headingLevel, text: text, id: id))
            let tag = "h\(node.headingLevel)"
            let block = CMarkNode.block(before: "<\(tag) id=\"\(HTML.escaped(id))\">", after: "</\(tag)>")
            node.moveChildren(to: block)
            node.replace(with: block)
        }
    }

    /// The id that kramdown's GFM parser gives: lower case, without what is no word, spaces as hyphens, counted where it
    /// came before. (kramdown leaves a heading without words an empty id; here it is `section`.)
    private mutating func headingID(for text: String) -> String {
        var id = ""
        for scalar in text.lowercased().unicodeScalars {
            if scalar == " " || scalar == "\t" {
                id += "-"
            } else if scalar == "-" || MarkdownTree.isWord(scalar) {
                id.unicodeScalars.append(scalar)
            }
        }
        if id.isEmpty { id = "section" }
        let count = headingCounts[id, default: 0]
        headingCounts[id] = count + 1
        return count == 0 ? id : "\(id)-\(count)"
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

    /// What a reader who sees no markup reads.
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
