// Keys that front matter has twice: Jekyll takes the last.

/// Finds repeated keys before the YAML is parsed, because the parser refuses them.
enum FrontMatterKeys {
    /// A key that occurs twice; its lines count from 0.
    struct Repeated: Equatable {
        let key: String
        let first: Int
        let last: Int
    }

    /// The YAML with the last value of each key; the lines of the others are empty, so that all numbers stay.
    static func single(in yaml: String) -> (yaml: String, repeated: [Repeated]) {
        var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var starts: [(key: String, line: Int)] = []
        for (line, text) in lines.enumerated() {
            guard let match = text.prefixMatch(of: /(?:([A-Za-z_][\w-]*)|"([^"]*)"|'([^']*)')\s*:(?=\s|$)/) else {
                continue
            }
            starts.append((String(match.1 ?? match.2 ?? match.3 ?? ""), line))
        }
        var repeated: [Repeated] = []
        for (index, start) in starts.enumerated() {
            guard let last = starts.last(where: { $0.key == start.key }), last.line > start.line else { continue }
            repeated.append(Repeated(key: start.key, first: start.line, last: last.line))
            let end = index + 1 < starts.count ? starts[index + 1].line : lines.count
            for line in start.line..<end { lines[line] = "" }
        }
        return (repeated.isEmpty ? yaml : lines.joined(separator: "\n"), repeated)
    }
}
