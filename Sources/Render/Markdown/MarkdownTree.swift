// The passes over libcmark's tree, which leave gaps for links, figures and values: texts, raw HTML, headings. Footnotes
// and tables have their own files.

import Foundation

/// Turns libcmark's tree of one text into a document.
struct MarkdownTree {
    private let document: CMarkDocument
    private let source: MarkdownSource
    /// The formulas that were taken out of the text.
    let formulas: [Formula]
    private let rawHTML: Bool
    /// Line of the file on which the excerpt ends; nil if it is the first paragraph.
    private let excerptEnd: Int?
    private var warnings: [Markdown.Warning]
    private let gaps = MarkdownGaps()
    private var html: MarkdownHTML
    private var captions: [Int: GappedText] = [:]
    private var written: [Int: String] = [:]
    /// The gaps of links and images that are still in the tree.
    private var destinations: [CMarkNode: Int] = [:]
    private let footnotes = FootnoteReferences()

    init(
        document: CMarkDocument, source: MarkdownSource, formulas: [Formula] = [], rawHTML: Bool, lists: AttributeLists,
        abbreviations: Abbreviations, warnings: [Markdown.Warning], excerptEnd: Int? = nil
    ) {
        self.excerptEnd = excerptEnd
        self.document = document
        self.source = source
        self.formulas = formulas
        self.rawHTML = rawHTML
        self.warnings = warnings
        html = MarkdownHTML(
            rawHTML: rawHTML, gaps: gaps, lists: lists, abbreviations: abbreviations, fileLine: source.number)
    }

    /// Runs every pass.
    mutating func parsed(footnotes names: [String], tables: TableRows) -> MarkdownDocument {
        document.joinTexts()
        removeForeignMarks()
        Strikethrough.rewrite(document.root)
        footnotes.take(names, from: document.root)
        rewrite(document.root, tables: tables, isFootnote: false)
        while let footnote = footnotes.nextToWrite() {
            rewrite(footnote, tables: tables, isFootnote: true)
        }
        for (name, content) in footnotes.unused(names) {
            warn(content, "footnote [^\(name)] is defined, but nothing refers to it; it is not shown")
        }
        footnotes.append(to: document.root)
        leaveDestinations(in: document.root)
        let text = html.passed(document.html(places: true), excerptEnd: excerptEnd)
        return MarkdownDocument(
            gaps: gaps.list, warnings: warnings + html.warnings, html: text,
            excerpts: html.excerpts, isExcerptWhole: excerptEnd != nil,
            headings: html.headings, ids: html.ids, captions: captions, written: written, pictures: html.pictures,
            rawHTML: rawHTML)
    }

    private mutating func rewrite(_ root: CMarkNode, tables: TableRows, isFootnote: Bool) {
        tables.build(in: root)
        rewriteFormulas(in: root)
        takeAttributeLists(in: root)
        let figures = root.descendants().filter { $0.kind == .paragraph }.flatMap(MarkdownTree.figures)
        rewriteTexts(in: root, figures: Set(figures))
        markLines(in: root)
        nameLanguages(in: root)
        rewriteDestinations(in: root, figures: figures)
    }

    /// Adds a gap, and returns its index.
    private mutating func ask(_ gap: MarkdownGap) -> Int {
        gaps.ask(gap)
    }

    /// Removes what only looks like a gap: libcmark turns `&#6;` into one of the marks.
    private mutating func removeForeignMarks() {
        for node in document.root.descendants() {
            switch node.kind {
            case .text: if let text = withoutControls(node.literal, of: node) { node.literal = text }
            case .codeBlock: if let info = withoutControls(node.fenceInfo, of: node) { node.fenceInfo = info }
            case .link, .image: if let title = withoutControls(node.title, of: node) { node.title = title }
            case .htmlBlock, .htmlInline:
                // The parser of HTML would turn these into marks, and libcmark did not.
                guard node.literal.contains("&#") else { continue }
                let mark = /&#(?:[xX]0*10[fF]8[0-9a-fA-F]{2}|0*111[23]\d{3})(?!\d);?/
                if node.literal.contains(mark) { node.literal = node.literal.replacing(mark, with: "") }
            default: break
            }
        }
    }

    /// Removes the marks that ``CJKEmphasis`` left for libcmark.
    func removeJoiners() {
        for node in document.root.descendants() {
            switch node.kind {
            case .text, .code, .codeBlock, .htmlBlock, .htmlInline:
                node.literal = MarkdownMark.withoutJoiners(node.literal)
            case .link, .image:
                node.destination = MarkdownMark.withoutJoiners(node.destination)
                node.title = MarkdownMark.withoutJoiners(node.title)
            default: break
            }
        }
    }

    /// A text without control characters, except the marks that the passes before libcmark left; nil if it has none.
    private mutating func withoutControls(_ text: String, of node: CMarkNode) -> String? {
        func isForeign(_ scalar: Unicode.Scalar) -> Bool {
            MarkdownMark.isMark(scalar) && !(0x01...0x05).contains(scalar.value)
                && ![MarkdownMark.formulaStart, MarkdownMark.formulaEnd, MarkdownMark.rawBrace].contains(scalar)
        }
        guard text.unicodeScalars.contains(where: isForeign) else { return nil }
        // This one is not the writer's.
        let isWritten = text.unicodeScalars.contains { isForeign($0) && $0 != MarkdownMark.verbatim }
        if isWritten { warn(node, "a control character, which no page may have, is left out") }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isForeign($0) }))
    }

    /// Turns the attribute lists that follow a link, an image, emphasis, code or HTML into their marks.
    private mutating func takeAttributeLists(in root: CMarkNode) {
        for node in root.descendants() where node.kind == .text && node.literal.contains("{:") {
            let literal = node.literal
            var rest = literal[...]
            if let previous = node.previous, previous.kind != .lineBreak, previous.kind != .text {
                while let match = rest.prefixMatch(of: /[ ]?(\{:[^}:][^}]*\})/) {
                    let list = html.lists.add(AttributeLists.straight(match.1), line: line(of: node), place: .before)
                    node.insertBefore(.inline(AttributeLists.mark(list)))
                    rest = rest[match.range.upperBound...]
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
    private func line(of node: CMarkNode) -> Int {
        var place: CMarkNode? = node
        while let node = place, node.startLine == 0 { place = node.parent }
        return source.number(of: place?.startLine ?? 1)
    }

    // MARK: Formulas

    /// Turns the marks of formulas into gaps. Code, destinations and an image's text keep what was written.
    private mutating func rewriteFormulas(in root: CMarkNode) {
        guard !formulas.isEmpty else { return }
        for node in root.descendants() {
            switch node.kind {
            case .text, .htmlBlock, .htmlInline:
                guard MarkdownTree.hasFormula(node.literal) else { continue }
                let isInImage = node.ancestors.contains { $0.kind == .image && !Markdown.isFigure($0.destination) }
                node.literal = isInImage ? withSources(node.literal) : withGaps(node.literal)
            case .code, .codeBlock:
                if MarkdownTree.hasFormula(node.literal) { node.literal = withSources(node.literal) }
                if MarkdownTree.hasFormula(node.fenceInfo) { node.fenceInfo = withSources(node.fenceInfo) }
            case .link, .image:
                if MarkdownTree.hasFormula(node.destination) { node.destination = withSources(node.destination) }
                if MarkdownTree.hasFormula(node.title) { node.title = withSources(node.title) }
            default: break
            }
        }
    }

    /// A text with a gap for each formula.
    private mutating func withGaps(_ text: String) -> String {
        var result = ""
        for piece in MarkdownTree.pieces(of: text) {
            switch piece {
            case .text(let text): result += text
            case .formula(let index):
                guard formulas.indices.contains(index) else { continue }
                let gap = ask(.formula(formulas[index]))
                written[gap] = formulas[index].source
                result += MarkdownMark.gap(gap)
            }
        }
        return result
    }

    // MARK: Texts

    /// Inserts footnote references, and gaps for inline values.
    private mutating func rewriteTexts(in root: CMarkNode, figures: Set<CMarkNode>) {
        for node in root.descendants() {
            switch node.kind {
            case .text: rewriteText(node, figures: figures)
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
    private mutating func rewriteText(_ node: CMarkNode, figures: Set<CMarkNode>) {
        let literal = node.literal
        let footnoteStart = "[\(MarkdownMark.footnoteStart)".utf8
        let footnoteEnd = "\(MarkdownMark.footnoteEnd)]".utf8
        guard ["{{", "{%"].contains(where: { literal.utf8.contains($0.utf8) }) || literal.utf8.contains(footnoteStart)
        else {
            let restored = MarkdownMark.withoutRawBraces(literal)
            if restored != literal { node.literal = restored }
            return
        }
        let line = line(of: node)
        for tag in literal.utf8.contains("{%".utf8) ? literal.matches(of: /\{%.*?%\}/) : [] {
            warnings.append(
                .init(
                    line: line, message: "the Liquid tag \(tag.0) is not known and is shown as text; remove it",
                    kind: "Liquid"))
        }
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
                        if !plain.isEmpty { node.insertBefore(.text(MarkdownMark.withoutRawBraces(plain))) }
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
                let gap = ask(.value(expression: expression.trimmingCharacters(in: .whitespaces), line: line))
                written[gap] = "{{\(expression)}}"
                plain += MarkdownMark.gap(gap)
                rest = rest[end.upperBound...]
            } else {
                let next = rest.dropFirst().firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
                plain += Substring(rest[..<(next ?? rest.endIndex)])
                rest = rest[(next ?? rest.endIndex)...]
            }
        }
        if !plain.isEmpty { node.insertBefore(.text(MarkdownMark.withoutRawBraces(plain))) }
        node.free()
    }

    /// The outermost link or image around a node, after which a footnote's reference goes: a link cannot contain
    /// another link, nor an image's text HTML. A figure's caption may contain both.
    private static func closedParent(of node: CMarkNode, figures: Set<CMarkNode>) -> CMarkNode? {
        node.ancestors.reversed().first { $0.kind == .link || ($0.kind == .image && !figures.contains($0)) }
    }

    // MARK: Destinations and figures

    private mutating func rewriteDestinations(in root: CMarkNode, figures: [CMarkNode]) {
        let isFigure = Set(figures)
        for node in root.descendants() where node.kind == .link || node.kind == .image {
            node.destination = MarkdownMark.restored(node.destination)
            node.title = MarkdownMark.restored(node.title)
            if !isFigure.contains(node) { askDestination(of: node) }
        }
        for image in figures { image.parent?.insertBefore(.block(before: MarkdownMark.gap(figure(image)))) }
        for paragraph in Set(figures.compactMap(\.parent)) { paragraph.free() }
    }

    /// Adds a gap for the destination of a link or an image. A figure that is not alone in its paragraph becomes a link
    /// to what it would show.
    private mutating func askDestination(of node: CMarkNode) {
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
        let gap = ask(.link(Markdown.Destination(text: node.destination, isImage: !isLink, line: line(of: node))))
        if isLink, node.kind == .image {
            let link = CMarkNode.link(to: "")
            node.moveChildren(to: link)
            node.replace(with: link)
            destinations[link] = gap
        } else {
            destinations[node] = gap
        }
    }

    /// Turns links and images into HTML with gaps, because libcmark would escape a gap's mark. Those inside an image
    /// are part of its text, and have no destination.
    private mutating func leaveDestinations(in root: CMarkNode) {
        let nodes = root.descendants().filter { node in
            (node.kind == .link || node.kind == .image) && !node.ancestors.contains { $0.kind == .image }
        }
        for node in nodes {
            guard let gap = destinations.removeValue(forKey: node) else { continue }
            node.destination = ""
            if node.kind == .image {
                let rest = document.html(of: node).utf8.dropFirst("<img src=\"".utf8.count)
                node.replace(with: .inline("<img src=\"\(MarkdownMark.gap(gap))\(Substring(rest))"))
            } else {
                let children = CMarkNode.paragraph()
                defer { children.free() }
                node.moveChildren(to: children)
                let rest = document.html(of: node).utf8.dropFirst("<a href=\"".utf8.count).dropLast("</a>".utf8.count)
                let link = CMarkNode.inline("<a href=\"\(MarkdownMark.gap(gap))\(Substring(rest))", after: "</a>")
                children.moveChildren(to: link)
                node.replace(with: link)
            }
        }
    }

    /// The text of a link to a figure that has no text: `heads.head/0` for `neuron:heads.head/0?seeds=1`.
    private static func name(of destination: String) -> String {
        let name = destination.drop { $0 != ":" }.dropFirst().prefix { $0 != "?" }
        return name.isEmpty ? destination : String(name)
    }

    /// Adds a gap for a figure, and returns its index.
    private mutating func figure(_ image: CMarkNode) -> Int {
        let line = line(of: image)
        if !image.title.isEmpty { warn(image, "the title of a figure is not shown; write it in the caption") }
        let paragraph = CMarkNode.paragraph()
        defer { paragraph.free() }
        image.moveChildren(to: paragraph)
        leaveDestinations(in: paragraph)
        var text = document.html(of: paragraph)
        if text.hasPrefix("<p>") { text.removeFirst(3) }
        if text.hasSuffix("</p>\n") { text.removeLast(5) }
        // What the caption asks for comes before the figure.
        let caption = html.passed(text, isCaption: true)
        let gap = ask(.figure(destination: image.destination, line: line))
        captions[gap] = caption
        return gap
    }

    private mutating func warn(_ node: CMarkNode, _ message: String) {
        warnings.append(.init(line: line(of: node), message: message))
    }

    // MARK: HTML and code

    /// Marks HTML with its line in the file, for warnings, and closes what would take the text after it along.
    private mutating func markLines(in root: CMarkNode) {
        for node in root.descendants() where node.kind == .htmlBlock || node.kind == .htmlInline {
            let line = line(of: node)
            if !rawHTML {
                if node.kind == .htmlBlock {
                    node.literal = HTMLNode.closed(node.literal)
                } else if HTMLNode.closed(node.literal) != node.literal {
                    let rest = sequence(first: node) { $0.next }.filter { $0.kind == .htmlInline }.map(\.literal)
                    guard HTMLNode.closed(rest.joined()) == rest.joined() else {
                        warn(node, "\(node.literal) is left out, because it does not end in its paragraph")
                        node.free()
                        continue
                    }
                }
            }
            node.literal = MarkdownMark.line(line) + node.literal
        }
    }

    /// Reduces what stands behind a fence to the name of a language.
    private func nameLanguages(in root: CMarkNode) {
        for node in root.descendants() where node.kind == .codeBlock && !node.fenceInfo.isEmpty {
            node.fenceInfo = CodeLanguage.name(in: node.fenceInfo)
        }
    }
}
