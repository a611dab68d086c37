// Sets the formulas of a text as MathML.

/// Turns formulas into MathML, which browsers show without a script.
///
/// KaTeX in Duktape does the work: it knows the commands that posts for MathJax and KaTeX use. itex2MML and blahtex are
/// programs rather than libraries, and know no `\boldsymbol`, `\operatorname` or `\tag`.
package struct FormulaSetter: Sendable {
    private let engine = KaTeX()

    package init() {}

    /// Raised whenever the same formula gives other HTML.
    package static let version = "\(KaTeX.version) 2"

    /// What became of a formula: one of the two.
    package struct Result: Codable, Sendable {
        /// The HTML that shows it; nil if it cannot be set.
        package let html: String?
        /// Why it cannot be set, for the writer.
        package let problem: String?
    }

    /// Sets the formulas of one text, in its order: commands that one defines are known to the later ones.
    ///
    /// - Throws: `RenderError` if the engine fails.
    package func set(_ formulas: [Formula]) throws(RenderError) -> [Result] {
        var definitions: [String] = []
        var results: [Result] = []
        let numbers = EquationNumbers(formulas)
        for formula in formulas {
            func set(_ tex: String) throws(RenderError) -> KaTeX.Answer {
                try engine.set(.init(tex: tex, isDisplay: formula.isDisplay, definitions: definitions))
            }
            var answer = try set(numbers.numbered(formula))
            // Where TeX allows no number, KaTeX leaves the label out.
            if answer.problem != nil { answer = try set(numbers.unnumbered(formula)) }
            if formula.definesCommands { definitions.append(formula.tex) }
            results.append(Result(html: answer.mathml.map { FormulaSetter.html($0, formula) }, problem: answer.problem))
        }
        return results
    }

    /// The element with its source as alternative text.
    private static func html(_ mathml: String, _ formula: Formula) -> String {
        let start = "<math"
        guard mathml.hasPrefix(start) else { return mathml }
        return "\(start) alttext=\"\(HTML.escaped(formula.tex))\"\(mathml.dropFirst(start.count))"
    }
}
