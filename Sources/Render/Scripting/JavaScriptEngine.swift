// The only file that calls Duktape: an engine that runs scripts of the program at build time.

import CDuktape
import Foundation

/// A script's function in a JavaScript engine of its own. The engine is made at the first call.
///
/// Unchecked Sendable: the engine is used only under the lock.
final class JavaScriptEngine: @unchecked Sendable {
    /// The text of a script, in UTF-8.
    typealias Script = (text: UnsafePointer<CChar>?, count: Int)

    private let name: String
    private let scripts: [Script]
    private let lock = NSLock()
    private var context: OpaquePointer?

    /// - Parameters:
    ///   - name: What the scripts are, for messages.
    ///   - scripts: They are run in their order. One defines the function `atlasgen`, which takes JSON and returns JSON in
    ///     ASCII, because the engine's texts are not UTF-8. They must live as long as the program.
    init(_ name: String, scripts: [Script]) {
        self.name = name
        self.scripts = scripts
    }

    deinit {
        duk_destroy_heap(context)
    }

    /// Calls the function.
    ///
    /// - Throws: `RenderError` if the engine cannot be made, or gives no answer.
    func call<Answer: Decodable>(_ request: some Encodable) throws(RenderError) -> Answer {
        lock.lock()
        defer { lock.unlock() }
        let context = try engine()
        do {
            let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
            let ascii = text.utf16.map { $0 < 0x80 ? String(UnicodeScalar(UInt8($0))) : Self.escaped($0) }.joined()
            let isError = cduktape_call(context, "atlasgen", ascii, ascii.utf8.count) != 0
            defer { duk_pop(context) }
            let answer = Self.text(on: context)
            guard !isError else { throw RenderError("\(name) failed: \(answer)") }
            return try JSONDecoder().decode(Answer.self, from: Data(answer.utf8))
        } catch let error as RenderError {
            throw error
        } catch {
            throw RenderError("\(name) gave no answer: \(error)")
        }
    }

    private func engine() throws(RenderError) -> OpaquePointer {
        if let context { return context }
        guard let context = cduktape_create() else { throw RenderError("no memory for the engine of \(name)") }
        for script in scripts {
            let isError = cduktape_evaluate(context, script.text, script.count) != 0
            defer { duk_pop(context) }
            guard !isError else {
                let message = Self.text(on: context)
                duk_destroy_heap(context)
                throw RenderError("\(name) does not start: \(message)")
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
