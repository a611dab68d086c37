// The error of everything that reads or writes pictures, Markdown and templates.

/// An error in a picture, a text or a template, as a message for the person who wrote it.
///
/// The message names the file and the line or place in it, what was found, what was expected, and what to do.
public struct RenderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The whole message.
    public let description: String

    /// An error with the message that the user reads.
    public init(_ message: String) {
        description = message
    }
}

extension RenderError {
    /// A picture file that claims more pixels than a picture may have.
    static func tooLarge(_ file: String, width: Int, height: Int) -> RenderError {
        RenderError(
            "\(file): \(width) × \(height) pixels; a picture may have at most \(Picture.largestPixelCount) pixels. "
                + "Make it smaller.")
    }
}
