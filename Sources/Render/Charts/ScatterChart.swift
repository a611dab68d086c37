// Two measures of many things against each other, a point each.

/// Points in a plane, each a link if it has one, with a line on each axis that divides high from low.
public struct ScatterChart: Sendable {
    /// One thing.
    public struct Point: Sendable {
        /// Its name, e.g. `neuron 17`.
        public var name: String
        /// Where its link leads, relative to the page; nil for a dot alone.
        public var link: String?
        /// Its value on the horizontal axis.
        public var x: Double
        /// Its value on the vertical axis.
        public var y: Double

        /// A point; see the properties.
        public init(name: String, link: String?, x: Double, y: Double) {
            self.name = name
            self.link = link
            self.x = x
            self.y = y
        }
    }

    /// The points.
    public var points: [Point]
    /// Where the axes are divided.
    public var divides: (x: Double, y: Double)
    /// What the chart shows, in a few words.
    public var title: String
    /// What the horizontal axis measures.
    public var xAxis: String
    /// What the vertical axis measures.
    public var yAxis: String

    /// A chart; see the properties.
    public init(points: [Point], divides: (x: Double, y: Double), title: String, xAxis: String, yAxis: String) {
        self.points = points
        self.divides = divides
        self.title = title
        self.xAxis = xAxis
        self.yAxis = yAxis
    }

    /// The chart as SVG; empty without points.
    public var svg: String {
        let points = points.filter { $0.x.isFinite && $0.y.isFinite }
        guard !points.isEmpty else { return "" }
        let plot = (left: 52.0, right: 428.0, top: 28.0, bottom: 288.0)
        let across = ChartScale(values: points.map(\.x), including: [divides.x])
        let up = ChartScale(values: points.map(\.y), including: [divides.y])
        func x(_ value: Double) -> Double { plot.left + (plot.right - plot.left) * across.position(value) }
        func y(_ value: Double) -> Double { plot.bottom - (plot.bottom - plot.top) * up.position(value) }

        var content = up.lines(from: plot.left, to: plot.right, y: y)
        for tick in across.ticks {
            content += SVG.line(from: (x(tick), plot.top), to: (x(tick), plot.bottom))
            content += SVG.text(across.label(tick), x: x(tick), y: plot.bottom + 16, anchor: .middle)
        }
        content += SVG.line(from: (x(divides.x), plot.top), to: (x(divides.x), plot.bottom), style: "axis")
        content += SVG.line(from: (plot.left, y(divides.y)), to: (plot.right, y(divides.y)), style: "axis")
        content += SVG.text(xAxis, x: (plot.left + plot.right) / 2, y: plot.bottom + 36, anchor: .middle)
        content += SVG.text(yAxis, x: 4, y: 14)
        // A line of no length with round ends is a dot, and half as long as a circle in a file with thousands of them.
        // The tab key passes over them, because the neurons' grid has the same links.
        content += "<g class=\"points\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"7\" stroke-linecap=\"round\">\n"
        func dot(_ point: Point) -> String { "M\(SVG.point((x(point.x), y(point.y))))h0" }
        for point in points {
            guard let link = point.link else { continue }
            content += "<a href=\"\(HTML.escaped(link))\" aria-label=\"\(HTML.escaped(point.name))\" tabindex=\"-1\">"
            content += "<path d=\"\(dot(point))\"/></a>\n"
        }
        let unlinked = points.filter { $0.link == nil }
        if !unlinked.isEmpty { content += "<path d=\"\(unlinked.map(dot).joined())\"/>\n" }
        content += "</g>\n"
        let high = points.count { $0.x >= divides.x && $0.y >= divides.y }
        return SVG.document(
            width: 440, height: plot.bottom + 44, title: title,
            description: "\(points.count) points; \(xAxis) across, \(yAxis) upwards; \(high) are high in both.",
            content: content, hasLinks: unlinked.count < points.count)
    }
}
