// The parts of all charts. The theme's CSS sets the colours by class; attributes give colours for readers without CSS
// (feed readers).

/// Pieces of SVG text.
enum SVG {
    /// A whole picture: role, title and description for those who do not see it, and an opaque background.
    ///
    /// - Parameter hasLinks: whether there are links in it; a mere picture's would be hidden.
    static func document(
        width: Double, height: Double, title: String, description: String, content: String, hasLinks: Bool = false
    ) -> String {
        let w = Format.coordinate(width)
        let h = Format.coordinate(height)
        return "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(w) \(h)\" "
            + "width=\"\(Format.coordinate(width * 1.2))\" height=\"\(Format.coordinate(height * 1.2))\"\(hasLinks ? "" : " role=\"img\"") "
            + "font-size=\"12\">\n<title>\(HTML.escaped(title))</title>\n"
            + "<desc>\(HTML.escaped(description))</desc>\n"
            + "<rect class=\"ground\" width=\"\(w)\" height=\"\(h)\" fill=\"#fff\"/>\n\(content)</svg>"
    }

    /// Which point of a text is at its position.
    enum Anchor: String {
        case start, middle, end
    }

    static func text(_ text: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "label") -> String {
        let position = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        return "<text class=\"\(style)\" x=\"\(Format.coordinate(x))\" y=\"\(Format.coordinate(y))\"\(position)>"
            + "\(HTML.escaped(text))</text>\n"
    }

    static func line(from: (x: Double, y: Double), to: (x: Double, y: Double), style: String = "grid") -> String {
        "<path class=\"\(style)\" d=\"M\(point(from))L\(point(to))\" stroke=\"#ccc\" fill=\"none\"/>\n"
    }

    static func point(_ point: (x: Double, y: Double)) -> String {
        "\(Format.coordinate(point.x)) \(Format.coordinate(point.y))"
    }

    /// Dashes that distinguish lines without colour; the first is a solid line.
    static let dashes = ["", "6 3", "2 3", "8 3 2 3", "12 4", "1 4"]
    /// Colours where the theme's CSS is missing.
    static let colors = ["#1f5fa8", "#a8501f", "#2f7a4d", "#7a3f8f", "#6b6b1f", "#555555"]

    /// The attributes of the n-th line.
    static func lineStyle(_ index: Int) -> String {
        let dash = dashes[index % dashes.count]
        return "class=\"line series-\(index % colors.count)\" fill=\"none\" stroke=\"\(colors[index % colors.count])\" "
            + "stroke-width=\"1.75\"" + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
    }
}

/// An axis with round numbers on it.
struct ChartScale {
    /// Lower and upper end in the data's units.
    let range: ClosedRange<Double>
    /// The round numbers inside the range, ascending.
    let ticks: [Double]

    /// An axis for these values with about four ticks. Values that are not numbers are left out.
    init(values: some Sequence<Double>, including: [Double] = []) {
        let finite = (Array(values) + including).filter { $0.isFinite && abs($0) < 1e150 }
        let low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if high <= low { high = low + max(abs(low) * 0.1, 1e-9) }
        let rough = (high - low) / 4
        let magnitude = ChartScale.powerOfTen(below: rough)
        let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? rough
        // A little room beyond the last values.
        range = (low - (high - low) * 0.03)...(high + (high - low) * 0.03)
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        ticks = (0...Int(min(12, max(0, last - first)))).map { (first + Double($0)) * step }
    }

    private static func powerOfTen(below value: Double) -> Double {
        var power = 1.0
        while power > value { power /= 10 }
        while power * 10 <= value { power *= 10 }
        return power
    }

    /// The position of a value: 0 at the lower end, 1 at the upper.
    func position(_ value: Double) -> Double {
        (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }

    /// A tick's number; rounding errors near 0 are shown as 0.
    func label(_ tick: Double) -> String {
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        return abs(tick) < step * 1e-6 ? "0" : Format.tick(tick)
    }
}

extension ChartScale {
    /// A line across the chart for each tick, with its number to the left.
    func lines(from left: Double, to right: Double, y: (Double) -> Double) -> String {
        ticks.map { tick in
            SVG.line(from: (left, y(tick)), to: (right, y(tick)), style: tick == 0 ? "axis" : "grid")
                + SVG.text(label(tick), x: left - 6, y: y(tick) + 4, anchor: .end)
        }.joined()
    }
}
