// A block of code whose language is named.

/// Code as it stands on the page.
package struct CodeBlock: Equatable, Sendable {
    /// The language as its writer names it.
    package let language: String
    /// The code.
    package let text: String
    /// Line of the file.
    package let line: Int
}
