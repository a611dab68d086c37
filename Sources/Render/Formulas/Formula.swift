// A formula in a text: TeX, and how it is shown.

/// A formula as it was written.
package struct Formula: Equatable, Sendable {
    /// How formulas are delimited.
    enum Delimiter: Sendable {
        /// `$…$`
        case dollar
        /// `$$…$$`
        case dollars
        /// `\(…\)` and `\[…\]`; `isDoubled` says whether the backslashes are written twice, for Markdown to take one.
        case round(isDoubled: Bool), square(isDoubled: Bool)
        /// `\begin{…}…\end{…}` without other delimiters
        case environment
        /// `\ref{…}` and `\eqref{…}` in the text
        case reference
    }

    /// What was written, with its delimiters.
    package let source: String
    /// The TeX between them.
    package let tex: String
    /// Whether it has a line of its own on the page.
    package let isDisplay: Bool
    /// Line of the file on which it starts.
    package let line: Int

    /// - Parameters:
    ///   - content: what is between the delimiters.
    ///   - isAlone: whether nothing else is on its lines.
    init(source: String, content: String, delimiter: Delimiter, isAlone: Bool, line: Int) {
        self.source = source
        self.line = line
        let tex = Formula.tex(content, in: delimiter)
        self.tex = tex
        let needsDisplay = ["align", "gather", "equation", "eqnarray", "multline", "flalign", "CD"].contains {
            tex.contains("\\begin{\($0)}") || tex.contains("\\begin{\($0)*}")
        }
        isDisplay =
            switch delimiter {
            case .square, .environment: true
            case .dollars: isAlone || needsDisplay || tex.contains("\\tag")
            case .reference: false
            case .dollar, .round: needsDisplay || tex.contains("\\tag")
            }
    }

    /// Whether it defines commands that later formulas of its text may use.
    var definesCommands: Bool {
        ["\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareMathOperator", "\\def", "\\gdef", "\\let"]
            .contains(where: tex.contains)
    }

    /// The TeX that the writer meant. kramdown leaves `$$…$$` alone and reads all else as Markdown, so writers double
    /// backslashes there and put one before `_` and `*`; entities are HTML's.
    private static func tex(_ content: String, in delimiter: Delimiter) -> String {
        var tex = content
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&"),
        ] where tex.contains(entity) {
            tex = tex.replacing(entity, with: character)
        }
        if tex.contains("&#") {
            tex = tex.replacing(/&#(\d{1,6});/) {
                UInt32($0.1).flatMap(Unicode.Scalar.init).map(String.init) ?? String($0.0)
            }
        }
        switch delimiter {
        case .dollars, .reference: return tex
        case .dollar, .round(isDoubled: false), .square(isDoubled: false): break
        case .round(isDoubled: true), .square(isDoubled: true), .environment:
            tex = tex.replacing(/(\\*)\\\\([{},;!|%&#_:])/) { $0.1.isEmpty ? "\\\($0.2)" : String($0.0) }
        }
        tex = tex.replacing("\\\\\\\\", with: "\\\\")
        // In words an underscore is a letter; elsewhere it starts a subscript.
        if !tex.contains("\\text"), !tex.contains("\\mathtt") { tex = tex.replacing("\\_", with: "_") }
        return tex.replacing("\\*", with: "*")
    }
}
