// Footnotes after libcmark: references, back-references and the list at the end, as kramdown writes them.

/// The footnotes of a text while its tree is rewritten.
///
/// Ids are kramdown's: `fn:name`, `fnref:name`, and `fnref:name:1` for the second reference.
final class FootnoteReferences {
    /// Content by name; the block quotes that ``FootnoteDefinitions`` moved to the front.
    private var contents: [String: CMarkNode] = [:]
    /// Names in the order of their first references: a footnote's number is its position here, from 1.
    private var order: [String] = []
    private var numbers: [String: Int] = [:]
    private var referenceCounts: [String: Int] = [:]
    private var written = 0

    /// Before an id, so that no element of the writer has it.
    private static let own = String(decoding: [MarkdownMark.ownID], as: UTF8.self)

    /// Removes the first block quotes from the tree, as many as there are names.
    func take(_ names: [String], from root: CMarkNode) {
        for (name, node) in zip(names, root.children) where node.kind == .blockQuote {
            node.unlink()
            contents[name] = node
        }
    }

    deinit {
        for content in contents.values { content.free() }
    }

    /// The HTML of a reference, nil if the footnote is not defined.
    func reference(to name: String) -> String? {
        guard contents[name] != nil else { return nil }
        if numbers[name] == nil {
            order.append(name)
            numbers[name] = order.count
        }
        let number = numbers[name, default: 0]
        let repeated = referenceCounts[name, default: 0]
        referenceCounts[name] = repeated + 1
        let id = repeated == 0 ? name : "\(name):\(repeated)"
        return "<sup id=\"\(Self.own)fnref:\(id)\"><a href=\"#fn:\(name)\" class=\"footnote\" rel=\"footnote\" "
            + "role=\"doc-noteref\">\(number)</a></sup>"
    }

    /// The next footnote that is referred to and has not been returned yet.
    func nextToWrite() -> CMarkNode? {
        guard written < order.count else { return nil }
        defer { written += 1 }
        return contents[order[written]]
    }

    /// The footnotes of these names that nothing refers to.
    func unused(_ names: [String]) -> [(name: String, content: CMarkNode)] {
        names.filter { numbers[$0] == nil }.compactMap { name in contents[name].map { (name, $0) } }
    }

    /// Writes the list at the end; footnotes that nothing refers to are dropped.
    func append(to root: CMarkNode) {
        guard !order.isEmpty else { return }
        let list = CMarkNode.block(
            before: "<div class=\"footnotes\" role=\"doc-endnotes\">\n<ol>", after: "</ol>\n</div>")
        for name in order {
            guard let content = contents[name] else { continue }
            let item = CMarkNode.block(before: "<li id=\"\(Self.own)fn:\(name)\">", after: "</li>")
            content.moveChildren(to: item)
            let links = CMarkNode.inline(backReferences(to: name))
            if let last = item.lastChild, last.kind == .paragraph {
                last.append(.text("\u{A0}"))
                last.append(links)
            } else {
                let paragraph = CMarkNode.paragraph()
                paragraph.append(links)
                item.append(paragraph)
            }
            list.append(item)
        }
        // What the writer's HTML left open takes no footnote with it.
        root.append(.block(before: HTMLNode.endOfEverything))
        root.append(list)
    }

    private func backReferences(to name: String) -> String {
        (0..<referenceCounts[name, default: 0]).map { repeated in
            let id = repeated == 0 ? name : "\(name):\(repeated)"
            let count = repeated == 0 ? "" : "<sup>\(repeated + 1)</sup>"
            return "<a href=\"#fnref:\(id)\" class=\"reversefootnote\" role=\"doc-backlink\">&#8617;\(count)</a>"
        }.joined(separator: "\u{A0}")
    }
}
