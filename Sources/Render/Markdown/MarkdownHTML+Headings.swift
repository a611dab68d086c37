// Headings: their ids, the table of contents, and the excerpt before them.

import Foundation

extension MarkdownHTML {
    static let headingNames: Set = ["h1", "h2", "h3", "h4", "h5", "h6"]

    mutating func identify(_ nodes: [HTMLNode]) {
        var elements: [HTMLNode] = []
        for node in nodes { node.forEach { if $0.name != nil { elements.append($0) } } }
        // The program's own first, then the writer's, because links refer to them.
        var own: Set<ObjectIdentifier> = []
        for element in elements {
            guard let id = element["id"], id.unicodeScalars.first == HTMLMark.ownID else { continue }
            element["id"] = ids.unused(String(String.UnicodeScalarView(id.unicodeScalars.dropFirst())))
            own.insert(ObjectIdentifier(element))
        }
        for element in elements where !own.contains(ObjectIdentifier(element)) {
            for key in ["id", "name"] where key == "id" || element.name == "a" {
                guard let id = element[key] else { continue }
                if id.isEmpty {
                    element[key] = nil
                    continue
                }
                // An id and a name that are the same are one place.
                if key == "name", id == element["id"] { continue }
                let unused = ids.unused(id)
                guard unused != id else { continue }
                element[key] = unused
                let kind = Self.headingNames.contains(element.name ?? "") ? "heading" : "element"
                warn(line(of: element), "the id \(id) is taken; the \(kind) gets \(unused)")
            }
        }
        for element in elements where Self.headingNames.contains(element.name ?? "") && element["id"] == nil {
            element["id"] = Self.scalars(MarkdownMark.headingID(headings.count))
            headings.append(GappedText(HTMLMark.restored(Self.plainText(element))))
        }
    }

    /// The text without markup.
    static func plainText(_ node: HTMLNode) -> String {
        switch node.kind {
        case .text(let text): return text.replacingOccurrences(of: "\n", with: " ")
        case .comment: return ""
        case .element("br"): return " "
        case .element("img"): return node["alt"] ?? ""
        case .element("sup") where node.children.first?["role"] == "doc-noteref": return ""
        case .element: return node.children.map(plainText).joined()
        }
    }

    func excerpts(of nodes: [HTMLNode], end: Int?) -> [GappedText] {
        var excerpts: [GappedText] = []
        for paragraph in nodes where paragraph.name == "p" {
            if let end, line(of: paragraph) > end, !excerpts.isEmpty { break }
            let text = paragraph.children.map(Self.plainText).joined().trimmingCharacters(in: .whitespacesAndNewlines)
            // A tag of Liquid that stands in the text is no sentence.
            if text.hasPrefix("{%") { continue }
            excerpts.append(GappedText(HTMLMark.restored(text)))
            if end == nil, excerpts[excerpts.count - 1].hasText { break }
        }
        return excerpts
    }

    // MARK: Tables of contents

    /// Marks the list that becomes the table of contents. No attribute of HTML has such a name.
    static let contentsMark = String(Character(HTMLMark.attributes))

    mutating func writeContents(in nodes: [HTMLNode]) {
        var places: [HTMLNode] = []
        var headings: [HTMLNode] = []
        for node in nodes {
            node.forEach { node in
                if node[Self.contentsMark] != nil { places.append(node) }
                if Self.headingNames.contains(node.name ?? ""), !node.classes.contains("no_toc") {
                    headings.append(node)
                }
            }
        }
        for place in places {
            place[Self.contentsMark] = nil
            if place["id"] == nil { place["id"] = ids.unused("markdown-toc") }
            place.children = Self.contents(headings[...], list: place.name ?? "ul")
        }
    }

    /// The items for headings; the deeper ones after each are its own list.
    static func contents(_ headings: ArraySlice<HTMLNode>, list: String) -> [HTMLNode] {
        var items: [HTMLNode] = []
        var rest = headings
        while let heading = rest.first {
            let inner = rest.dropFirst().prefix { ($0.name ?? "") > (heading.name ?? "") }
            let text = HTMLNode(.text(plainText(heading).trimmingCharacters(in: .whitespacesAndNewlines)))
            let link = HTMLNode.element("a", [("href", "#\(heading["id"] ?? "")")], [text])
            let below = inner.isEmpty ? [] : [HTMLNode.element(list, [], contents(inner, list: list))]
            items.append(.element("li", [], [link] + below))
            rest = rest.dropFirst(1 + inner.count)
        }
        return items
    }
}
