// GFM's and kramdown's strikethrough, over libcmark's tree: `~~gone~~`.

/// Struck text.
enum Strikethrough {
    /// Puts `<del>` around what stands between two tildes each.
    static func rewrite(_ root: CMarkNode) {
        let texts = root.descendants().filter { $0.kind == .text && $0.literal.contains("~~") }
        for parent in Set(texts.compactMap(\.parent)) { rewriteChildren(of: parent) }
    }

    private static func rewriteChildren(of parent: CMarkNode) {
        var open: [CMarkNode] = []
        for text in parent.children where text.kind == .text && text.literal.contains("~~") {
            let pieces = pieces(of: text.literal)
            for (index, piece) in pieces.enumerated() {
                let node = CMarkNode.text(piece)
                text.insertBefore(node)
                guard piece == "~~" else { continue }
                let before = index > 0 ? pieces[index - 1].last : edge(text: node.previous, isEnd: true)
                let after = index + 1 < pieces.count ? pieces[index + 1].first : edge(text: text.next, isEnd: false)
                if let start = open.last, let before, !before.isWhitespace {
                    open = []
                    wrap(from: start, to: node)
                } else if let after, !after.isWhitespace {
                    open.append(node)
                }
            }
            text.free()
        }
    }

    /// A text split around its runs of two tildes; longer runs are text.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var plain = ""
        var rest = text[...]
        while let character = rest.first {
            let run = rest.prefix { $0 == "~" }
            if run.count == 2 {
                if !plain.isEmpty { pieces.append(plain) }
                pieces.append("~~")
                plain = ""
            } else {
                plain += run.isEmpty ? String(character) : String(run)
            }
            rest = rest.dropFirst(max(1, run.count))
        }
        return plain.isEmpty ? pieces : pieces + [plain]
    }

    /// The character at the end or the start of the node beside a text.
    private static func edge(text node: CMarkNode?, isEnd: Bool) -> Character? {
        guard let node else { return nil }
        switch node.kind {
        case .text: return isEnd ? node.literal.last : node.literal.first
        case .lineBreak: return " "
        default: return "x"
        }
    }

    private static func wrap(from start: CMarkNode, to end: CMarkNode) {
        let struck = CMarkNode.inline("<del>", after: "</del>")
        start.insertBefore(struck)
        while let node = start.next, node != end {
            node.unlink()
            struck.append(node)
        }
        start.free()
        end.free()
    }
}
