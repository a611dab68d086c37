// A text that the writer wrote: Markdown, with front matter where it has any.

import Foundation
import Render
import Runs
import Support

/// A Markdown file, read and split, with what messages and links need to know of it.
struct SourceText: Sendable {
    /// The file as messages name it.
    let name: String
    /// The file's path.
    let file: String
    /// The front matter's YAML, behind as many line feeds as the file has lines before it; nil where there is none.
    private let yaml: String?
    /// The text behind it.
    let body: String
    /// Line of the file on which the text starts.
    let bodyLine: Int

    /// No text is longer; more is a wrong file.
    static let byteLimit = 16 << 20
    /// No front matter is longer.
    static let frontMatterByteLimit = 1 << 16

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - file: the path to read.
    ///   - name: how messages name it.
    /// - Throws: `AtlasError` of code `data`, with file and line, for bytes that are no UTF-8 and for front matter that
    ///   does not end or is no YAML mapping.
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
            self.yaml = String(repeating: "\n", count: parts.yamlLine - 1) + yaml
        } else {
            yaml = nil
        }
        _ = try fields()
    }

    /// The front matter's values by their keys; empty where there is none.
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
