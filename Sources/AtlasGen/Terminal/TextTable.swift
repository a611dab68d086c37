// Tables of text on a terminal.

import Support

/// Rows of cells, padded so that columns are aligned.
struct TextTable {
    /// A column.
    struct Column {
        /// The column's title.
        let title: String
        /// Whether its cells are aligned on the right, as numbers are.
        var isNumeric = false
    }

    /// The columns, left to right.
    let columns: [Column]
    /// One cell per column.
    var rows: [[String]] = []

    /// The lines, titles first, without trailing spaces. Cells are shown as ``readableLine``.
    var text: String {
        let lines = [columns.map(\.title)] + rows.map { $0.map(\.readableLine) }
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
