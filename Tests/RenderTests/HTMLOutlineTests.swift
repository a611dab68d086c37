// The headings and words of a text.

import Testing

@testable import Render

struct HTMLOutlineTests {
    @Test func headingsHaveTheirLevelsIDsAndWords() {
        let html = """
            <h2 id="a">One <em>and</em> <code>two</code></h2><p>x</p><div><h3 id="b">Three &amp; four</h3></div>
            <h2>no id</h2><h4 id="d">too deep</h4><h1 id="e">  top
            </h1><h2 id="f"></h2>
            """
        let found = HTMLOutline.headings(of: html)
        #expect(found.map(\.id) == ["a", "b", "e"])
        #expect(found.map(\.level) == [2, 3, 1])
        #expect(found.map(\.text) == ["One and two", "Three & four", "top"])
    }

    @Test func wordsAreTheWritersOwn() {
        let html = """
            <p>Before <b>bold</b>&lt;x&gt;</p><svg><text>chart</text></svg><ul class="runs"><li>seed 0</li></ul>
            <math><mi>y</mi></math><figcaption>The caption.</figcaption>
            """
        #expect(HTMLOutline.words(of: html) == "Before bold <x> The caption.")
    }
}
