// The only file that calls KaTeX, which sets TeX as MathML.

import CKaTeX

/// KaTeX. It starts when the first formula is set, which takes a tenth of a second.
struct KaTeX: Sendable {
    private let engine: JavaScriptEngine

    init() {
        let library = ckatex_library()
        let mathml = ckatex_mathml()
        engine = JavaScriptEngine(
            "KaTeX", scripts: [(library.text, library.count), (mathml.text, mathml.count)])
    }

    /// Raised whenever the same TeX gives other MathML.
    static let version = "0.16.4-1"

    /// A formula to set.
    struct Request: Encodable {
        /// The TeX without its delimiters.
        let tex: String
        /// Whether it has a line of its own.
        let isDisplay: Bool
        /// Earlier formulas of the text that define commands.
        let definitions: [String]
    }

    /// What became of a formula: one of the two.
    struct Answer: Decodable {
        /// An element `math`.
        let mathml: String?
        /// Why it cannot be set.
        let problem: String?
    }

    /// Sets a formula.
    ///
    /// - Throws: `RenderError` if the engine cannot be made or gives no answer.
    func set(_ request: Request) throws(RenderError) -> Answer { try engine.call(request) }
}
