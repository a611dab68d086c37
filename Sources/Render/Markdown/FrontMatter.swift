// The YAML in front of a Markdown file, cut off but not read.

/// A file split into its front matter and its text.
public struct FrontMatter: Equatable, Sendable {
    /// The YAML between the two lines of dashes; nil where the file has none.
    public let yaml: String?
    /// Line of the file on which the YAML starts (2 where there is any).
    public let yamlLine: Int
    /// The text behind it.
    public let body: String
    /// Line of the file on which the text starts.
    public let bodyLine: Int

    /// Splits a file as Jekyll does: the first line is `---`, and a later line `---` or `...` ends the YAML. A byte order
    /// mark in front and blanks behind the dashes are allowed.
    ///
    /// - Throws: Where the front matter does not end.
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
                "\(file):1: the front matter does not end: after its first line `---` there is no other line `---`")
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
