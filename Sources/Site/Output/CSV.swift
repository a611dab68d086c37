// Texts as cells of a CSV file (RFC 4180).

/// Cells that programs read as they are, and that spreadsheets do not run.
enum CSV {
    /// What ends a line.
    static let lineEnd = "\r\n"

    /// The characters that begin a formula in Excel, LibreOffice or Google Sheets, where a text is expected
    /// (OWASP, CSV Injection).
    private static let formulaStarts = Set("=+-@＝＋－＠".unicodeScalars)

    /// A text as a cell. An apostrophe before what a spreadsheet would run as a formula makes it text again.
    ///
    /// Works on scalars, not on Swift's characters: a quotation mark and the combining mark after it are one character,
    /// but still end a cell.
    static func cell(_ text: String) -> String {
        // Spreadsheets ignore invisible characters before a formula.
        let first = text.unicodeScalars.first { scalar in
            !scalar.properties.isWhitespace && ![.control, .format].contains(scalar.properties.generalCategory)
        }
        let startsWithBreak = ["\t", "\r", "\n"].contains(text.unicodeScalars.first)
        let safe = (startsWithBreak || first.map(formulaStarts.contains) ?? false ? "'" : "") + text
        // Where commas are in numbers, spreadsheets separate cells by semicolons.
        guard safe.unicodeScalars.contains(where: separators.contains) else { return safe }
        return "\"" + safe.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }

    /// A cell with one of these is quoted.
    private static let separators = Set(",;\"\t\r\n".unicodeScalars)
}
