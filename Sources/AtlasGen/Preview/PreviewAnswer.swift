// What the preview sends back.

import Support

/// An answer: its status, fields and content.
struct PreviewAnswer: Sendable {
    /// The content.
    enum Body: Sendable {
        case bytes([UInt8])
        /// Some bytes of an open file.
        case file(OpenFile, Range<Int>)

        /// Number of bytes.
        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(_, let range): range.count
            }
        }

        /// At most `count` bytes, counted from the body's start; fewer at the end, and of a file that has become
        /// shorter.
        func piece(from offset: Int, count: Int) throws -> [UInt8] {
            switch self {
            case .bytes(let bytes): Array(bytes.dropFirst(offset).prefix(count))
            case .file(let file, let range):
                try file.read(from: range.lowerBound + offset, count: min(count, range.count - offset))
            }
        }
    }

    /// The HTTP status code.
    var status: Int
    /// All fields but `Connection`.
    var fields: [(name: String, value: String)]
    var body: Body
    /// Whether the connection ends with this answer.
    var isLast = false

    /// - Parameters:
    ///   - type: the media type.
    ///   - fields: those that not every answer has.
    init(status: Int = 200, type: String, fields: [(name: String, value: String)] = [], body: Body) {
        self.status = status
        self.fields =
            [
                ("Content-Type", type), ("Content-Length", "\(body.count)"), ("Cache-Control", "no-store"),
                // Other sites' pages can neither guess a file's type nor embed it.
                ("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ] + fields
        self.body = body
    }

    /// A line of plain text.
    static func text(_ status: Int, _ text: String, fields: [(name: String, value: String)] = []) -> PreviewAnswer {
        PreviewAnswer(
            status: status, type: PreviewResponder.plain, fields: fields, body: .bytes(Array("\(text)\n".utf8)))
    }

    /// The answer to a request that is not served: a line of plain text, after which the connection ends.
    static func refusal(
        _ status: Int, _ message: String, fields: [(name: String, value: String)] = []
    ) -> PreviewAnswer {
        var answer = text(status, message, fields: fields)
        answer.isLast = true
        return answer
    }

    /// The same answer to HEAD.
    var withoutBody: PreviewAnswer {
        var answer = self
        answer.body = .bytes([])
        return answer
    }
}
