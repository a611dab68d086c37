// A parsed piece of XML, for tests that assert a tree.

import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An element with what is in it.
package final class XMLNode {
    package let name: String
    package let attributes: [String: String]
    package private(set) var children: [XMLNode] = []
    /// The text of the element and everything in it.
    package private(set) var text = ""

    init(name: String, attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// The element and everything in it, in the order of the text.
    package var all: [XMLNode] { [self] + children.flatMap(\.all) }

    /// The root of a text that is well-formed XML.
    package static func parsed(_ text: String) throws -> XMLNode {
        let builder = Builder()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = builder
        guard parser.parse(), let root = builder.root else {
            throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
        }
        return root
    }

    private final class Builder: NSObject, XMLParserDelegate {
        var root: XMLNode?
        var open: [XMLNode] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            let node = XMLNode(name: name, attributes: attributes)
            open.last?.children.append(node)
            if root == nil { root = node }
            open.append(node)
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) { for node in open { node.text += text } }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) { open.removeLast() }
    }
}
