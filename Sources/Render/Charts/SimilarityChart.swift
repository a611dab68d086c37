// How alike every two runs are, as a matrix of shaded cells with their numbers.

/// A square matrix of similarities.
public struct SimilarityChart: Sendable {
    /// The runs' names, e.g. `seed 0`.
    public var names: [String]
    /// The similarity of every two runs, from −1 to 1; row by row.
    public var values: [[Double]]
    /// What the chart shows, in a few words.
    public var title: String

    /// A chart; see the properties. A value that is missing or not a number leaves its cell empty.
    public init(names: [String], values: [[Double]], title: String) {
        self.names = names
        self.values = values
        self.title = title
    }

    /// The chart as SVG; empty if there are no runs.
    public var svg: String {
        guard !names.isEmpty else { return "" }
        let cell = 52.0
        let left = 64.0
        let top = 26.0
        var content = ""
        var sentences: [String] = []
        for (row, name) in names.enumerated() {
            let center = (Double(row) + 0.5) * cell
            content += SVG.text(name, x: left - 8, y: top + center + 4, anchor: .end)
            content += SVG.text(name, x: left + center, y: top - 8, anchor: .middle)
            for column in names.indices where row < values.count && column < values[row].count {
                let value = values[row][column]
                guard value.isFinite else { continue }
                let x = left + Double(column) * cell
                let y = top + Double(row) * cell
                // Never so dark that the number on it cannot be read; negative similarities are as white as 0.
                let shade = Format.coordinate(0.45 * min(1, max(0, value)))
                content +=
                    "<rect class=\"cell\" x=\"\(Format.coordinate(x))\" y=\"\(Format.coordinate(y))\" width=\"51\" "
                    + "height=\"51\" fill=\"#1f5fa8\" fill-opacity=\"\(shade)\"/>\n"
                let text = SimilarityChart.text(value)
                content += SVG.text(text, x: x + cell / 2, y: y + cell / 2 + 4, anchor: .middle, style: "value")
                if column > row { sentences.append("\(name) and \(names[column]): \(text)") }
            }
        }
        let size = Double(names.count) * cell
        return SVG.document(
            width: left + size + 12, height: top + size + 8, title: title,
            description: sentences.joined(separator: "; ") + ".", content: content)
    }

    private static func text(_ value: Double) -> String {
        let text = Format.coordinate(value)
        return text.hasPrefix("-") ? "−\(text.dropFirst())" : text
    }
}
