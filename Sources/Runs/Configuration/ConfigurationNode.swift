// A value of a configuration: read as the expected type, or refused with its place and what was found.

import Support
import Yams

/// A node of a YAML file, with its place and its key.
package struct ConfigurationNode {
    /// The parser's node.
    package let node: Node
    /// The file's name in messages.
    package let file: String
    /// The keys that lead here, joined by dots; empty at the root.
    package let key: String

    package init(node: Node, file: String, key: String) {
        self.node = node
        self.file = file
        self.key = key
    }

    /// The file, line and column.
    package var place: Place {
        Place(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// An error of code `data` at this place: `atlas.yml:3:7: seeds: …`.
    func error(_ message: String) -> AtlasError {
        place.error(key.isEmpty ? message : "\(key): \(message)")
    }

    /// The error for a value of the wrong kind: what was expected and what was found.
    package func mismatch(_ expected: String) -> AtlasError {
        error("expected \(expected), found \(found)")
    }

    private var found: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar(let scalar): isNull ? "nothing" : "\"\(NameError.shortened(scalar.string))\""
        }
    }

    private var isNull: Bool { node.null != nil }

    /// The text of a scalar; nil for lists, mappings and null.
    package var scalar: String? {
        guard case .scalar(let scalar) = node, !isNull else { return nil }
        return scalar.string
    }

    /// Whether it is a list.
    package var isList: Bool { node.sequence != nil }
    /// Whether it is a mapping.
    package var isMapping: Bool { node.mapping != nil }
}

// MARK: - Reading as a type

extension ConfigurationNode {
    /// In bytes. Longer texts are not titles or descriptions, and every page would repeat them.
    private static let longestText = 5_000

    /// A text of at least one character, without control characters other than tabs and line ends.
    package func text() throws -> String {
        guard let scalar, !scalar.isEmpty else { throw mismatch("a text") }
        guard scalar.utf8.count <= Self.longestText else {
            throw error("the text has \(scalar.utf8.count) bytes; at most \(Self.longestText) are allowed")
        }
        let control = scalar.unicodeScalars.first {
            $0.properties.generalCategory == .control && !"\t\n\r".unicodeScalars.contains($0)
        }
        if let control {
            throw error(
                "the control character U+\(String(control.value, radix: 16, uppercase: true)) cannot be shown; remove it"
            )
        }
        return scalar
    }

    /// A text with its place.
    func locatedText() throws -> Located<String> { Located(value: try text(), place: place) }

    /// A whole number in a range.
    func integer(in range: ClosedRange<Int>) throws -> Int {
        try name(Int.expected(in: range)) { try Int(named: $0, in: range) }
    }

    /// A number in a range with whole bounds.
    func number(in range: ClosedRange<Int>) throws -> Double {
        guard let value = scalar.flatMap({ Double($0) }),
            (Double(range.lowerBound)...Double(range.upperBound)).contains(value)
        else { throw mismatch("a number from \(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    /// `true` or `false`.
    func flag() throws -> Bool {
        switch scalar {
        case "true": return true
        case "false": return false
        default: throw mismatch("true or false")
        }
    }

    /// A value that `read` makes from the node's scalar.
    func name<Value>(_ expected: String, _ read: (String) throws -> Value) throws -> Value {
        guard let scalar else { throw mismatch(expected) }
        return try reading(at: "\(place): \(key)") { try read(scalar) }
    }

    /// `a, b or c`.
    package static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The entries of a list; a value that is not a list counts as a list of one. An empty list is an error.
    func entries(_ expected: String) throws -> [ConfigurationNode] {
        if isNull { throw mismatch(expected) }
        guard let sequence = node.sequence else { return [self] }
        guard !sequence.isEmpty else { throw error("expected \(expected), found an empty list") }
        return sequence.map { ConfigurationNode(node: $0, file: file, key: key) }
    }

    /// The values of a mapping by their keys, each of which must be known.
    package func fields(known: [String]) throws -> [String: ConfigurationNode] {
        let fields = try fields()
        for name in fields.keys where !known.contains(name) {
            // A dictionary has no order: report the first unknown key in the file.
            let unknown = try keys().first { !known.contains($0.value) }
            guard let unknown else { continue }
            throw unknown.place.error(
                "unknown key \"\(NameError.shortened(unknown.value))\"\(key.isEmpty ? "" : " in \(key)")"
                    + Suggestion.question(for: unknown.value, among: known)
                    + " (known: \(known.joined(separator: ", ")))")
        }
        return fields
    }

    /// The values of a mapping by their keys.
    package func fields() throws -> [String: ConfigurationNode] {
        guard let mapping = node.mapping else { throw mismatch("a mapping (key: value)") }
        let names = try keys().map(\.value)
        let values = mapping.values.enumerated().map { index, value in
            ConfigurationNode(node: value, file: file, key: key.isEmpty ? names[index] : "\(key).\(names[index])")
        }
        // The parser refuses keys that repeat both tag and text; keys of equal text and different tags arrive here.
        return Dictionary(zip(names, values)) { first, _ in first }
    }

    private func keys() throws -> [Located<String>] {
        try (node.mapping.map { Array($0.keys) } ?? []).map { node in
            let keyNode = ConfigurationNode(node: node, file: file, key: key)
            guard case .scalar(let scalar) = node else { throw keyNode.mismatch("a key") }
            return Located(value: scalar.string, place: keyNode.place)
        }
    }
}
