// Sub-items of numbered lists that are indented less than CommonMark wants, before libcmark.

/// Gives the sub-items of numbered items the indentation that makes them sub-items.
///
/// `1. one` wants its sub-items three spaces in; writers who know `- one` write two, and mean sub-items.
enum ListIndentation {
    static func rewrite(_ source: inout MarkdownSource) {
        let item = /( *)(?:([\-+*])|(\d{1,9})[.)])( +)(?=\S)/
        var fence = Fence()
        // The numbered item that is open, and by how much its children are moved.
        var outer: (column: Int, content: Int)?
        var child: (column: Int, shift: Int)?
        var isAfterBlank = false
        for index in source.lines.indices {
            let text = source.lines[index].text
            let isFenced = fence.contains(text)
            let indentation = text.prefix { $0 == " " }.count
            let isBlank = indentation == text.count
            defer { isAfterBlank = isBlank }
            guard !isBlank, !text.hasPrefix("\t") else { continue }
            if let open = child, indentation >= open.column, indentation > (outer?.column ?? 0) {
                source.lines[index].text = String(repeating: " ", count: open.shift) + text
                continue
            }
            child = nil
            guard !isFenced else { continue }
            let match = text.prefixMatch(of: item)
            if let match, match.2 != nil, let open = outer, indentation >= open.column + 2, indentation < open.content {
                child = (indentation, open.content - indentation)
                source.lines[index].text = String(repeating: " ", count: open.content - indentation) + text
            } else if let match {
                if match.3 != nil {
                    outer = (indentation, match.0.count)
                } else if indentation < outer?.content ?? 0 {
                    outer = nil
                }
            } else if isAfterBlank, indentation <= outer?.column ?? 0 {
                outer = nil
            }
        }
    }
}
