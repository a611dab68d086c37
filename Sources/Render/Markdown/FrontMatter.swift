// Splits off the YAML front matter of a Markdown file, without parsing it.

/// A file split into its front matter and its text.
public struct FrontMatter: Equatable, Sendable {
    /// The YAML between the two lines of dashes; nil if the file has none.
    public let yaml: String?
    /// Line of the file on which the YAML starts (2 if there is any).
    public let yamlLine: Int
    /// The text after it.
    public let body: String
    /// Line of the file on which the text starts.
    public let bodyLine: Int

    /// Splits a file as Jekyll does: the first line is `---`, and a later line `---` or `...` ends the YAML. A byte
    /// order mark at the start and blanks after the dashes are allowed.
    ///
    /// - Throws: `RenderError` if the front matter does not end.
    public init(splitting text: String, file: String) throws(RenderError) {
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        let lines = MarkdownSource.split(text)
        guard let first = lines.first, FrontMatter.isRule(first, "---") else {
            yaml = nil
            yamlLine = 1
            body = text
            bodyLine = 1
            return
        }
        guard let end = lines.dropFirst().firstIndex(where: { FrontMatter.isRule($0, "---", "...") }) else {
            throw RenderError(
                "\(file):1: the front matter does not end: no other line `---` follows its first line `---`")
        }
        yaml = lines[1..<end].map { $0 + "\n" }.joined()
        yamlLine = 2
        body = lines[(end + 1)...].map { $0 + "\n" }.joined()
        bodyLine = end + 2
    }

    private static func isRule(_ line: String, _ rules: String...) -> Bool {
        var line = line[...]
        while let last = line.last, last == " " || last == "\t" { line = line.dropLast() }
        return rules.contains { $0 == line }
    }
}
