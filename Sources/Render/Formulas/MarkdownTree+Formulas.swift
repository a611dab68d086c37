// Formulas after libcmark: each mark becomes a gap, or again what was written where no formula can stand.

extension MarkdownTree {
    /// The pieces of a text: what is between the marks, and the indices of formulas.
    enum FormulaPiece {
        case text(Substring)
        case formula(Int)
    }

    static func pieces(of text: String) -> [FormulaPiece] {
        var pieces: [FormulaPiece] = []
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(of: MarkdownMark.formulaStart),
            let end = rest[start...].firstIndex(of: MarkdownMark.formulaEnd)
        {
            pieces.append(.text(Substring(rest[..<start])))
            if let index = Int(String(rest[rest.index(after: start)..<end])) { pieces.append(.formula(index)) }
            rest = rest[rest.index(after: end)...]
        }
        pieces.append(.text(Substring(rest)))
        return pieces
    }

    static func hasFormula(_ text: String) -> Bool { text.unicodeScalars.contains(MarkdownMark.formulaStart) }

    /// A text with the formulas as they were written.
    func withSources(_ text: String) -> String {
        guard MarkdownTree.hasFormula(text) else { return text }
        return MarkdownTree.pieces(of: text).map { piece in
            switch piece {
            case .text(let text): String(text)
            case .formula(let index): formulas.indices.contains(index) ? formulas[index].source : ""
            }
        }.joined()
    }
}
