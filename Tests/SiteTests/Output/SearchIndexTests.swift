// The search index in pieces.

import Testing

@testable import Site

struct SearchIndexTests {
    @Test func searchIsInPieces() throws {
        let index = SearchIndex(
            layers: [.init(address: "heads.head", path: "l/index.html", neurons: [0, 1, 2, 5, 7, 8])],
            entries: [
                .init(title: "Gold <fish>", path: "g.html", kind: "neuron", words: "orange gold"),
                .init(title: "Über", path: "u.html", kind: "post", words: "2 runs"),
            ])
        let files = Dictionary(uniqueKeysWithValues: index.files.map { ($0.name, $0.text) })
        #expect(index.files.map(\.name) == ["index.js", "2.js", "_.js", "f.js", "g.js", "o.js", "r.js"])
        #expect(files["index.js"]?.contains(#"["heads.head","l/index.html",[[0,2],[5,5],[7,8]]]"#) == true)
        let row = #"["Gold \u003cfish\u003e","g.html","neuron","gold fish orange"]"#
        #expect(files["g.js"] == "atlasSearchPiece(\"g\",[\n\(row)\n]);\n")
        #expect(files["_.js"]?.contains("u.html") == true && files["o.js"]?.contains(row) == true)
    }
}
