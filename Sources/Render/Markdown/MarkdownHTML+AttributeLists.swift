// Gives the attributes of kramdown's lists to the elements beside them.

extension MarkdownHTML {
    mutating func attributed(_ nodes: [HTMLNode], parent: HTMLNode?) -> [HTMLNode] {
        var result: [HTMLNode] = []
        var waiting: [AttributeList] = []
        // Whether only a list of attributes stands between this node and the one before it.
        var joins = false
        for node in nodes {
            if let number = MarkedHTML.attributes(node), lists.lists.indices.contains(number) {
                let list = lists.lists[number]
                switch list.place {
                case .parent:
                    if let parent { add(list, to: parent) }
                    // The list had blanks before it.
                    if let text = result.last?.text {
                        result.last?.kind = .text(String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
                    }
                case .next: waiting.append(list)
                case .before, .previous:
                    let last = list.place == .before ? result.last : result.last { !$0.isBlank }
                    // The text of an item stands in no element of its own.
                    if let target = last?.name == nil && parent?.name == "li" ? parent : last, target.name != nil {
                        add(list, to: target)
                    } else {
                        warn(list.line, "\(list.written) is left out; there is no element before it")
                    }
                    joins = true
                }
                continue
            }
            if node.name != nil {
                node.children = attributed(node.children, parent: node)
                for list in waiting { add(list, to: node) }
                waiting = []
                if joins, let last = result.last(where: { !$0.isBlank }), last.name == node.name,
                    ["ul", "ol"].contains(node.name)
                {
                    last.children += node.children
                    continue
                }
            }
            // The list had a line of its own.
            if node.isBlank, joins, result.last?.isBlank == true { continue }
            if !node.isBlank { joins = false }
            result.append(node)
        }
        for list in waiting { warn(list.line, "\(list.written) is left out; there is no element after it") }
        return result
    }

    mutating func add(_ list: AttributeList, to node: HTMLNode) {
        let content = node.children.filter { !$0.isBlank }
        // A size belongs to the picture, not to the paragraph that libcmark puts around it.
        let picture = node.name == "p" && content.count == 1 ? Self.picture(in: content[0]) : nil
        for (name, value) in list.attributes {
            if name == "class", node.name == "pre", value.hasPrefix("language-"), let code = content.first {
                code["class"] = value
            } else if name == "class" {
                node["class"] = node["class"].map { $0 + " " + value } ?? value
            } else if let picture, ["width", "height", "alt", "loading", "sizes", "srcset"].contains(name) {
                picture[name] = value
            } else if let picture, let link = content.first, link !== picture, ["target", "rel"].contains(name) {
                link[name] = value
            } else if !rawHTML, name.hasPrefix("on") || ["href", "src"].contains(name) {
                warn(list.line, "\(name) in \(list.written) is left out; an attribute list cannot give it")
            } else {
                node[name] = value
            }
        }
        for word in list.words where word != "toc" {
            warn(list.line, "\(word) in \(list.written) means nothing, and is left out")
        }
        if list.isContents {
            if ["ul", "ol"].contains(node.name) {
                node[Self.contentsMark] = ""
            } else {
                warn(list.line, "\(list.written) follows no list, so it makes no table of contents")
            }
        }
    }

    static func picture(in node: HTMLNode) -> HTMLNode? {
        if node.name == "img" { return node }
        let content = node.children.filter { !$0.isBlank }
        return node.name == "a" && content.count == 1 && content[0].name == "img" ? content[0] : nil
    }
}
