// A text of the writer: Markdown, with optional front matter.

import Foundation
import Render
import Runs
import Support

/// A Markdown file split into front matter and body, with the names that messages and links use.
struct SourceText: Sendable {
    /// The file as messages name it.
    let name: String
    /// The file's path.
    let file: String
    /// The front matter's YAML, after as many line feeds as the file has lines before it; nil if there is none.
    private let yaml: String?
    /// The text after the front matter.
    let body: String
    /// The body's first line in the file.
    let bodyLine: Int
    /// What the writer should know of the front matter.
    let warnings: [WriterWarning]

    /// The longest text that is read; a longer file is probably not a text.
    static let byteLimit = 16 << 20
    /// The longest front matter that is read.
    static let frontMatterByteLimit = 1 << 16

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - file: the path to read.
    ///   - name: how messages name it.
    /// - Throws: `AtlasError` of code `data`, with file and line, for bytes that are not UTF-8 and for front matter
    ///   that does not end or is not a YAML mapping.
    init(file: String, named name: String) throws {
        guard let bytes = try FileSystem.read(file, count: Self.byteLimit + 1) else {
            throw AtlasError(.data, "\(name): the file disappeared while it was being read; run the command again")
        }
        guard bytes.count <= Self.byteLimit else {
            throw AtlasError(.data, "\(name): longer than \(Self.byteLimit >> 20) MB; split it into several files")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLDocument.invalidUTF8(in: bytes, named: name)
        }
        try self.init(text, file: file, named: name)
    }

    /// Splits a text; see ``init(file:named:)``.
    init(_ text: String, file: String, named name: String) throws {
        self.name = name
        self.file = file
        let parts: FrontMatter
        do throws(RenderError) {
            parts = try FrontMatter(splitting: text, file: name)
        } catch {
            throw AtlasError(.data, error.description)
        }
        body = parts.body
        bodyLine = parts.bodyLine
        if let yaml = parts.yaml, Self.hasContent(yaml) {
            guard yaml.utf8.count <= Self.frontMatterByteLimit else {
                throw AtlasError(
                    .data,
                    "\(name):\(parts.yamlLine): front matter of \(yaml.utf8.count) bytes; at most "
                        + "\(Self.frontMatterByteLimit) are read")
            }
            let single = FrontMatterKeys.single(in: yaml)
            self.yaml = String(repeating: "\n", count: parts.yamlLine - 1) + single.yaml
            warnings = single.repeated.map { repeated in
                WriterWarning(
                    file: name, line: parts.yamlLine + repeated.first,
                    message:
                        "the key \"\(repeated.key)\" is also on line \(parts.yamlLine + repeated.last), whose value "
                        + "counts; remove one")
            }
        } else {
            yaml = nil
            warnings = []
        }
        _ = try fields()
    }

    /// The front matter's values by key; empty if there is none.
    func fields() throws -> [String: ConfigurationNode] {
        guard let yaml else { return [:] }
        let root = try YAMLDocument.root(of: Array(yaml.utf8), named: name)
        guard root.isMapping else { throw root.mismatch("front matter of the form \"key: value\"") }
        return try root.fields()
    }

    /// An error of code `data` on a line of the file.
    func error(_ message: String, line: Int) -> AtlasError { AtlasError(.data, "\(name):\(line): \(message)") }

    private static func hasContent(_ yaml: String) -> Bool {
        yaml.split(whereSeparator: \.isNewline).contains { line in
            line.first { !$0.isWhitespace }.map { $0 != "#" } ?? false
        }
    }
}
