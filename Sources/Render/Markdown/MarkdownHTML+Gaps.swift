// Gaps for what the caller says of HTML: addresses, pictures' sizes, code in colours.

extension MarkdownHTML {
    /// Leaves gaps for the addresses that the writer wrote as HTML; those of Markdown have theirs.
    mutating func askAddresses(of node: HTMLNode) {
        guard let name = node.name, !node.isForeign else { return }
        for index in node.attributes.indices where Self.hasMark(node.attributes[index].value) {
            node.attributes[index].value = withoutHTML(node.attributes[index].value)
        }
        for key in ["href", "src", "poster"] {
            guard let address = node[key], !Self.hasMark(address), !address.isEmpty, address.first != "#" else {
                continue
            }
            guard ["a", "img", "source", "video", "audio", "track"].contains(name) else { continue }
            node[key] = ask(address, isImage: name == "img" || key == "poster", line: line(of: node))
        }
        if let srcset = node["srcset"], ["img", "source"].contains(name), !Self.hasMark(srcset) {
            let line = line(of: node)
            node["srcset"] = HTMLAddress.srcset(
                HTMLAddress.candidates(in: srcset).map { (ask($0.address, isImage: true, line: line), $0.descriptor) })
        }
        if name == "img" { sizePicture(node) }
    }

    /// An attribute's value without the gaps that HTML fills, which would end the attribute.
    func withoutHTML(_ value: String) -> String {
        value.replacing(/\u{10F806}(\d+)\u{10F807}/.matchingSemantics(.unicodeScalar)) { match in
            guard let index = Int(match.1), gaps.list.indices.contains(index) else { return "" }
            switch gaps.list[index] {
            case .formula(let formula): return formula.source
            case .figure: return ""
            case .link, .value, .code: return String(match.0)
            }
        }
    }

    func ask(_ address: String, isImage: Bool, line: Int) -> String {
        Self.scalars(MarkdownMark.gap(gaps.ask(.link(.init(text: address, isImage: isImage, line: line)))))
    }

    /// Leaves a gap for a picture's width and height, so that the text does not jump when it appears, and lets all
    /// pictures but the first load when they come into view.
    mutating func sizePicture(_ node: HTMLNode) {
        pictureCount += 1
        guard let source = node["src"], let gap = Self.gap(in: source) else { return }
        let isLazy = pictureCount > 1 && node["loading"] == nil
        pictures[gap] = PictureSize(width: node["width"], height: node["height"], isLazy: isLazy)
        node.attributes.removeAll { ["width", "height"].contains($0.name) }
        let index = node.attributes.firstIndex { $0.name == "src" }.map { $0 + 1 } ?? 0
        node.attributes.insert(.init(name: Self.scalars(MarkdownMark.pictureSize(gap)), value: ""), at: index)
    }

    static func gap(in text: String) -> Int? {
        let scalars = text.unicodeScalars
        guard scalars.first == HTMLMark.scalar(MarkdownMark.gapStart), scalars.last == HTMLMark.end else { return nil }
        return Int(String(scalars.dropFirst().dropLast()))
    }

    static func hasMark(_ text: String) -> Bool { text.unicodeScalars.contains(where: HTMLMark.isMark) }

    /// A mark as the parser's text has it.
    static func scalars(_ mark: String) -> String {
        String(
            String.UnicodeScalarView(
                mark.unicodeScalars.map { $0.value < 0x20 ? HTMLMark.scalar(UInt8($0.value)) : $0 }))
    }

    /// Leaves a gap for code whose language is named.
    func askCode(of node: HTMLNode) {
        guard node.name == "pre", node.children.count == 1, let code = node.children.first, code.name == "code",
            let text = code.children.first?.text, code.children.count == 1, !Self.hasMark(text),
            let name = code.classes.first(where: { $0.hasPrefix("language-") })
        else { return }
        let language = String(name.dropFirst("language-".count))
        let block = CodeBlock(language: language, text: text, line: line(of: node))
        code.children[0].kind = .text(Self.scalars(MarkdownMark.gap(gaps.ask(.code(block)))))
    }
}
