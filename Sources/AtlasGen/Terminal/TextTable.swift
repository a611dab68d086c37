// Tables of text on a terminal.

/// Rows of cells, padded so that columns stand under one another.
struct TextTable {
    /// A column.
    struct Column {
        /// What stands above it.
        let title: String
        /// Whether its cells end, and not begin, under one another, as numbers do.
        var isNumeric = false
    }

    /// The columns, left to right.
    let columns: [Column]
    /// A cell a column.
    var rows: [[String]] = []

    /// The lines, the titles first, without spaces at their ends.
    var text: String {
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += (column > 0 ? "  " : "") + (columns[column].isNumeric ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
