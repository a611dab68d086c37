// The name under which a run is stored: the SHA-256 of its recipe.

/// 64 lower-case hexadecimal digits.
package struct RecipeKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The digits.
    package let description: String

    /// Wraps a digest; nil if the text is not 64 lower-case hexadecimal digits.
    init?(_ text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isDigit) else { return nil }
        description = text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    package static func < (left: RecipeKey, right: RecipeKey) -> Bool { left.description < right.description }
}
