// The progress of a build, as numbers and as a line of text.

/// Counts a build's runs and steps, or its photographs, and computes the rate and the time left.
package struct BuildProgress: Sendable {
    /// What is counted, e.g. `runs`.
    let noun: String
    /// Number of runs to make, or of photographs to read.
    let runCount: Int
    /// Total number of their steps.
    let stepCount: Int
    /// Number of runs that are stored.
    private(set) var runsDone = 0
    private var stepsDone = 0
    /// Steps done in each worker's current batch, by worker.
    private var stepsUnderWay: [Int: Int] = [:]

    /// The progress of making `recipes`.
    package init(_ recipes: [Recipe]) {
        noun = "runs"
        runCount = recipes.count
        stepCount = recipes.reduce(0) { $0 + $1.variant.method.steps }
    }

    /// The progress of reading this many photographs.
    package init(photographs: Int) {
        noun = "photographs"
        runCount = photographs
        stepCount = photographs
    }

    /// Updates the counts after an event.
    package mutating func note(_ event: EngineEvent) {
        switch event {
        case .step(let worker, let runs, let step): stepsUnderWay[worker] = runs * step
        case .stored(let headers, let worker):
            runsDone += headers.count
            stepsDone += headers.reduce(0) { $0 + $1.recipe.variant.method.steps }
            if let worker { stepsUnderWay[worker] = nil }
        case .read(let count):
            runsDone += count
            stepsDone += count
        case .submitted, .polled: break
        }
    }

    /// The fraction of all steps that is done, 0…1.
    var fraction: Double {
        guard stepCount > 0 else { return 1 }
        return min(1, Double(stepsDone + stepsUnderWay.values.reduce(0, +)) / Double(stepCount))
    }

    /// `12 of 534 runs, 2.1 runs/s, 3 min left`, after `seconds` of work.
    package func summary(after seconds: Double) -> String {
        var parts = ["\(runsDone) of \(runCount) \(noun)"]
        let fraction = fraction
        if seconds > 0, fraction > 0 {
            parts.append(Self.rate(Double(runCount) * fraction / seconds, of: noun))
            if fraction < 1 { parts.append("\(Self.duration(seconds * (1 - fraction) / fraction)) left") }
        }
        return parts.joined(separator: ", ")
    }

    /// A line of at most `width` columns, with a bar if there is room for one.
    package func line(after seconds: Double, width: Int) -> String {
        let text = summary(after: seconds)
        // The 3 columns are the brackets and a space. A bar of fewer than 8 cells would show nothing.
        let cells = min(40, width - text.count - 3)
        guard cells >= 8 else { return String(text.prefix(max(0, width))) }
        let full = Int(Double(cells) * fraction)
        return "[\(String(repeating: "#", count: full))\(String(repeating: "-", count: cells - full))] \(text)"
    }

    /// `2.1 runs/s`; a rate below 1 is given per minute or per hour.
    static func rate(_ runsPerSecond: Double, of noun: String = "runs") -> String {
        for (unit, seconds) in [("s", 1.0), ("min", 60)] where runsPerSecond * seconds >= 1 {
            return "\(rounded(runsPerSecond * seconds)) \(noun)/\(unit)"
        }
        return "\(rounded(runsPerSecond * 3600)) \(noun)/h"
    }

    /// `45 s`, `3 min`, `2 h 05 min` or `3 d 4 h`.
    package static func duration(_ seconds: Double) -> String {
        // Far beyond any build, and far below what an integer holds.
        let seconds = Int(min(max(0, seconds), 1e9).rounded())
        if seconds < 60 { return "\(seconds) s" }
        let minutes = (seconds + 30) / 60
        if minutes < 60 { return "\(minutes) min" }
        let hours = minutes / 60
        if hours < 24 { return "\(hours) h \(minutes % 60 < 10 ? "0" : "")\(minutes % 60) min" }
        return "\(hours / 24) d \(hours % 24) h"
    }

    /// One decimal below 10, none above.
    private static func rounded(_ value: Double) -> String {
        value < 9.95 ? "\((value * 10).rounded() / 10)" : "\(Int(min(value, 1e9).rounded()))"
    }
}
