// Tables after libcmark: marked headings become the rows and cells of a table.

extension TableRows {
    /// Builds every table below a node.
    func build(in root: CMarkNode) {
        guard !cells.isEmpty else { return }
        var table: (index: Int, node: CMarkNode)?
        var part: (index: Int, node: CMarkNode)?
        var row: (index: Int, node: CMarkNode)?
        for heading in root.descendants() where heading.kind == .heading {
            guard let cell = takeMark(from: heading) else { continue }
            if table?.index != cell.table {
                let node = CMarkNode.block(before: "<table>", after: "</table>")
                heading.insertBefore(node)
                table = (cell.table, node)
                part = nil
                row = nil
            }
            if part?.index != cell.part {
                let node = CMarkNode.block(before: "<\(cell.kind.rawValue)>", after: "</\(cell.kind.rawValue)>")
                table?.node.append(node)
                part = (cell.part, node)
                row = nil
            }
            if row?.index != cell.row {
                let node = CMarkNode.block(before: "<tr>", after: "</tr>")
                part?.node.append(node)
                row = (cell.row, node)
            }
            let tag = cell.kind == .head ? "th" : "td"
            let style = cell.alignment.map { " style=\"text-align: \($0.rawValue)\"" } ?? ""
            let node = CMarkNode.block(before: "<\(tag)\(style)>", after: "</\(tag)>")
            heading.moveChildren(to: node)
            row?.node.append(node)
            heading.free()
        }
    }

    /// The cell that a heading represents; its mark is removed.
    private func takeMark(from heading: CMarkNode) -> Cell? {
        guard let text = heading.firstChild, text.kind == .text else { return nil }
        let scalars = text.literal.unicodeScalars
        guard scalars.first == MarkdownMark.cellStart, let end = scalars.firstIndex(of: MarkdownMark.cellEnd),
            let number = Int(String(scalars[scalars.index(after: scalars.startIndex)..<end])), number < cells.count
        else { return nil }
        text.literal = String(String(scalars[scalars.index(after: end)...]).drop { $0 == " " })
        if text.literal.isEmpty { text.free() }
        return cells[number]
    }
}
