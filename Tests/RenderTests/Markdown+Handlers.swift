// Markdown to HTML in one call, with a closure for each kind of gap.

@testable import Render

extension Markdown {
    /// An image whose destination has the scheme `neuron:` or `layer:`, alone in its paragraph.
    struct Figure {
        let destination: String
        let captionHTML: String
        let line: Int
    }

    /// What fills the gaps of a text; those left out keep links, and refuse figures and values.
    struct Handlers {
        var link: (Destination) throws -> String = { $0.text }
        var figure: (Figure) throws -> String = {
            throw RenderError("line \($0.line): figures cannot be used here: \($0.destination)")
        }
        /// Given what stands between the braces, and the line.
        var value: (String, Int) throws -> String? = {
            throw RenderError("line \($1): values cannot be used here: {{\($0)}}")
        }
        var formula: (Formula) throws -> String? = { _ in nil }
        var code: (CodeBlock) throws -> String? = { _ in nil }
    }

    func html(from text: String, firstLine: Int = 1, handlers: Handlers = Handlers()) throws -> Output {
        try document(from: text, firstLine: firstLine).filled { _, gap, caption in
            switch gap {
            case .link(let destination): try handlers.link(destination)
            case .value(let expression, let line): try handlers.value(expression, line)
            case .figure(let destination, let line):
                try handlers.figure(Figure(destination: destination, captionHTML: caption, line: line))
            case .formula(let formula): try handlers.formula(formula)
            case .code(let code): try handlers.code(code)
            }
        }
    }
}
