// Reads a YAML file into nodes; the only file that handles the parser's errors.

import Foundation
import Support
import Yams

/// A YAML file that the user wrote.
package enum YAMLDocument {
    /// No configuration is longer; a longer file is the wrong file.
    private static let byteLimit = 1 << 20
    /// Aliases multiply what they repeat. With this few, a file's content still fits in memory.
    private static let aliasLimit = 16

    /// The bytes of a file, up to one more than the limit, so that a longer file is noticed.
    ///
    /// - Parameters:
    ///   - file: the path to read.
    ///   - name: the file's name in messages.
    ///   - advice: a sentence that says what to do if the file does not exist.
    static func bytes(of file: String, named name: String, advice: String) throws -> [UInt8] {
        guard let bytes = try FileSystem.read(file, count: byteLimit + 1) else {
            throw AtlasError(.data, "\(name): there is no such file. \(advice)")
        }
        return bytes
    }

    /// The root node of the only document in `bytes`.
    package static func root(of bytes: [UInt8], named name: String) throws -> ConfigurationNode {
        guard bytes.count <= byteLimit else {
            throw AtlasError(.data, "\(name): longer than \(byteLimit) bytes; a configuration is a short text")
        }
        // The byte order mark that some editors write.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw invalidUTF8(in: bytes, named: name)
        }
        try checkAliases(in: bytes, named: name)
        do {
            guard let node = try Yams.compose(yaml: text, .default, .default, .utf8) else {
                throw AtlasError(.data, "\(name): empty; it needs at least \"layers:\" with one address")
            }
            return ConfigurationNode(node: node, file: name, key: "")
        } catch let error as YamlError {
            throw message(for: error, named: name)
        }
    }

    /// The error for a file that is not UTF-8, with the first line that is not.
    package static func invalidUTF8(in bytes: [UInt8], named name: String) -> AtlasError {
        var line = 1
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")),
            String(validating: bytes[start..<end], as: UTF8.self) != nil
        {
            line += 1
            start = end + 1
        }
        return AtlasError(.data, "\(name):\(line): not UTF-8 text; save the file as UTF-8")
    }

    private static func checkAliases(in bytes: [UInt8], named name: String) throws {
        // Checked before parsing, because the parser expands aliases when it compares a mapping's keys. `*word*` in a
        // text is not an alias, so only names that have an anchor count; the parser refuses an alias without one.
        let anchors = Set(names(behind: UInt8(ascii: "&"), in: bytes))
        let count = names(behind: UInt8(ascii: "*"), in: bytes).count(where: anchors.contains)
        guard count <= aliasLimit else {
            throw AtlasError(
                .data, "\(name): \(count) aliases (*name); at most \(aliasLimit) are allowed. Write the values out.")
        }
    }

    /// The names that follow `sign`: anchors or aliases, and text that looks like them.
    private static func names(behind sign: UInt8, in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: sign, omittingEmptySubsequences: false).dropFirst().map { rest in
            rest.prefix {
                $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || Character(UnicodeScalar($0)).isASCIIAlphanumeric
            }
        }.filter { !$0.isEmpty }
    }

    private static func message(for error: YamlError, named name: String) -> AtlasError {
        switch error {
        case .scanner(let context, let problem, let mark, let yaml),
            .parser(let context, let problem, let mark, let yaml),
            .composer(let context, let problem, let mark, let yaml):
            let place = Place(file: name, line: mark.line, column: mark.column)
            let start = (context?.text).map { $0.trimmingCharacters(in: .whitespaces) + ", " } ?? ""
            if let advice = quotes(for: mark.line, of: yaml) { return place.error(advice) }
            return place.error("not YAML: \(start)\(problem)\(hint(for: mark.line, of: yaml))")
        case .reader(let problem, let offset, _, let yaml):
            let before = yaml.utf8.prefix(offset ?? 0)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            return AtlasError(.data, "\(name):\(line): not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let place = Place(file: name, line: context.mark.line, column: context.mark.column)
            return place.error(
                "the key \(keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")) is repeated below; keep one"
            )
        default:
            return AtlasError(.data, "\(name): not YAML: \(error)")
        }
    }

    /// Signs that mean something to YAML at the start of a value.
    private static let signs = "@`%&*!|>[{#"

    /// The message for the most common slip, a text that needs quotes: `title: Neurons: a tour`, `title: @home`,
    /// `title: [draft] x`. It shows the line as it should be. Nil for other lines.
    private static func quotes(for line: Int, of yaml: String) -> String? {
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        // The parser often notices on the next line.
        for number in [line, line - 1] where lines.indices.contains(number - 1) {
            let text = lines[number - 1]
            guard let match = text.wholeMatch(of: /(\s*[A-Za-z_][\w-]*:\s+)([^"'\s].*?)\s*/) else { continue }
            let value = String(match.2)
            // A list that is closed, or that nothing closes, is meant as one.
            let isList = [("[", "]"), ("{", "}")].contains { open, close in
                value.hasPrefix(open) && (value.hasSuffix(close) || !value.contains(close))
            }
            guard !isList, value.contains(": ") || value.hasSuffix(":") || value.first.map(signs.contains) == true
            else {
                continue
            }
            let quoted =
                value.contains("\"")
                ? "'\(value.replacing("'", with: "''"))'" : "\"\(value.replacing("\\", with: "\\\\"))\""
            let sign = value.contains(": ") || value.hasSuffix(":") ? "a colon" : "the sign \(value.prefix(1))"
            return
                "a text with \(sign) in it needs quotes; write: \(match.1.trimmingCharacters(in: .whitespaces)) \(quoted)"
        }
        return nil
    }

    /// What to do about the two most likely mistakes: a tab, and a minus sign without quotes.
    private static func hint(for line: Int, of yaml: String) -> String {
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return "" }
        let text = lines[line - 1]
        if text.contains("\t") { return "; indent with spaces, YAML does not allow tabs" }
        if text.trimmingCharacters(in: .whitespaces).hasSuffix(": -") { return "; write the minus in quotes: \"-\"" }
        return ""
    }
}

extension Character {
    fileprivate var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
