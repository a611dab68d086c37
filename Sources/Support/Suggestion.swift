// Suggestions for an unknown word.

/// Suggestions by edit distance.
package enum Suggestion {
    /// At most `limit` candidates that are near `word`, nearest first.
    ///
    /// Near means a distance of at most 2, or of at most a third of the word's letters.
    package static func nearest(to word: String, among candidates: [String], limit: Int) -> [String] {
        let bound = max(2, word.count / 3)
        let ranked = candidates.enumerated().map { (distance(word.lowercased(), $1.lowercased()), $0, $1) }
        return ranked.filter { $0.0 <= bound }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.2)
    }

    /// The least number of insertions, deletions, substitutions and swaps of neighbours between two words (the
    /// optimal string alignment distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first.unicodeScalars)
        let second = Array(second.unicodeScalars)
        var beforePrevious: [Int] = []
        var previous = Array(0...second.count)
        for (i, a) in first.enumerated() {
            var current = [i + 1]
            for (j, b) in second.enumerated() {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == second[j - 1], first[i - 1] == b {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[second.count]
    }

    /// `; did you mean "…"?`, or an empty text if no candidate is near.
    package static func question(for word: String, among candidates: [String]) -> String {
        nearest(to: word, among: candidates, limit: 1).first.map { "; did you mean \"\($0)\"?" } ?? ""
    }
}
