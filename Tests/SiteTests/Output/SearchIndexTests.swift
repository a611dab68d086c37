// The search index in pieces, and the words that find a text.

import Testing

@testable import Site

struct SearchIndexTests {
    private static func files(of index: SearchIndex) -> [String: String] {
        Dictionary(uniqueKeysWithValues: index.files.map { ($0.name, $0.text) })
    }

    @Test func searchIsInPieces() throws {
        let index = SearchIndex(
            layers: [
                .init(
                    address: "heads.head", title: "Classes", path: "l/index.html", neurons: [0, 1, 2, 5, 7, 8],
                    pictures: Array(repeating: "thumbnail.jpg", count: 6)),
                .init(address: "a", title: "A", path: "a/index.html", neurons: [0, 1], pictures: ["x.png", ""]),
            ],
            entries: [
                .init(
                    title: "Gold <fish>", path: "g.html", kind: .neuron, picture: "p.png", about: "Classes",
                    words: "orange gold"),
                .init(title: "Über", path: "u.html", kind: .post, about: "2025", words: "runs", text: "Pure gold."),
            ])
        let files = Self.files(of: index)
        #expect(
            index.files.map(\.name) == [
                "index.js", "entries.js", "2.js", "c.js", "f.js", "g.js", "o.js", "p.js", "r.js", "u0.js", "text-1.js",
            ])
        let start = try #require(files["index.js"])
        #expect(start.contains(#"["heads.head","Classes","l/index.html",[[0,2],[5,5],[7,8]],"thumbnail.jpg"]"#))
        #expect(start.contains(#"["a","A","a/index.html",[[0,1]],["x.png",""]]"#))
        #expect(
            files["entries.js"]?.contains(#"["Gold \u003cfish\u003e","g.html","neuron","p.png","Classes"]"#) == true)
        #expect(files["g.js"] == "atlasSearchPiece(\"g\",{\"gold\":[0,1]});\n")
        #expect(files["u0.js"] == "atlasSearchPiece(\"u0\",{\"über\":[1]});\n")
        #expect(files["text-1.js"] == "atlasSearchText(1,\"Pure gold.\");\n")
    }

    @Test func withoutEntriesThereIsOneFile() {
        let index = SearchIndex(layers: [], entries: [])
        #expect(index.files.map(\.name) == ["index.js"])
        #expect(index.files[0].text.contains("\"hasEntries\":false"))
    }

    @Test(arguments: [
        ("Gold, “fish”!", ["gold", "fish"]),
        ("encoder_layer_5.mlp.3", ["encoder_layer_5.mlp.3", "encoder_layer_5", "mlp", "3"]),
        ("state-of-the-art", ["state-of-the-art", "state", "of", "the", "art"]),
        ("-- . _x", ["_x"]),
        // As Lucene's CJKBigramFilter, and the last character alone, which a prefix of one character finds.
        ("視覚変換器", ["視覚", "覚変", "変換", "換器", "器"]),
        ("ViT入門", ["vit", "入門", "門"]),
        ("注意 attention", ["注意", "意", "attention"]),
        ("", []),
    ])
    func wordsOfATextAreFound(text: String, expected: [String]) {
        #expect(SearchIndex.words(of: text) == expected)
    }
}
