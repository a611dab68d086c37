// BibTeX entries: keys that a person would choose, and text that TeX can read.

import Testing

@testable import Site

struct CitationTests {
    private static func citation(
        _ title: String, authors: [String] = [], date: String? = "2026-11-23"
    ) -> Citation {
        Citation(
            authors: authors, title: title, site: "A small atlas", date: date.flatMap { PostDate($0) },
            address: "https://example.org/a.html", word: Citation.word(of: title))
    }

    @Test(arguments: [
        ("Four ways to ask a neuron", ["Ada Lovelace"], "lovelace2026four"),
        ("What a small transformer looks for", ["René Müller", "B. Second"], "muller2026small"),
        ("The of", [], "small2026the"),
        ("視覚", ["山田 太郎"], "2026"),
        ("On 3 seeds", [], "small20263"),
    ])
    func keysAreSurnameYearAndWord(title: String, authors: [String], key: String) {
        let citation = Self.citation(title, authors: authors)
        #expect(citation.key == key)
    }

    @Test func aNeuronHasNoYear() {
        let citation = Citation(
            authors: ["Ada Lovelace"], title: "Neuron 17 of encoder_layer_5.mlp.3", site: "S", address: nil,
            word: "encoder_layer_5.mlp.3-17")
        #expect(
            citation.bibtex == """
                @misc{lovelaceencoderlayer5mlp317,
                  title = {{Neuron 17 of encoder\\_layer\\_5.mlp.3}},
                  author = {Ada Lovelace},
                  howpublished = {S}
                }
                """)
    }

    @Test func whatTeXReadsAsCommandsIsEscaped() {
        let text = Self.citation("100 % of {a} & $b_c$ ~ \\x^2 #1").bibtex
        #expect(
            text.contains(
                ##"{100 \% of \{a\} \& \$b\_c\$ \textasciitilde{} \textbackslash{}x\textasciicircum{}2 \#1}"##))
        #expect(text.contains("  year = {2026},\n"))
    }
}
