// Activation against optimisation step, one line per run.

/// The activation of runs, step by step.
public struct ActivationChart: Sendable {
    /// One run.
    public struct Series: Sendable {
        /// Its name at the line's end, e.g. `seed 0`.
        public var name: String
        /// The activation at each step, the first included. Values that are not numbers leave gaps.
        public var values: [Double]

        /// A run; see the properties.
        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// The runs.
    public var series: [Series]
    /// What the chart shows, in a few words.
    public var title: String

    /// A chart; see the properties.
    public init(series: [Series], title: String) {
        self.series = series
        self.title = title
    }

    private static let width = 440.0
    private static let height = 190.0
    private static let plot = (left: 46.0, right: 362.0, top: 14.0, bottom: 160.0)
    /// More points than this on a line cannot be told apart.
    private static let mostPoints = 158

    /// The chart as SVG; empty if no run has a value.
    public var svg: String {
        let steps = (series.map(\.values.count).max() ?? 0) - 1
        guard steps >= 1, series.contains(where: { $0.values.contains(where: \.isFinite) }) else { return "" }
        let plot = ActivationChart.plot
        let scale = ChartScale(values: series.flatMap(\.values), including: [0])
        func x(_ step: Int) -> Double { plot.left + (plot.right - plot.left) * Double(step) / Double(steps) }
        func y(_ value: Double) -> Double { plot.bottom - (plot.bottom - plot.top) * scale.position(value) }

        var content = ""
        content += scale.lines(from: plot.left, to: plot.right, y: y)
        content += SVG.text("0", x: plot.left, y: plot.bottom + 18)
        content += SVG.text("\(steps) steps", x: plot.right, y: plot.bottom + 18, anchor: .end)

        for (index, run) in series.enumerated() {
            let path = ActivationChart.path(of: run.values, x: x, y: y)
            if !path.isEmpty { content += "<path \(SVG.lineStyle(index)) d=\"\(path)\"/>\n" }
        }
        content += names(y: y)
        return SVG.document(
            width: ActivationChart.width, height: ActivationChart.height, title: title, description: description,
            content: content)
    }

    /// The numbers of the chart in words.
    private var description: String {
        series.map { run in
            let values = run.values.filter(\.isFinite)
            guard let first = values.first, let last = values.last else { return "\(run.name): no values" }
            return "\(run.name): from \(Format.number(first)) to \(Format.number(last))"
        }.joined(separator: "; ") + "."
    }

    private static func path(of values: [Double], x: (Int) -> Double, y: (Double) -> Double) -> String {
        let stride = max(1, (values.count + mostPoints - 1) / mostPoints)
        var path = ""
        var isOpen = false
        for (step, value) in values.enumerated() where step % stride == 0 || step == values.count - 1 {
            if value.isFinite && abs(value) < 1e150 {
                path += (isOpen ? "L" : "M") + SVG.point((x(step), y(value)))
                isOpen = true
            } else {
                isOpen = false
            }
        }
        return path
    }

    /// The runs' names beside their last values, moved apart where they would overlap.
    private func names(y: (Double) -> Double) -> String {
        let plot = ActivationChart.plot
        var places = series.enumerated().compactMap { index, run -> (index: Int, y: Double)? in
            run.values.last { $0.isFinite && abs($0) < 1e150 }.map { (index, y($0)) }
        }.sorted { ($0.y, $0.index) < ($1.y, $1.index) }
        let distance = 15.0
        for i in places.indices.dropFirst() { places[i].y = max(places[i].y, places[i - 1].y + distance) }
        let excess = (places.last?.y ?? 0) - plot.bottom
        if excess > 0 {
            for i in places.indices { places[i].y -= excess }
            for i in places.indices.reversed().dropFirst() {
                places[i].y = min(places[i].y, places[i + 1].y - distance)
            }
        }
        return places.map { place in
            let left = plot.right + 6
            return "<path \(SVG.lineStyle(place.index)) d=\"M\(SVG.point((left, place.y)))h14\"/>\n"
                + SVG.text(series[place.index].name, x: left + 18, y: place.y + 4)
        }.joined()
    }
}
