// Hostile HTML, put together from pieces that have broken other sanitisers.

@testable import Render

/// Texts for the tests of the allow-list, and for `scripts/check-html`.
enum HTMLSamples {
    /// Number of texts that are tested.
    static let count = 10_000

    /// The text of a seed, from 0.
    static func text(_ seed: UInt64) -> String {
        var state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        // Half of the texts begin with an attack that is known, and all are mutated.
        var parts = next(2) == 0 ? [attacks[next(attacks.count)]] : []
        for _ in 0..<(1 + next(12)) { parts.append(pieces[next(pieces.count)]) }
        for _ in 0..<next(4) where parts.count > 1 { parts.swapAt(next(parts.count), next(parts.count)) }
        var text = Array(parts.joined().unicodeScalars)
        for _ in 0..<next(4) where !text.isEmpty {
            let place = next(text.count)
            switch next(4) {
            case 0: text.remove(at: place)
            case 1: text.insert(noise[next(noise.count)], at: place)
            case 2: text[place] = noise[next(noise.count)]
            default: text.insert(contentsOf: text[place..<min(text.count, place + 1 + next(20))], at: next(text.count))
            }
        }
        return String(String.UnicodeScalarView(text))
    }

    private static let noise = Array(
        "<>\"'/= \t\n\u{C}\r&;#!-`\\:xaA\u{0}\u{7F}\u{A0}\u{301}\u{2028}\u{FFFD}\u{10F806}\u{10F807}\u{10F810}"
            .unicodeScalars)

    /// Attacks of the XSS Filter Evasion Cheat Sheet and of DOMPurify's and others' published bypasses, with `hit()`
    /// as what must not run.
    static let attacks = [
        "<script>hit()</script>", "<img src=x onerror=hit()>", "<svg onload=hit()>",
        "<svg><script>hit()</script></svg>",
        "<a href=javascript:hit()>x</a>", "<a href=\" java&#10;script&colon;hit()\">x</a>",
        "<a href=\"&#1;javascript:hit()\">x</a>", "<a href=JaVaScRiPt:hit()>x</a>",
        "<iframe src=javascript:hit()></iframe>",
        "<iframe srcdoc=\"<script>parent.hit()</script>\"></iframe>", "<object data=javascript:hit()></object>",
        "<embed src=javascript:hit()>", "<form action=javascript:hit()><button>x</button></form>",
        "<button formaction=javascript:hit()>x", "<input autofocus onfocus=hit()>",
        "<details open ontoggle=hit()>x</details>",
        "<video><source onerror=hit()></video>", "<audio src=x onerror=hit()>", "<body onload=hit()>",
        "<base href=//evil/>",
        "<meta http-equiv=refresh content=\"0;url=javascript:hit()\">", "<link rel=stylesheet href=data:,*%7bx:1%7d>",
        "<style>*{background:url(javascript:hit())}</style>", "<div style=\"background:url(javascript:hit())\">x</div>",
        "<div style=\"width:expression(hit())\">x</div>", "<img src=x style=\"behavior:url(x)\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=hit()&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=hit()>\">",
        "<noscript><p title=\"</noscript><img src=x onerror=hit()>\">",
        "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=hit()></style></annotation-xml></math>",
        "<svg><foreignObject><div><style><img src=x onerror=hit()></style>",
        "<template><img src=x onerror=hit()></template>",
        "<select><template><style><!--</style><a rel=\"--></style></template></select><img id=x src onerror=hit()>\">",
        "<xmp><p title=\"</xmp><img src=x onerror=hit()>\">",
        "<noembed><img title=\"</noembed><img src=x onerror=hit()>\">",
        "<iframe><img title=\"</iframe><img src=x onerror=hit()>\"></iframe>",
        "<textarea></textarea><img src=x onerror=hit()>",
        "<title><a title=\"</title><img src=x onerror=hit()>\">", "<plaintext><img src=x onerror=hit()>",
        "<a><table><td><a><table></table><a></tr><a></table><img src=x onerror=hit()><a>",
        "<table><a href=x><tr><td><a href=javascript:hit()>", "<!--><img src=x onerror=hit()>-->",
        "<!---!><img src=x onerror=hit()>",
        "<![CDATA[><img src=x onerror=hit()>]]>", "<?php <img src=x onerror=hit()> ?>", "<img/src=x/onerror=hit()>",
        "<img src=\"x\" alt=\"`><img src=x onerror=hit()>\">", "<p id=\"main\"><p id=main></p>",
        "<a name=getElementById>x</a>",
        "<img srcset=\"javascript:hit() 1x, x.png 2x\">",
        "<a href=\"data:text/html,<script>hit()</script>\" target=_top>x</a>",
        "<img src=\"data:image/svg+xml,<svg onload=hit()>\">",
        "<iframe src=\"data:text/html,<script>parent.hit()</script>\">",
        "<svg><a xlink:href=javascript:hit()><text>x</text></a></svg>",
        "<svg><animate onbegin=hit() attributeName=x dur=1s>",
        "<svg><use href=\"data:image/svg+xml,<svg id=x onload=hit()>#x\"></use></svg>",
        "<marquee onstart=hit()>x</marquee>",
        "<div contenteditable onfocus=hit() autofocus>x</div>", "<p popover onbeforetoggle=hit()>x",
        "<dialog open onclose=hit()><form method=dialog><button>x",
        "<frameset onload=hit()><frame src=javascript:hit()>",
        "<isindex action=javascript:hit() type=submit>", "<keygen autofocus onfocus=hit()>",
        "<image src=x onerror=hit()>",
        "<pre>\n\n<script>hit()</script></pre>", "<div></div></div></div></main><script>hit()</script>",
        "</article><h1>x",
        "<input type=checkbox disabled onclick=hit()>",
        "<a href=\"//x\" ping=\"javascript:hit()\" onmouseover=hit()>x</a>",
        "<ruby><rt><rp><rt><p></ruby><rt>", "<b><p><i></b><p></i>", "<a href=x><div><a href=y></div></a>",
        "<img src=x data-x=\"&lt;\" onerror&#61;hit()>", "<sc<script>ript>hit()</sc</script>ript>",
    ]

    private static let pieces = [
        "<p>", "</p>", "<div>", "</div>", "<div id=main class=x>", "<b>", "</b>", "<i>", "</i>", "<a href=x>",
        "<a name=y>", "</a>",
        "<table>", "</table>", "<tr>", "<td>", "<th colspan=2>", "<tbody>", "<caption>", "<colgroup>", "<col>", "<ul>",
        "<ol>", "<li>",
        "</li>", "</ul>", "<dl>", "<dt>", "<dd>", "<pre>", "\n", "</pre>", "<code>", "</code>", "<h1>", "<h2 id=z>",
        "</h1>", "<br>", "</br>",
        "<hr>", "<img src=p.png alt=q>", "<video controls>", "</video>", "<source src=v.mp4>", "<track src=t>",
        "<picture>", "<details open>",
        "<summary>", "</details>", "<figure>", "<figcaption>", "</figure>", "<blockquote>", "</blockquote>", "<center>",
        "</center>",
        "<font color=red>", "</font>", "<ruby>", "<rt>", "<rp>", "</ruby>", "<span style=\"color:red;position:fixed\">",
        "</span>",
        "<svg>", "</svg>", "<math>", "</math>", "<mi>", "<mtext>", "<annotation-xml>", "<foreignObject>", "<desc>",
        "<title>", "</title>",
        "<style>", "</style>", "<script>", "</script>", "<textarea>", "</textarea>", "<select>", "<option>",
        "</select>", "<template>",
        "</template>", "<noscript>", "</noscript>", "<iframe src=https://a/>", "</iframe>", "<xmp>", "</xmp>",
        "<noembed>", "<plaintext>",
        "<form>", "</form>", "<button>", "<input>", "<object>", "</object>", "<html>", "<head>", "<body class=x>",
        "</body>", "</html>",
        "<frameset>", "<!--", "-->", "--!>", "<!doctype html>", "<![CDATA[", "]]>", "<?x", "text", " ", "&lt;",
        "&amp;lt;", "&#60;",
        "&#x10F806;0&#x10F807;", "&#6;0&#7;", "&nbsp;", "&#0;", "&#128;", "\u{0}", "é", "\"", "'", ">", "<", "</",
        "<x-y>", "</x-y>",
        "<p align=center>", "<nobr>", "<section>", "</section>", "<article>", "<aside>", "<sub>", "<sup>", "<q>",
        "<ins>", "<del>", "<mark>",
        "<abbr title=\"&quot;><script>hit()</script>\">", "<img src=x onerror=hit()>", "<svg onload=hit()>", "<s>",
        "<u>", "<small>",
    ]
}
