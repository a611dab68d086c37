// Warnings for the writer: one line for each kind in each text, the dangerous ones last.

import Foundation

/// Something in a text that the writer should know.
struct WriterWarning: Sendable {
    /// The file as messages name it.
    let file: String
    /// Line of the file.
    let line: Int
    /// Warnings of one kind in one text become one line.
    let kind: String
    /// What is wrong, and what to do.
    let message: String
    /// Whether readers lose something: a link that leads nowhere, a picture that is not there.
    var isDangerous = false

    init(file: String, line: Int, kind: String? = nil, message: String, isDangerous: Bool = false) {
        self.file = file
        self.line = line
        self.kind = kind ?? message
        self.message = message
        self.isDangerous = isDangerous
    }

    /// The lines that the writer reads: those that are not dangerous, then those that are, each in their order.
    static func texts(of warnings: [WriterWarning]) -> (harmless: [String], dangerous: [String]) {
        (texts(warnings.filter { !$0.isDangerous }), texts(warnings.filter(\.isDangerous)))
    }

    private static func texts(_ warnings: [WriterWarning]) -> [String] {
        var order: [String] = []
        var groups: [String: [WriterWarning]] = [:]
        for warning in warnings {
            let key = "\(warning.file)\n\(warning.kind)"
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(warning)
        }
        return order.compactMap { groups[$0] }.compactMap(text)
    }

    private static func text(_ group: [WriterWarning]) -> String? {
        guard let first = group.first else { return nil }
        let text = "\(first.file):\(first.line): \(first.message)"
        guard group.count > 1 else { return text }
        let isOne = group.allSatisfy { $0.message == first.message }
        let lines = ranges(of: group.map(\.line))
        return isOne ? "\(text) (\(group.count) times, \(lines))" : "\(text) (and \(group.count - 1) more, \(lines))"
    }

    /// At most this many numbers and ranges are listed.
    private static let listedRanges = 10

    /// `line 5`, `lines 3, 5 to 9`.
    private static func ranges(of lines: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for line in Set(lines).sorted() {
            if let last = ranges.last, line == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...line
            } else {
                ranges.append(line...line)
            }
        }
        let words = ranges.prefix(listedRanges).map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        }
        let isOne = ranges.count == 1 && ranges[0].count == 1
        return (isOne ? "line " : "lines ") + words.joined(separator: ", ")
            + (ranges.count > listedRanges ? " and others" : "")
    }
}
