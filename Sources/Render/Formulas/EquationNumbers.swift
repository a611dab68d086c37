// Numbers of equations with labels, so that references lead somewhere.

/// The numbers of a text's labelled equations: from 1 in the order of the text, or what `\tag` says.
struct EquationNumbers {
    private var numbers: [String: String] = [:]
    /// A label, and its name.
    private static var label: Regex<(Substring, Substring)> { /\\label\s*\{([^{}]*)\}/ }

    init(_ formulas: [Formula]) {
        var next = 1
        for formula in formulas where formula.isDisplay && formula.tex.contains("\\label") {
            let tag = formula.tex.firstMatch(of: /\\tag\*?\s*\{([^{}]*)\}/).map { String($0.1) }
            for match in formula.tex.matches(of: Self.label) {
                numbers[String(match.1)] = tag ?? String(next)
                if tag == nil { next += 1 }
            }
        }
    }

    /// A formula's TeX with its labels as numbers, and with the numbers that it refers to.
    func numbered(_ formula: Formula) -> String {
        let hasTag = formula.tex.contains("\\tag")
        guard hasTag || formula.tex.contains("\\label") else { return withReferences(formula.tex) }
        let tagged = withReferences(formula.tex).replacing(Self.label) { match in
            hasTag || !formula.isDisplay ? "" : "\\tag{\(numbers[String(match.1)] ?? "")}"
        }
        // KaTeX shows the tags of rows by its style sheet only.
        let hasRows = ["align", "gather", "eqnarray", "flalign"].contains { tagged.contains("\\begin{\($0)") }
        return hasRows ? tagged.replacing(/\\tag\*?\s*\{([^{}]*)\}/) { "\\qquad\\text{(\($0.1))}" } : tagged
    }

    /// A formula's TeX without its labels.
    func unnumbered(_ formula: Formula) -> String {
        withReferences(formula.tex).replacing(Self.label, with: "")
    }

    private func withReferences(_ tex: String) -> String {
        guard tex.contains("ref") else { return tex }
        return tex.replacing(/\\(eq)?ref\s*\{([^{}]*)\}/) { match in
            let number = numbers[String(match.2)] ?? String(match.2)
            return match.1 == nil ? "\\text{\(number)}" : "\\text{(\(number))}"
        }
    }
}
