// The only file that calls gumbo, an HTML5 parser: a fragment of HTML as a tree of Swift's.

import CGumbo

/// HTML parsed as browsers parse it.
enum Gumbo {
    /// The most elements inside each other; deeper ones are replaced by what they contain. Chromium's limit is 512.
    static let deepest = 200

    /// The nodes of a fragment, as they would stand in a `div`.
    ///
    /// - Parameter html: UTF-8.
    static func nodes(of html: [UInt8]) -> [HTMLNode] {
        var options = kGumboDefaultOptions
        options.fragment_context = GUMBO_TAG_DIV
        options.max_errors = 0
        return html.withUnsafeBytes { bytes in
            let start = bytes.bindMemory(to: CChar.self)
            guard let base = start.baseAddress,
                let output = gumbo_parse_with_options(&options, base, start.count)
            else { return [] }
            defer { gumbo_destroy_output(&options, output) }
            let root = HTMLNode(.element("div"))
            // Not recursive, because the parser does not bound the depth.
            var waiting: [(node: UnsafePointer<GumboNode>, parent: HTMLNode, depth: Int)] = []
            func wait(for children: GumboVector, below parent: HTMLNode, depth: Int) {
                for index in (0..<Int(children.length)).reversed() {
                    guard let child = children.data[index] else { continue }
                    waiting.append((UnsafePointer(child.assumingMemoryBound(to: GumboNode.self)), parent, depth))
                }
            }
            wait(for: output.pointee.root.pointee.v.element.children, below: root, depth: 0)
            while let (node, parent, depth) = waiting.popLast() {
                switch node.pointee.type {
                case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
                    let element = node.pointee.v.element
                    guard depth < deepest else {
                        wait(for: element.children, below: parent, depth: depth)
                        continue
                    }
                    let copy = HTMLNode(.element(name(of: element)), offset: Int(element.start_pos.offset))
                    copy.isForeign = element.tag_namespace != GUMBO_NAMESPACE_HTML
                    copy.attributes = attributes(of: element)
                    parent.children.append(copy)
                    wait(for: element.children, below: copy, depth: depth + 1)
                case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
                    let text = String(cString: node.pointee.v.text.text)
                    // The nodes that held too deep elements leave texts beside each other.
                    if case .text(let before)? = parent.children.last?.kind {
                        parent.children[parent.children.count - 1].kind = .text(before + text)
                    } else {
                        parent.children.append(
                            HTMLNode(.text(text), offset: Int(node.pointee.v.text.start_pos.offset)))
                    }
                case GUMBO_NODE_COMMENT:
                    let text = String(cString: node.pointee.v.text.text)
                    parent.children.append(HTMLNode(.comment(text), offset: Int(node.pointee.v.text.start_pos.offset)))
                default: continue
                }
            }
            return root.children
        }
    }

    private static func name(of element: GumboElement) -> String {
        if element.tag != GUMBO_TAG_UNKNOWN, element.tag_namespace == GUMBO_NAMESPACE_HTML {
            return String(cString: gumbo_normalized_tagname(element.tag))
        }
        var written = element.original_tag
        if element.tag_namespace == GUMBO_NAMESPACE_SVG, let name = gumbo_normalize_svg_tagname(&written) {
            return String(cString: name)
        }
        gumbo_tag_from_original_text(&written)
        return String(decoding: UnsafeRawBufferPointer(start: written.data, count: Int(written.length)), as: UTF8.self)
            .lowercased()
    }

    private static func attributes(of element: GumboElement) -> [HTMLNode.Attribute] {
        (0..<Int(element.attributes.length)).compactMap { index in
            guard let attribute = element.attributes.data[index]?.assumingMemoryBound(to: GumboAttribute.self).pointee
            else { return nil }
            let prefix =
                switch attribute.attr_namespace {
                case GUMBO_ATTR_NAMESPACE_XLINK: "xlink:"
                case GUMBO_ATTR_NAMESPACE_XML: "xml:"
                default: ""
                }
            return HTMLNode.Attribute(
                name: prefix + String(cString: attribute.name), value: String(cString: attribute.value))
        }
    }
}
