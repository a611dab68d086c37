// Where in a file a value stands.

/// A place in a file that the user wrote.
struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    let file: String
    /// Line, from 1.
    let line: Int
    /// Column in Unicode scalars, from 1.
    let column: Int

    /// `file:line:column`, as compilers write it and editors open it.
    var description: String { "\(file):\(line):\(column)" }

    /// An error of code `data` at this place.
    func error(_ message: String) -> AtlasError { AtlasError(.data, "\(self): \(message)") }
}

/// A value with its place, for checks that come later than reading.
struct Located<Value> {
    /// The value.
    let value: Value
    /// Where it stands.
    let place: Place
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
