// A position in a file that the user wrote.

/// A place in a file that the user wrote.
package struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    let file: String
    /// Line, from 1.
    package let line: Int
    /// Column in Unicode scalars, from 1.
    let column: Int

    package init(
        file: String, line: Int, column: Int
    ) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, as compilers write it and editors open it.
    package var description: String { "\(file):\(line):\(column)" }

    /// An error of code `data` at this place.
    package func error(_ message: String) -> AtlasError { AtlasError(.data, "\(self): \(message)") }
}

/// A value with its place, for checks after reading.
package struct Located<Value> {
    /// The value.
    package let value: Value
    /// Where the value is in its file.
    package let place: Place

    package init(
        value: Value, place: Place
    ) {
        self.value = value
        self.place = place
    }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
