// The search index: small scripts that pages load on demand. A page opened from a file system may not fetch data.

import Foundation

/// Everything that the search can find.
///
/// - `index.js` calls `atlasSearchIndex` with the layers, `[address, title, path, [[first, last], …], pictures]`, and with
///   the names of the pieces. Neurons are found by layer and number without being listed. `pictures` is the name of every
///   neuron's picture in its folder, or a list of them. Pages also load it for the pictures of neurons that they link to.
/// - `entries.js` calls `atlasSearchEntries([[title, path, kind, picture, about], …])`.
/// - A piece, e.g. `g.js`, calls `atlasSearchPiece("g", {"gold": [0, 5], …})`: the words that begin with its name, and
///   the entries that have them.
/// - `text-3.js` calls `atlasSearchText(3, "…")` with the text of entry 3, of which results show a part.
///
/// Chinese and Japanese are written without spaces: their words are all pairs of neighbouring characters, as in
/// Lucene's CJKBigramFilter.
struct SearchIndex: Sendable {
    /// A layer and its neurons with pages, also of texts alone. A neuron's path is `<number>/index.html` in the layer's
    /// folder.
    struct Layer: Sendable {
        /// The address, as people type it.
        var address: String
        /// What the layer is, in a few words.
        var title: String
        /// Path of its page; of its folder, with a slash, if only neurons of it have pages.
        var path: String
        /// The neurons' numbers, ascending.
        var neurons: [Int]
        /// The names of the neurons' pictures in their folders; empty for a neuron without one.
        var pictures: [String]
    }

    /// An entry found by its words: a post, or a neuron with a label.
    struct Entry: Sendable {
        enum Kind: String, Sendable { case post, neuron }

        /// The result's title.
        var title: String
        /// Path of its page.
        var path: String
        var kind: Kind
        /// Path of a picture.
        var picture: String?
        /// What stands below the title: a date, a layer.
        var about: String
        /// Further words that find it.
        var words: String
        /// The text that finds it, and of which a part is shown.
        var text: String?
    }

    /// The layers.
    var layers: [Layer]
    /// Everything else.
    var entries: [Entry]

    /// The scripts by name, `index.js` first.
    var files: [(name: String, text: String)] {
        var found: [String: [String: [Int]]] = [:]
        for (number, entry) in entries.enumerated() {
            let text = [entry.title, entry.about, entry.words, entry.text ?? ""].joined(separator: " ")
            for word in Set(SearchIndex.words(of: text)) {
                found[SearchIndex.piece(of: word), default: [:]][word, default: []].append(number)
            }
        }
        let names = found.keys.sorted()
        var files = [(SitePaths.searchIndex, index(pieces: names))]
        guard !entries.isEmpty else { return files }
        let rows = entries.map { entry in
            let cells = [entry.title, entry.path, entry.kind.rawValue, entry.picture ?? "", entry.about]
            return "[\(cells.map(JSONText.string).joined(separator: ","))]"
        }
        files.append(("entries.js", "atlasSearchEntries([\(rows.joined(separator: ",\n"))]);\n"))
        for name in names {
            let words = (found[name] ?? [:]).sorted { $0.key < $1.key }.map { word, numbers in
                "\(JSONText.string(word)):[\(numbers.map(String.init).joined(separator: ","))]"
            }
            files.append(
                ("\(name).js", "atlasSearchPiece(\(JSONText.string(name)),{\(words.joined(separator: ",\n"))});\n"))
        }
        for (number, entry) in entries.enumerated() {
            guard let text = entry.text else { continue }
            files.append(("text-\(number).js", "atlasSearchText(\(number),\(JSONText.string(text)));\n"))
        }
        return files
    }

    private func index(pieces: [String]) -> String {
        let layers = layers.map { layer in
            let ranges = SearchIndex.ranges(of: layer.neurons).map { "[\($0.lowerBound),\($0.upperBound)]" }
            let texts = [layer.address, layer.title, layer.path].map(JSONText.string).joined(separator: ",")
            let names = Set(layer.pictures).count == 1 ? Array(layer.pictures.prefix(1)) : layer.pictures
            let list = names.map(JSONText.string).joined(separator: ",")
            return "[\(texts),[\(ranges.joined(separator: ","))],\(names.count == 1 ? list : "[\(list)]")]"
        }
        return "atlasSearchIndex({\"layers\":[\(layers.joined(separator: ",\n"))],\n"
            + "\"hasEntries\":\(!entries.isEmpty),\"pieces\":[\(pieces.map(JSONText.string).joined(separator: ","))]});\n"
    }

    /// The words of a text in lower case. A word with dots or hyphens is found whole and by its parts.
    static func words(of text: String) -> [String] {
        text.lowercased()
            .split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." && $0 != "-" }
            .flatMap { word in
                let parts = word.split { $0 == "." || $0 == "-" }
                guard let first = parts.first, let last = parts.last, parts.count > 1 else { return parts }
                return [word[first.startIndex..<last.endIndex]] + parts
            }
            .flatMap(spaced).filter { word in word.contains { $0.isLetter || $0.isNumber } }
    }

    /// A word's runs of Chinese and Japanese as pairs of characters and the last character, and the rest.
    private static func spaced(_ word: Substring) -> [String] {
        guard word.contains(where: isUnspaced) else { return [String(word)] }
        var words: [String] = []
        var rest = word
        while let first = rest.first {
            let isRun = isUnspaced(first)
            let run = Array(rest.prefix { isUnspaced($0) == isRun })
            rest = rest.dropFirst(run.count)
            words += isRun ? run.indices.map { String(run[$0..<min($0 + 2, run.count)]) } : [String(run)]
        }
        return words
    }

    private static func isUnspaced(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }

    /// The name of the piece that a word is in: its first character, or a block of 256 characters.
    private static func piece(of word: String) -> String {
        guard let first = word.unicodeScalars.first else { return "u0" }
        let isPlain = ("a"..."z").contains(first) || ("0"..."9").contains(first)
        return isPlain ? String(first) : "u\(String(first.value >> 8, radix: 16))"
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
