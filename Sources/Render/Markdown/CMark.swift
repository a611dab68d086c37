// The only file that calls libcmark: a parsed document that owns its tree, and the nodes of that tree.

import CCMark
import Foundation

/// A CommonMark document parsed by libcmark. It owns its nodes: they are valid as long as it lives.
final class CMarkDocument {
    let root: CMarkNode
    private let options: Int32

    /// Parses a text.
    ///
    /// - Parameters:
    ///   - smart: Whether straight quotes, `--`, `---` and `...` become typographic ones.
    ///   - unsafe: Whether raw HTML and `javascript:` links are kept.
    init(_ text: String, smart: Bool, unsafe: Bool) throws(RenderError) {
        options = (smart ? CMARK_OPT_SMART : 0) | (unsafe ? CMARK_OPT_UNSAFE : 0)
        var text = text
        let options = options
        let node = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parse_document($0.baseAddress, $0.count, options) }
        }
        guard let node else { throw RenderError("libcmark could not parse a text of \(text.utf8.count) bytes") }
        root = CMarkNode(pointer: node)
    }

    deinit {
        cmark_node_free(root.pointer)
    }

    /// The HTML of the whole tree.
    ///
    /// - Parameter places: Whether blocks have an attribute with their place in the text.
    func html(places: Bool = false) -> String {
        CMarkDocument.html(of: root, options: options | (places ? CMARK_OPT_SOURCEPOS : 0))
    }

    /// The HTML of one node.
    func html(of node: CMarkNode) -> String { CMarkDocument.html(of: node, options: options) }

    /// A text as HTML, escaped as libcmark does.
    static func html(ofText text: String) -> String {
        // Most texts have nothing to escape.
        guard text.utf8.contains(where: { "&<>\"".utf8.contains($0) }) else { return text }
        let node = CMarkNode.text(text)
        defer { node.free() }
        return html(of: node, options: 0)
    }

    /// The destination of a link or an image as HTML, encoded and escaped as libcmark does.
    ///
    /// - Parameter unsafe: Whether a destination that runs scripts is kept; otherwise the result is empty.
    static func html(ofDestination destination: String, unsafe: Bool) -> String {
        let node = CMarkNode.link(to: destination)
        defer { node.free() }
        let html = html(of: node, options: unsafe ? CMARK_OPT_UNSAFE : 0).utf8
        return String(Substring(html.dropFirst("<a href=\"".utf8.count).dropLast("\"></a>".utf8.count)))
    }

    private static func html(of node: CMarkNode, options: Int32) -> String {
        guard let html = cmark_render_html(node.pointer, options) else { return "" }
        defer { free(html) }
        return String(cString: html)
    }

    /// Joins adjacent texts, so that a pattern is found even if libcmark has split it.
    func joinTexts() {
        cmark_consolidate_text_nodes(root.pointer)
    }
}

/// A node of a parsed document.
struct CMarkNode: Hashable {
    fileprivate let pointer: OpaquePointer

    /// The kinds that the passes distinguish.
    enum Kind {
        case blockQuote, codeBlock, htmlBlock, paragraph, heading, text, code, htmlInline, lineBreak, link, image
        /// Made by ``CMarkNode/inline(_:after:)``.
        case ownInline
        case other
    }

    var kind: Kind {
        switch cmark_node_get_type(pointer) {
        case CMARK_NODE_BLOCK_QUOTE: .blockQuote
        case CMARK_NODE_CODE_BLOCK: .codeBlock
        case CMARK_NODE_HTML_BLOCK: .htmlBlock
        case CMARK_NODE_PARAGRAPH: .paragraph
        case CMARK_NODE_HEADING: .heading
        case CMARK_NODE_TEXT: .text
        case CMARK_NODE_CODE: .code
        case CMARK_NODE_HTML_INLINE: .htmlInline
        case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: .lineBreak
        case CMARK_NODE_LINK: .link
        case CMARK_NODE_IMAGE: .image
        case CMARK_NODE_CUSTOM_INLINE: .ownInline
        default: .other
        }
    }

    var parent: CMarkNode? { cmark_node_parent(pointer).map(CMarkNode.init) }
    var previous: CMarkNode? { cmark_node_previous(pointer).map(CMarkNode.init) }
    var next: CMarkNode? { cmark_node_next(pointer).map(CMarkNode.init) }
    var firstChild: CMarkNode? { cmark_node_first_child(pointer).map(CMarkNode.init) }
    var lastChild: CMarkNode? { cmark_node_last_child(pointer).map(CMarkNode.init) }

    var children: [CMarkNode] {
        var children: [CMarkNode] = []
        var child = firstChild
        while let node = child {
            children.append(node)
            child = node.next
        }
        return children
    }

    /// The ancestors, from the parent to the root.
    var ancestors: some Sequence<CMarkNode> {
        sequence(state: self) { node in
            guard let parent = node.parent else { return nil }
            node = parent
            return parent
        }
    }

    /// First and last line in the parsed text, from 1; 0 if libcmark does not say.
    var startLine: Int { Int(cmark_node_get_start_line(pointer)) }
    var endLine: Int { Int(cmark_node_get_end_line(pointer)) }
    /// Column of the first character, in bytes from 1.
    var startColumn: Int { Int(cmark_node_get_start_column(pointer)) }

    /// Level of a heading, from 1 to 6.
    var headingLevel: Int { Int(cmark_node_get_heading_level(pointer)) }

    /// The text of a text, code or HTML node.
    var literal: String {
        get { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_literal(pointer, newValue) }
    }

    /// The info string of a fenced code block.
    var fenceInfo: String {
        get { cmark_node_get_fence_info(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_fence_info(pointer, newValue) }
    }

    /// The destination of a link or image.
    var destination: String {
        get { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_url(pointer, newValue) }
    }

    /// The title of a link or image.
    var title: String {
        get { cmark_node_get_title(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_title(pointer, newValue) }
    }

    /// This node and its descendants, in the order of the text.
    func descendants() -> [CMarkNode] {
        guard let iterator = cmark_iter_new(pointer) else { return [] }
        defer { cmark_iter_free(iterator) }
        var nodes: [CMarkNode] = []
        while true {
            switch cmark_iter_next(iterator) {
            case CMARK_EVENT_ENTER:
                if let node = cmark_iter_get_node(iterator) { nodes.append(CMarkNode(pointer: node)) }
            case CMARK_EVENT_EXIT: continue
            default: return nodes
            }
        }
    }

    // MARK: Changing the tree

    /// A new text.
    static func text(_ text: String) -> CMarkNode {
        let node = CMarkNode(pointer: cmark_node_new(CMARK_NODE_TEXT))
        node.literal = text
        return node
    }

    /// A new paragraph without content.
    static func paragraph() -> CMarkNode {
        CMarkNode(pointer: cmark_node_new(CMARK_NODE_PARAGRAPH))
    }

    /// A new link without content.
    static func link(to destination: String) -> CMarkNode {
        let node = CMarkNode(pointer: cmark_node_new(CMARK_NODE_LINK))
        node.destination = destination
        return node
    }

    /// The passes' own HTML, around children that are blocks or inlines.
    static func block(before: String, after: String = "") -> CMarkNode {
        custom(CMARK_NODE_CUSTOM_BLOCK, before: before, after: after)
    }

    /// The passes' own HTML inside a paragraph.
    static func inline(_ before: String, after: String = "") -> CMarkNode {
        custom(CMARK_NODE_CUSTOM_INLINE, before: before, after: after)
    }

    private static func custom(_ type: cmark_node_type, before: String, after: String) -> CMarkNode {
        let node = CMarkNode(pointer: cmark_node_new(type))
        cmark_node_set_on_enter(node.pointer, before)
        cmark_node_set_on_exit(node.pointer, after)
        return node
    }

    func append(_ node: CMarkNode) {
        cmark_node_append_child(pointer, node.pointer)
    }

    func insertBefore(_ node: CMarkNode) {
        cmark_node_insert_before(pointer, node.pointer)
    }

    func insertAfter(_ node: CMarkNode) {
        cmark_node_insert_after(pointer, node.pointer)
    }

    /// Replaces this node with its children and frees it.
    func unwrap() {
        while let child = firstChild { insertBefore(child) }
        free()
    }

    /// Replaces this node with another one and frees it.
    func replace(with node: CMarkNode) {
        insertBefore(node)
        free()
    }

    /// Moves all children to the end of another node.
    func moveChildren(to node: CMarkNode) {
        while let child = firstChild {
            cmark_node_unlink(child.pointer)
            // A child that the other node cannot hold (never the case in these passes) is freed, not looped over.
            if cmark_node_append_child(node.pointer, child.pointer) == 0 { cmark_node_free(child.pointer) }
        }
    }

    /// Removes the node from the tree; the caller inserts it elsewhere or frees it.
    func unlink() {
        cmark_node_unlink(pointer)
    }

    /// Removes the node and its descendants from the tree and frees them.
    func free() {
        cmark_node_free(pointer)
    }
}
