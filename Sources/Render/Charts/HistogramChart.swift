// How often each value occurs, and where some values of another kind lie.

/// A histogram over one axis, with marks that may lie outside of it.
public struct HistogramChart: Sendable {
    /// A value that the axis marks.
    public struct Mark: Sendable {
        /// Its name in the legend.
        public var name: String
        /// Where it is.
        public var value: Double

        /// A mark; see the properties.
        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// Where the first bin begins.
    public var low: Double
    /// Where the last bin ends.
    public var high: Double
    /// Number of values in each bin; all bins have one width.
    public var counts: [Int]
    /// What the values are, for the legend.
    public var name: String
    /// The marks, drawn as lines.
    public var marks: [Mark]
    /// What the chart shows, in a few words.
    public var title: String
    /// What the axis measures.
    public var axis: String

    /// A chart; see the properties.
    public init(
        low: Double, high: Double, counts: [Int], name: String, marks: [Mark], title: String, axis: String
    ) {
        self.low = low
        self.high = high
        self.counts = counts
        self.name = name
        self.marks = marks
        self.title = title
        self.axis = axis
    }

    /// The chart as SVG; empty without values.
    public var svg: String {
        let total = counts.reduce(0, +)
        guard total > 0, let highest = counts.max() else { return "" }
        let marks = marks.filter(\.value.isFinite)
        let scale = ChartScale(values: [low, high] + marks.map(\.value))
        let legendHeight = 20.0 * Double(1 + marks.count)
        let plot = (left: 12.0, right: 428.0, top: legendHeight + 12, bottom: legendHeight + 112)
        func x(_ value: Double) -> Double { plot.left + (plot.right - plot.left) * scale.position(value) }
        func edge(_ bin: Int) -> Double { low + (high - low) * Double(bin) / Double(counts.count) }

        var content = ""
        for tick in scale.ticks {
            content += SVG.line(from: (x(tick), plot.top), to: (x(tick), plot.bottom))
            content += SVG.text(scale.label(tick), x: x(tick), y: plot.bottom + 16, anchor: .middle)
        }
        content += SVG.text(axis, x: (plot.left + plot.right) / 2, y: plot.bottom + 36, anchor: .middle)
        var path = "M\(SVG.point((x(low), plot.bottom)))"
        for (bin, count) in counts.enumerated() {
            let top = plot.bottom - (plot.bottom - plot.top) * Double(count) / Double(highest)
            path += "V\(Format.coordinate(top))H\(Format.coordinate(x(edge(bin + 1))))"
        }
        let area = "class=\"area\" fill=\"#c9ccd1\" stroke=\"#8a8f98\""
        content += "<path \(area) d=\"\(path)V\(Format.coordinate(plot.bottom))\"/>\n"
        content += SVG.line(from: (plot.left, plot.bottom), to: (plot.right, plot.bottom), style: "axis")
        content += "<path \(area) d=\"M\(SVG.point((plot.left, 20)))v-10h22v10\"/>\n"
        content += SVG.text("\(name) (\(Format.count(total)))", x: plot.left + 30, y: 19)
        for (index, mark) in marks.enumerated() {
            let y = 28 + 20 * Double(index)
            let line = "M\(SVG.point((x(mark.value), plot.top)))V\(Format.coordinate(plot.bottom))"
            content += "<path \(SVG.lineStyle(index)) d=\"\(line)\"/>\n"
            content += "<path \(SVG.lineStyle(index)) d=\"M\(SVG.point((plot.left, y + 7)))h22\"/>\n"
            content += SVG.text("\(mark.name): \(Format.number(mark.value))", x: plot.left + 30, y: y + 11)
        }
        let words = marks.map { "; \($0.name) at \(Format.number($0.value))" }.joined()
        return SVG.document(
            width: 440, height: plot.bottom + 44, title: title,
            description: "\(name): \(Format.count(total)) values between \(Format.number(low)) and "
                + "\(Format.number(high))\(words).",
            content: content)
    }
}
