// Why a text names nothing. atlas.yml, the command line and posts read names alike, and each adds its own place.

import Support

/// The reason why a text is refused, without the place where it stands.
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

    /// A list names something twice.
    package static func repeated(_ name: String) -> NameError { NameError("\(name) stands here twice; keep one") }

    /// As much of a text as a message quotes.
    static func shortened(_ text: String) -> String { text.count > 60 ? "\(text.prefix(59))…" : text }
}

/// Reads a name and adds the place where it stands to what is wrong with it. Other errors pass as they are.
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
