// How scores are distributed: pairs of one neuron's runs against pairs of different neurons.

/// Histograms of groups of values over one axis, each as shares of its group.
public struct DistributionChart: Sendable {
    /// Values that belong together, counted in bins: a chart of millions of pairs costs no more than one of ten.
    public struct Group: Sendable {
        /// Its name in the legend, e.g. `runs of one neuron`.
        public var name: String
        /// Number of values in each bin.
        public var counts: [Int]

        /// A group; see the properties.
        public init(name: String, counts: [Int]) {
            self.name = name
            self.counts = counts
        }

        /// Number of values.
        fileprivate var total: Int { counts.reduce(0, +) }
    }

    /// The bins' edges, ascending: one more than there are bins.
    public var edges: [Double]
    /// The groups: the first is drawn as an area, the others as lines of different dashes.
    public var groups: [Group]
    /// What the chart shows, in a few words.
    public var title: String
    /// What the axis measures, e.g. `cosine similarity`.
    public var axis: String

    /// A chart; see the properties.
    ///
    /// - Precondition: The edges ascend, and each group has a count for each bin.
    public init(edges: [Double], groups: [Group], title: String, axis: String) {
        precondition(
            groups.allSatisfy { $0.counts.count + 1 == edges.count } && zip(edges, edges.dropFirst()).allSatisfy(<),
            "a histogram of n bins has n + 1 ascending edges")
        self.edges = edges
        self.groups = groups
        self.title = title
        self.axis = axis
    }

    /// The bins between the first and the last that hold a value; nil if there is none.
    private var usedBins: ClosedRange<Int>? {
        let used = edges.indices.dropLast().filter { bin in groups.contains { $0.counts[bin] > 0 } }
        guard let first = used.first, let last = used.last else { return nil }
        return first...last
    }

    /// The chart as SVG; empty if no group has a value.
    public var svg: String {
        guard let bins = usedBins else { return "" }
        let legendHeight = 20.0 * Double(groups.count)
        let plot = (left: 12.0, right: 428.0, top: legendHeight + 16, bottom: legendHeight + 146)
        let scale = ChartScale(values: [edges[bins.lowerBound], edges[bins.upperBound + 1]])
        let shares = groups.map { group in bins.map { Double(group.counts[$0]) / Double(max(1, group.total)) } }
        let highest = shares.lazy.flatMap { $0 }.max() ?? 1
        func x(_ value: Double) -> Double { plot.left + (plot.right - plot.left) * scale.position(value) }

        var content = ""
        for tick in scale.ticks {
            content += SVG.line(from: (x(tick), plot.top), to: (x(tick), plot.bottom))
            content += SVG.text(scale.label(tick), x: x(tick), y: plot.bottom + 16, anchor: .middle)
        }
        content += SVG.text(axis, x: (plot.left + plot.right) / 2, y: plot.bottom + 36, anchor: .middle)
        for (index, shares) in shares.enumerated() {
            var path = "M\(SVG.point((x(edges[bins.lowerBound]), plot.bottom)))"
            for (bin, share) in zip(bins, shares) {
                let top = plot.bottom - (plot.bottom - plot.top) * share / highest
                path += "V\(Format.coordinate(top))H\(Format.coordinate(x(edges[bin + 1])))"
            }
            path += "V\(Format.coordinate(plot.bottom))"
            content += "<path \(style(index)) d=\"\(path)\"/>\n"
        }
        content += SVG.line(from: (plot.left, plot.bottom), to: (plot.right, plot.bottom), style: "axis")
        for (index, group) in groups.enumerated() {
            let y = 8 + 20 * Double(index)
            content += "<path \(style(index)) d=\"M\(SVG.point((plot.left, y + 12)))v-10h22v10\"/>\n"
            content += SVG.text("\(group.name) (\(Format.count(group.total)))", x: plot.left + 30, y: y + 11)
        }
        return SVG.document(
            width: 440, height: plot.bottom + 44, title: title,
            description: groups.map(description).joined(separator: "; ") + ".", content: content)
    }

    private func style(_ index: Int) -> String {
        index == 0 ? "class=\"area\" fill=\"#c9ccd1\" stroke=\"#8a8f98\"" : SVG.lineStyle(index - 1)
    }

    /// A group in words. Values are known to a bin's width; the median is the middle of its bin.
    private func description(of group: Group) -> String {
        let used = group.counts.indices.filter { group.counts[$0] > 0 }
        guard let first = used.first, let last = used.last else { return "\(group.name): no values" }
        var before = 0
        let median =
            used.first { bin in
                before += group.counts[bin]
                return 2 * before > group.total
            } ?? last
        return "\(group.name): \(Format.count(group.total)) values, median about "
            + "\(Format.number((edges[median] + edges[median + 1]) / 2)), between \(Format.number(edges[first])) and "
            + Format.number(edges[last + 1])
    }
}
