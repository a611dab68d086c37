// The error of everything that reads weights or runs the model on what a user gave.

/// What was wrong with a file, an address or a request, in words for the person who gave it.
///
/// The message names the file and the place in it, what was found, what was expected, and what to do.
public struct ViTError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The whole message, as the user reads it.
    public let description: String

    /// An error with the message that the user reads.
    public init(_ message: String) {
        description = message
    }
}
