// The field `Range` of a request: players of videos ask for parts of a file.

/// What a request wants of a file (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// All of it: there is no such field, or none that a server must heed. A list of ranges is not heeded either.
    case whole
    /// These bytes.
    case part(Range<Int>)
    /// Bytes behind the end.
    case unsatisfiable

    /// - Parameters:
    ///   - field: the field's value; empty if the request has none.
    ///   - size: the file's size in bytes.
    init(_ field: String, of size: Int) {
        self = .whole
        guard let match = field.wholeMatch(of: /(?i:bytes)=([0-9]*)-([0-9]*)/) else { return }
        let (first, last) = (Self.number(match.1), Self.number(match.2))
        switch (first, last) {
        case (nil, nil): return
        case (let first?, let last) where first <= last ?? first:
            self = first < size ? .part(first..<min(last ?? size, size - 1) + 1) : .unsatisfiable
        // The last bytes.
        case (nil, let count?): self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        default: return
        }
    }

    /// The number; nil for no digits, the largest one if it is too large.
    private static func number(_ digits: Substring) -> Int? {
        digits.isEmpty ? nil : Int(digits) ?? .max
    }
}
