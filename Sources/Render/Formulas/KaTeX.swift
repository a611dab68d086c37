// The only file that calls Duktape and KaTeX: an engine that sets TeX as MathML.

import CDuktape
import CKaTeX
import Foundation

/// KaTeX in a JavaScript engine of its own. It is made when the first formula is set, which takes a tenth of a second.
///
/// Unchecked Sendable: the engine is used only under the lock.
final class KaTeX: @unchecked Sendable {
    private let lock = NSLock()
    private var context: OpaquePointer?

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

    deinit {
        duk_destroy_heap(context)
    }

    /// Sets a formula.
    ///
    /// - Throws: `RenderError` if the engine cannot be made or gives no answer.
    func set(_ request: Request) throws(RenderError) -> Answer {
        lock.lock()
        defer { lock.unlock() }
        let context = try engine()
        do {
            // JSON in ASCII: the engine's texts are UTF-16 in an encoding of its own.
            let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
            let ascii = text.utf16.map { $0 < 0x80 ? String(UnicodeScalar(UInt8($0))) : Self.escaped($0) }.joined()
            let isError = cduktape_call(context, "atlasgen", ascii, ascii.utf8.count) != 0
            defer { duk_pop(context) }
            let answer = Self.text(on: context)
            guard !isError else { throw RenderError("KaTeX failed: \(answer)") }
            return try JSONDecoder().decode(Answer.self, from: Data(answer.utf8))
        } catch let error as RenderError {
            throw error
        } catch {
            throw RenderError("KaTeX gave no answer: \(error)")
        }
    }

    private func engine() throws(RenderError) -> OpaquePointer {
        if let context { return context }
        guard let context = cduktape_create() else { throw RenderError("no memory for the engine that sets formulas") }
        for script in [ckatex_library(), ckatex_mathml()] {
            let isError = cduktape_evaluate(context, script.text, script.count) != 0
            defer { duk_pop(context) }
            guard !isError else {
                let message = Self.text(on: context)
                duk_destroy_heap(context)
                throw RenderError("KaTeX does not start: \(message)")
            }
        }
        self.context = context
        return context
    }

    private static func text(on context: OpaquePointer) -> String {
        var count = 0
        guard let text = cduktape_text(context, &count) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
    }

    private static func escaped(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
