// The progress of a build, as numbers and as a line of text.

/// Counts a build's runs, or other things such as photographs, and computes the rate and the time left.
package struct BuildProgress: Sendable {
    /// What is done, if it is not runs that are made.
    let title: String?
    /// What is counted, e.g. `runs`.
    let noun: String
    /// Number of runs to make, or of other things to do.
    let runCount: Int
    /// Number of runs that are stored, or of other things that are done.
    private(set) var runsDone = 0
    /// The work of a run, of all, and of those that are done. Its unit does not matter.
    private let cost: @Sendable (Recipe) -> Double
    private let work: Double
    private var workDone = 0.0
    /// Work done in each worker's current batch, by worker.
    private var workUnderWay: [Int: Double] = [:]

    /// The progress of making `recipes`.
    ///
    /// - Parameter cost: the work of a run; layers and methods differ.
    package init(_ recipes: [Recipe], cost: @escaping @Sendable (Recipe) -> Double) {
        title = nil
        noun = "runs"
        runCount = recipes.count
        work = recipes.reduce(0) { $0 + cost($1) }
        self.cost = cost
    }

    /// The progress of `count` things that take the same time; 0 if nothing is counted.
    package init(_ title: String? = nil, count: Int, of noun: String) {
        self.title = title
        self.noun = noun
        runCount = count
        work = Double(count)
        cost = { _ in 1 }
    }

    /// Updates the counts after an event.
    package mutating func note(_ event: EngineEvent) {
        switch event {
        case .step(let worker, let recipe, let runs, let step):
            workUnderWay[worker] =
                cost(recipe) * Double(runs) * Double(step) / Double(max(1, recipe.variant.method.steps))
        case .stored(let headers, let worker):
            runsDone += headers.count
            workDone += headers.reduce(0) { $0 + cost($1.recipe) }
            if let worker { workUnderWay[worker] = nil }
        case .read(let count): advance(to: runsDone + count)
        case .submitted, .polled: break
        }
    }

    /// Sets the number of things that are done.
    package mutating func advance(to done: Int) {
        runsDone = done
        workDone = Double(done)
    }

    /// The fraction of all work that is done, 0…1.
    var fraction: Double {
        guard work > 0 else { return 1 }
        return min(1, (workDone + workUnderWay.values.reduce(0, +)) / work)
    }

    /// Seconds until all is done, after `seconds` of work; nil before the first run is stored, because the first steps
    /// are slower than others.
    package func secondsLeft(after seconds: Double) -> Double? {
        let fraction = fraction
        guard runsDone > 0, seconds > 0, fraction > 0 else { return nil }
        return seconds * (1 - fraction) / fraction
    }

    /// `12 of 534 runs, 2.1 runs/s, 3 min left`, after `seconds` of work.
    package func summary(after seconds: Double) -> String {
        if let title, runCount == 0 { return "\(title), \(Self.duration(seconds))" }
        var parts = ["\(title.map { "\($0): " } ?? "")\(runsDone) of \(runCount) \(noun)"]
        if let left = secondsLeft(after: seconds) {
            parts.append(Self.rate(Double(runCount) * fraction / seconds, of: noun))
            if fraction < 1 { parts.append("\(Self.duration(left)) left") }
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
