// The nearest of several names, for messages about a name that is none of them.

/// What the writer may have meant.
enum Suggestion {
    /// A sentence that names the nearest candidates, or nothing where none is near.
    static func sentence(for name: String, among candidates: some Sequence<String>) -> String {
        let near = Set(candidates)
            .map { (name: $0, distance: distance(Array(name.lowercased().utf8), Array($0.lowercased().utf8))) }
            .filter { $0.distance <= max(1, ($0.name.utf8.count + 1) / 3) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(2).map(\.name)
        return near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
    }

    /// Levenshtein distance, with two neighbours that changed places as one step.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var above: [Int] = []
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var next = [i + 1]
            for (j, y) in b.enumerated() {
                var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (x == y ? 0 : 1))
                if i > 0, j > 0, x == b[j - 1], y == a[i - 1] { best = min(best, above[j - 1] + 1) }
                next.append(best)
            }
            (above, row) = (row, next)
        }
        return row[b.count]
    }
}
