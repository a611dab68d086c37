// libcmark's HTML as the parser of HTML gets it, and the lines that its marks name.

/// libcmark's HTML without the marks of lines, and the lines of its places.
struct MarkedHTML {
    /// What the parser reads: marks that stay are private characters.
    private(set) var html: [UInt8] = []
    private var records: [(offset: Int, line: Int, isFile: Bool)] = []

    private static let position = Array(" data-sourcepos=\"".utf8)

    init(_ marked: [UInt8]) {
        html.reserveCapacity(marked.count)
        var index = 0
        var lastTag = 0
        while index < marked.count {
            let byte = marked[index]
            if byte == MarkdownMark.lineStart, let end = marked[index...].firstIndex(of: MarkdownMark.gapEnd) {
                let number = Int(String(decoding: marked[(index + 1)..<end], as: UTF8.self)) ?? 1
                records.append((html.count, number, true))
                index = end + 1
            } else if byte == UInt8(ascii: " "), marked[index...].starts(with: Self.position) {
                let start = index + Self.position.count
                let end = marked[start...].firstIndex(of: UInt8(ascii: "\"")) ?? marked.count - 1
                let line =
                    Int(String(decoding: marked[start...].prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)) ?? 0
                if line > 0 { records.append((lastTag, line, false)) }
                index = end + 1
            } else {
                if byte == UInt8(ascii: "<") { lastTag = html.count }
                switch byte {
                case MarkdownMark.gapStart, MarkdownMark.gapEnd, MarkdownMark.headingStart,
                    MarkdownMark.attributesStart, MarkdownMark.sizeStart, MarkdownMark.ownID:
                    html += HTMLMark.bytes(byte)
                case 9, 10, 12, 13, 0x20...0x7E, 0x80...: html.append(byte)
                // The writer's: libcmark makes characters of `&#1;`.
                default: break
                }
                index += 1
            }
        }
        records.sort { $0.offset < $1.offset }
    }

    /// The line of a place: of the file for HTML that the writer wrote, or else of libcmark's text.
    func line(at offset: Int) -> (line: Int, isFile: Bool) {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (1, false) }
        let record = records[low - 1]
        // HTML is as it was written, line for line.
        let lines =
            record.isFile ? html[record.offset..<max(record.offset, min(offset, html.count))].count { $0 == 10 } : 0
        return (record.line + lines, record.isFile)
    }

    /// The number of the attribute list that a comment stands for.
    static func attributes(_ node: HTMLNode) -> Int? {
        guard case .comment(let text) = node.kind, text.unicodeScalars.first == HTMLMark.attributes else { return nil }
        return Int(String(text.unicodeScalars.dropFirst().dropLast()))
    }
}
