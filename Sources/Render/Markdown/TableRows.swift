// Tables before libcmark: finds them and turns each cell into a heading.

/// The tables of a text, as kramdown and GFM write them.
///
/// libcmark has no tables, and reads one as a paragraph. Each cell becomes a line `###### ⟨mark⟩ text ######`: a
/// heading is one line of inlines that does not make a list loose, leaks no emphasis into the next cell and sees the
/// text's link definitions. `TableRows+Tree.swift` turns the marked headings into the table.
struct TableRows {
    /// How a column is aligned.
    enum Alignment: String {
        case left, center, right
    }

    /// A cell's position.
    struct Cell {
        enum Part: String {
            case head = "thead"
            case body = "tbody"
            case foot = "tfoot"
        }

        /// Index of the table, and of the part and the row in it.
        var table: Int
        var part: Int
        var kind: Part
        var row: Int
        var alignment: Alignment?
    }

    /// All cells; a mark's number is an index into them.
    private(set) var cells: [Cell] = []
    private var tableCount = 0

    /// Rewrites a source.
    static func extract(from source: inout MarkdownSource) throws(RenderError) -> TableRows {
        var tables = TableRows()
        guard source.lines.contains(where: { $0.text.contains("|") }) else { return tables }
        let document = try CMarkDocument(source.text, smart: false, unsafe: false)
        let paragraphs = withExtendedLifetime(document) {
            document.root.descendants()
                .filter { $0.kind == .paragraph && $0.startLine > 0 && $0.endLine >= $0.startLine }
                .map { (start: $0.startLine - 1, end: min($0.endLine, source.lines.count), column: $0.startColumn) }
        }
        var lines: [MarkdownSource.Line] = []
        var done = 0
        for paragraph in paragraphs where paragraph.start >= done && paragraph.start < paragraph.end {
            let block = source.lines[paragraph.start..<paragraph.end]
            guard let table = tables.table(in: block, column: paragraph.column) else { continue }
            lines += source.lines[done..<paragraph.start] + table
            done = paragraph.end
        }
        source.lines = lines + source.lines[done...]
        return tables
    }

    /// The headings for a paragraph that is a table; nil for any other.
    private mutating func table(
        in block: ArraySlice<MarkdownSource.Line>, column: Int
    ) -> [MarkdownSource.Line]? {
        guard block.allSatisfy({ $0.text.contains("|") }), let first = block.first else { return nil }
        // What precedes the paragraph's text on its first line: the marks of block quotes and lists.
        let firstPrefix = String(decoding: Array(first.text.utf8.prefix(max(0, column - 1))), as: UTF8.self)
        let prefix = String(firstPrefix.map { $0 == ">" || $0 == "\t" ? $0 : " " })
        let quotes = prefix.count { $0 == ">" }
        let rows = block.enumerated().map { index, line -> (text: Substring, number: Int) in
            let text =
                index == 0
                ? line.text.dropFirst(firstPrefix.count) : MarkdownSource.quotes(of: line.text, most: quotes).rest
            return (TableRows.trimmed(text), line.number)
        }
        // A table has a rule, or a bar at the start of every line, so that prose with a bar in it stays prose.
        guard
            rows.contains(where: { TableRows.alignments(in: $0.text) != nil })
                || rows.allSatisfy({ $0.text.hasPrefix("|") })
        else { return nil }

        // As in kramdown, the first rule below any row ends the head and gives the alignments, and the next ones
        // separate bodies. A rule above the head, below another rule or in the foot has no effect.
        var content: [(cells: [String], number: Int, part: Int, kind: Cell.Part)] = []
        var open: [(text: Substring, number: Int)] = []
        var part = 0
        var alignments: [Alignment?]?
        var hasFoot = false
        func close(as kind: Cell.Part) {
            content += open.map { (TableRows.cells(of: $0.text), $0.number, part, kind) }
            open = []
            part += 1
        }
        for row in rows {
            if TableRows.isFootRule(row.text) {
                close(as: .body)
                hasFoot = true
            } else if let rule = TableRows.alignments(in: row.text) {
                guard !open.isEmpty, !hasFoot else { continue }
                close(as: alignments == nil ? .head : .body)
                alignments = alignments ?? rule
            } else {
                open.append(row)
            }
        }
        close(as: hasFoot ? .foot : .body)
        guard content.contains(where: { $0.kind != .foot }) else { return nil }
        let columns = content.reduce(0) { max($0, $1.cells.count) }
        var lines: [MarkdownSource.Line] = []
        for (index, row) in content.enumerated() {
            for column in 0..<columns {
                let text = column < row.cells.count ? row.cells[column] : ""
                let mark = "\(MarkdownMark.cellStart)\(cells.count)\(MarkdownMark.cellEnd)"
                let lead = lines.isEmpty ? firstPrefix : prefix
                lines.append(.init(text: "\(lead)###### \(mark) \(text) ######", number: row.number))
                cells.append(
                    Cell(
                        table: tableCount, part: row.part, kind: row.kind, row: index,
                        alignment: alignments.flatMap { column < $0.count ? $0[column] : nil }))
            }
        }
        tableCount += 1
        return lines
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }

    /// The alignments of a line such as `|:--|--:|:-:|---|`, nil for any other line.
    private static func alignments(in line: Substring) -> [Alignment?]? {
        guard line.contains("-"), line.contains("|"), line.allSatisfy({ "|-:+ \t".contains($0) }) else { return nil }
        var alignments: [Alignment?] = []
        for cell in cells(of: line) {
            // kramdown also lets `+` separate columns.
            for rule in cell.split(separator: "+", omittingEmptySubsequences: true) {
                let rule = trimmed(rule)
                let dashes = rule.drop { $0 == ":" }.prefix { $0 == "-" }
                guard !dashes.isEmpty, rule.count - dashes.count <= 2 else { return nil }
                switch (rule.first == ":", rule.last == ":") {
                case (true, true): alignments.append(.center)
                case (true, false): alignments.append(.left)
                case (false, true): alignments.append(.right)
                case (false, false): alignments.append(nil)
                }
            }
        }
        return alignments
    }

    /// Whether a line separates the foot from the body, such as `|===|===`.
    private static func isFootRule(_ line: Substring) -> Bool {
        line.contains("=") && line.allSatisfy { "|=+ \t".contains($0) }
    }

    /// The cells of a row. A bar separates cells unless it is escaped with a backslash or is in code or in `{{…}}`.
    static func cells(of row: Substring) -> [String] {
        let characters = Array(row)
        let ends = LastEnds(in: characters)
        var cells: [String] = []
        var cell = ""
        var index = characters.first == "|" ? 1 : 0
        while index < characters.count {
            let character = characters[index]
            if character == "\\", index + 1 < characters.count {
                // The bar loses its backslash here, because in code libcmark would keep it.
                if characters[index + 1] != "|" { cell.append(character) }
                cell.append(characters[index + 1])
                index += 2
            } else if character == "|" {
                cells.append(cell)
                cell = ""
                index += 1
            } else if let end = closed(characters, at: index, ends: ends) {
                cell += String(characters[index..<end]).replacingOccurrences(of: "\\|", with: "|")
                index = end
            } else {
                let length = max(1, run(characters, at: index, of: "`"))
                cell += String(characters[index..<(index + length)])
                index += length
            }
        }
        if !cell.allSatisfy({ $0 == " " || $0 == "\t" }) || characters.last != "|" { cells.append(cell) }
        return cells.map { String(trimmed($0[...])) }
    }

    /// Where the last run of backticks of each length and the last `}}` start, so that the row is not searched again
    /// and again for an end that it does not have.
    private struct LastEnds {
        var ticks: [Int: Int] = [:]
        var braces = -1

        init(in characters: [Character]) {
            var index = 0
            while index < characters.count {
                let length = run(characters, at: index, of: "`")
                if length > 0 {
                    ticks[length] = index
                } else if characters[index] == "}", index + 1 < characters.count, characters[index + 1] == "}" {
                    braces = index
                }
                index += max(1, length)
            }
        }
    }

    /// The end of the code span or inline value that starts at an index, nil if none does.
    private static func closed(_ characters: [Character], at index: Int, ends: LastEnds) -> Int? {
        if characters[index] == "`" {
            let ticks = run(characters, at: index, of: "`")
            var end = index + ticks
            guard let last = ends.ticks[ticks], last >= end else { return nil }
            while end <= last {
                let length = run(characters, at: end, of: "`")
                if length == ticks { return end + ticks }
                end += max(1, length)
            }
            return nil
        }
        guard characters[index] == "{", index + 2 <= ends.braces, characters[index + 1] == "{" else { return nil }
        var end = index + 2
        while characters[end] != "}" || characters[end + 1] != "}" { end += 1 }
        return end + 2
    }

    /// The length of the run of a character that starts at an index.
    private static func run(_ characters: [Character], at index: Int, of character: Character) -> Int {
        characters[index...].prefix { $0 == character }.count
    }
}
