// What the scripts of the program make of texts, which the store keeps.

import Foundation
import Render
import Runs
import Support
import Synchronization

/// Sets the formulas of texts as MathML and colours their code. What a text had at the last build comes from the store,
/// so that a build that changes nothing starts no script.
final class ScriptCache: Sendable {
    private let store: Store
    private let setter = FormulaSetter()
    private let colours = CodeColours()
    /// The names of the files that texts needed.
    private let used = Mutex<Set<String>>([])
    private static let folders = (formulas: "formulas", code: "code")

    init(store: Store) { self.store = store }

    /// What becomes of the formulas of a text, in its order.
    func formulas(of document: MarkdownDocument) throws -> [FormulaSetter.Result] {
        let formulas = document.gaps.compactMap { if case .formula(let formula) = $0 { formula } else { nil } }
        return try results(
            in: Self.folders.formulas, version: FormulaSetter.version,
            sources: formulas.map { "\($0.isDisplay) \($0.tex)" }
        ) { try setter.set(formulas) }
    }

    /// Code in colours.
    struct Coloured: Codable, Sendable {
        /// Its HTML; nil if it stays plain.
        let html: String?
    }

    /// What becomes of the code of a text, in its order.
    func colours(of document: MarkdownDocument) throws -> [Coloured] {
        let blocks = document.gaps.compactMap { if case .code(let block) = $0 { block } else { nil } }
        return try results(
            in: Self.folders.code, version: CodeColours.version, sources: blocks.map { "\($0.language)\n\($0.text)" }
        ) { try blocks.map { Coloured(html: try colours.html(of: $0)) } }
    }

    /// Removes what no text needed since this was made.
    func removeUnused() throws {
        for folder in [Self.folders.formulas, Self.folders.code] {
            try store.removeSealed(in: folder, but: used.withLock { $0 })
        }
    }

    private func results<Result: Codable>(
        in folder: String, version: String, sources: [String], make: () throws -> [Result]
    ) throws -> [Result] {
        guard !sources.isEmpty else { return [] }
        let key = version + "\n" + sources.map { $0 + "\u{0}" }.joined()
        let name = "\(folder)/\(Digest.hexadecimal(Array(key.utf8))).json"
        used.withLock { _ = $0.insert(name) }
        // A file that another version wrote is written again.
        if let bytes = try store.sealed(name),
            let known = try? JSONDecoder().decode([Result].self, from: Data(bytes)), known.count == sources.count
        {
            return known
        }
        let results = try make()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(results)), as: name)
        return results
    }
}
