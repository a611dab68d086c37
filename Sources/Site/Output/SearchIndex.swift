// The search index: small scripts that pages load on demand. A page opened from a file system may not fetch data.

/// Everything that the search can find, in pieces by the first character of its words.
///
/// `index.js` calls `atlasSearchIndex({"layers":[[address,path,[[first,last],…]],…],"pieces":["a",…]})`: neurons are
/// found by layer and number without being listed. Each piece, e.g. `g.js`, calls
/// `atlasSearchPiece("g",[[title,path,kind,"words of the entry"],…])` with the entries that have a word starting with
/// it. Words that start with neither a letter from a to z nor a digit are in `_.js`.
struct SearchIndex: Sendable {
    /// A layer and its neurons with pages. A neuron's path is the layer's with `index.html` replaced by
    /// `<number>/index.html`.
    struct Layer: Sendable {
        /// The address, as people type it.
        var address: String
        /// Path of its page.
        var path: String
        /// The neurons' numbers, ascending.
        var neurons: [Int]
    }

    /// An entry found by its words: a post, or a neuron with a label.
    struct Entry: Sendable {
        /// The result's title.
        var title: String
        /// Path of its page.
        var path: String
        /// What it is: `post`, `neuron`.
        var kind: String
        /// The text whose words find it.
        var words: String
    }

    /// The layers.
    var layers: [Layer]
    /// Everything else.
    var entries: [Entry]

    /// The scripts by name, `index.js` first.
    var files: [(name: String, text: String)] {
        var pieces: [String: [String]] = [:]
        for entry in entries {
            let words = SearchIndex.words(of: entry.title + " " + entry.words)
            let row = [entry.title, entry.path, entry.kind, words.joined(separator: " ")].map(JSONText.string)
            for piece in Set(words.compactMap(SearchIndex.piece)) {
                pieces[piece, default: []].append("[\(row.joined(separator: ","))]")
            }
        }
        let names = pieces.keys.sorted()
        let layers = layers.map { layer in
            let ranges = SearchIndex.ranges(of: layer.neurons).map { "[\($0.lowerBound),\($0.upperBound)]" }
            return
                "[\(JSONText.string(layer.address)),\(JSONText.string(layer.path)),[\(ranges.joined(separator: ","))]]"
        }
        let index =
            "atlasSearchIndex({\"layers\":[\(layers.joined(separator: ",\n"))],\n"
            + "\"pieces\":[\(names.map(JSONText.string).joined(separator: ","))]});\n"
        return [(SitePaths.searchIndex, index)]
            + names.map { name in
                let rows = pieces[name, default: []].joined(separator: ",\n")
                return ("\(name).js", "atlasSearchPiece(\(JSONText.string(name)),[\n\(rows)\n]);\n")
            }
    }

    /// The different words of a text in lower case, in the order of their first use.
    static func words(of text: String) -> [String] {
        var seen: Set<String> = []
        return text.lowercased()
            .split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." && $0 != "-" }
            .map(String.init).filter { seen.insert($0).inserted }
    }

    private static func piece(of word: String) -> String? {
        guard let first = word.unicodeScalars.first else { return nil }
        let isPlain = ("a"..."z").contains(first) || ("0"..."9").contains(first)
        return isPlain ? String(first) : "_"
    }

    private static func ranges(of numbers: [Int]) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, number - last.upperBound <= 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, number)
            } else {
                ranges.append(number...number)
            }
        }
        return ranges
    }
}
