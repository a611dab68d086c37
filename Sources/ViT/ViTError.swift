// The error of everything that reads weights or runs the model on what a user gave.

/// What was wrong with a file, an address or a request, in words for the person who gave it.
///
/// The message names the file and the place in it, what was found, what was expected, and what to do.
public struct ViTError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The whole message, as the user reads it.
    public let description: String

    /// An error with the message that the user reads. A message quotes files, and goes to a terminal: control
    /// characters in it are escaped.
    public init(_ message: String) {
        description = message.escapingControlCharacters
    }
}

extension String {
    /// The text with each control character as `\u{1b}`.
    var escapingControlCharacters: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
        guard unicodeScalars.contains(where: isControl) else { return self }
        return unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }
}
