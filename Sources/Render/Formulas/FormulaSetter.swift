// Sets the formulas of a text as MathML.

/// Turns formulas into MathML, which browsers show without a script.
///
/// KaTeX in Duktape does the work: it knows the commands that posts for MathJax and KaTeX use. itex2MML and blahtex are
/// programs rather than libraries, and know no `\boldsymbol`, `\operatorname` or `\tag`.
package struct FormulaSetter: Sendable {
    private let engine = KaTeX()

    package init() {}

    /// Raised whenever the same formula gives other HTML.
    package static let version = "\(KaTeX.version) 1"

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
        for formula in formulas {
            let answer = try engine.set(
                .init(tex: formula.tex, isDisplay: formula.isDisplay, definitions: definitions))
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

    /// The letters and signs of an element, for excerpts.
    static func plainText(_ html: String) -> String {
        var text = ""
        var isTag = false
        for scalar in html.unicodeScalars {
            switch scalar {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            // Invisible operators, such as the application of a function.
            case "\u{2061}"..."\u{2064}": break
            default: if !isTag { text.unicodeScalars.append(scalar) }
            }
        }
        return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")].reduce(text) {
            $0.replacing($1.0, with: $1.1)
        }
    }
}
