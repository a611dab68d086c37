// A value of a configuration, read as the type that is expected or refused with its place and what was found.

import Render
import Support
import Yams

/// A node of a YAML file that knows where it stands and under which key.
package struct ConfigurationNode {
    /// The parser's node.
    package let node: Node
    /// The file as messages name it.
    package let file: String
    /// The keys that lead here, joined by points; empty at the root.
    package let key: String

    package init(
        node: Node, file: String, key: String
    ) {
        self.node = node
        self.file = file
        self.key = key
    }

    /// Where it stands.
    package var place: Place {
        Place(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// An error of code `data` here: `atlas.yml:3:7: seeds: …`.
    func error(_ message: String) -> AtlasError {
        place.error(key.isEmpty ? message : "\(key): \(message)")
    }

    /// The error of a value of the wrong kind: what was expected, and what stands there.
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

    /// The text of a scalar; nil for lists, mappings and nothing.
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
    /// Longer texts are no titles or descriptions, and every page repeats them.
    private static let longestText = 5_000

    /// A text of at least one character, without control characters other than tabs and line ends.
    package func text() throws -> String {
        guard let scalar, !scalar.isEmpty else { throw mismatch("a text") }
        guard scalar.utf8.count <= Self.longestText else {
            throw error("a text of \(scalar.utf8.count) bytes; at most \(Self.longestText) are read")
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

    /// A number in a range of whole bounds.
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

    /// A name, which `read` takes from the scalar that is expected.
    func name<Value>(_ expected: String, _ read: (String) throws -> Value) throws -> Value {
        guard let scalar else { throw mismatch(expected) }
        return try reading(at: "\(place): \(key)") { try read(scalar) }
    }

    /// `a, b or c`.
    package static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The entries of a list; a value that is no list is its own only entry. At least one.
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
            // The first unknown key in the file's order, not in the dictionary's.
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
        // The parser refuses keys that stand twice by tag and text; here the text alone counts.
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
