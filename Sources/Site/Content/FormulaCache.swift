// The formulas of texts as MathML, which the store keeps.

import Foundation
import Render
import Runs
import Support

/// Sets the formulas of texts; those of a text that has not changed come from the store, so that a build that changes
/// nothing does not start KaTeX.
struct FormulaCache: Sendable {
    private let store: Store
    private let setter = FormulaSetter()

    init(store: Store) { self.store = store }

    /// What becomes of the formulas of one text, in its order.
    func set(_ formulas: [Formula]) throws -> [FormulaSetter.Result] {
        guard !formulas.isEmpty else { return [] }
        let sources = formulas.map { "\($0.isDisplay) \($0.tex)\u{0}" }.joined()
        let name = "formulas/\(Digest.hexadecimal(Array((FormulaSetter.version + "\n" + sources).utf8))).json"
        // A file that another version wrote is written again.
        if let bytes = try store.sealed(name),
            let known = try? JSONDecoder().decode([FormulaSetter.Result].self, from: Data(bytes)),
            known.count == formulas.count
        {
            return known
        }
        let results = try setter.set(formulas)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(results)), as: name)
        return results
    }
}
