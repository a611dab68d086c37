// Values that depend on a count, one line for each kind of value.

/// Lines with a point for each whole number that has a value, over an axis from 0.
public struct LineChart: Sendable {
    /// A value at a whole number.
    public struct Point: Sendable, Equatable {
        /// The whole number.
        public var x: Int
        /// The value, finite and not negative.
        public var y: Double

        /// A point; see the properties.
        public init(_ x: Int, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Values of one kind.
    public struct Series: Sendable {
        /// Its name in the legend.
        public var name: String
        /// Its points, by ascending whole numbers.
        public var points: [Point]

        /// A series; see the properties.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// The lines.
    public var series: [Series]
    /// What the chart shows, in a few words.
    public var title: String
    /// What is counted, e.g. `number of seeds`.
    public var axis: String

    /// A chart; see the properties.
    public init(series: [Series], title: String, axis: String) {
        self.series = series
        self.title = title
        self.axis = axis
    }

    /// More numbers than this below the axis would touch.
    private static let mostLabels = 12

    /// The chart as SVG; empty if there are no points.
    public var svg: String {
        let points = series.flatMap(\.points)
        guard let first = points.map(\.x).min(), let last = points.map(\.x).max() else { return "" }
        let legendHeight = 20.0 * Double(series.count)
        let plot = (left: 46.0, right: 420.0, top: legendHeight + 16, bottom: legendHeight + 166)
        let scale = ChartScale(values: points.map(\.y), including: [0])
        func x(_ count: Int) -> Double {
            plot.left + 10 + (plot.right - plot.left - 20) * Double(count - first) / Double(max(1, last - first))
        }
        func y(_ value: Double) -> Double { plot.bottom - (plot.bottom - plot.top) * scale.position(value) }

        var content = ""
        content += scale.lines(from: plot.left, to: plot.right, y: y)
        for count in stride(from: first, through: last, by: (last - first) / Self.mostLabels + 1) {
            content += SVG.text("\(count)", x: x(count), y: plot.bottom + 16, anchor: .middle)
        }
        content += SVG.text(axis, x: (plot.left + plot.right) / 2, y: plot.bottom + 36, anchor: .middle)
        for (index, series) in series.enumerated() {
            let places = series.points.map { SVG.point((x($0.x), y($0.y))) }
            let middle = 8 + 20 * Double(index) + 7
            content += "<path \(SVG.lineStyle(index)) d=\"M\(places.joined(separator: "L"))\"/>\n"
            content += dots(index, at: places)
            content += "<path \(SVG.lineStyle(index)) d=\"M\(SVG.point((plot.left, middle)))h28\"/>\n"
            content += dots(index, at: [SVG.point((plot.left + 14, middle))])
            content += SVG.text(series.name, x: plot.left + 36, y: middle + 4)
        }
        return SVG.document(
            width: 440, height: plot.bottom + 44, title: title,
            description: series.map(description).joined(separator: "; ") + ".", content: content)
    }

    /// Round dots in a line's colour: lines of no length with round ends.
    private func dots(_ index: Int, at places: [String]) -> String {
        "<path class=\"line series-\(index % SVG.colors.count)\" fill=\"none\" "
            + "stroke=\"\(SVG.colors[index % SVG.colors.count])\" stroke-width=\"6\" stroke-linecap=\"round\" "
            + "d=\"\(places.map { "M\($0)h0" }.joined())\"/>\n"
    }

    /// Every number of a series in words.
    private func description(of series: Series) -> String {
        "\(series.name): " + series.points.map { "\(Format.number($0.y)) at \($0.x)" }.joined(separator: ", ")
    }
}
