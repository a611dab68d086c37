// Why a text is not a valid name. atlas.yml, the command line and posts share this and each add their own place.

import Support

/// The reason why a text is refused, without its place.
package struct NameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was found, what was expected, and what to do.
    package let description: String

    package init(_ reason: String) {
        description = reason
    }

    /// `expected …, found "…"`, with the nearest of the known words.
    static func expected(_ words: String, found text: String, among known: [String] = []) -> NameError {
        NameError("expected \(words), found \"\(shortened(text))\"\(Suggestion.question(for: text, among: known))")
    }

    /// The error for a list that names something twice.
    package static func repeated(_ name: String) -> NameError { NameError("\(name) is listed twice; keep one") }

    /// The text, cut to 60 characters for a message.
    static func shortened(_ text: String) -> String { text.count > 60 ? "\(text.prefix(59))…" : text }
}

/// Reads a name and adds its place to a `NameError`. Other errors pass unchanged.
///
/// - Parameters:
///   - place: the file with its line and the key, or the option.
///   - code: `data` for files, `usage` for the command line.
package func reading<Value>(
    at place: @autoclosure () -> String, code: AtlasError.Code = .data, _ read: () throws -> Value
) throws -> Value {
    do {
        return try read()
    } catch let error as NameError {
        throw AtlasError(code, "\(place()): \(error)")
    }
}
