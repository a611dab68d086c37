// Liquid in posts: what is replaced, what stays, and the lines of both.

import Foundation
import Testing

@testable import Render

struct LiquidTests {
    private static let site = LiquidSite(
        variables: ["page.title": "A post", "page.date": "2024-03-09 10:00:00 +0100", "site.title": "A site"],
        url: "https://example.org/atlas", post: { $0 == "2024-03-02-b" ? "/2024/03/02/b.html" : nil },
        link: { $0 == "_posts/2024-03-02-b.md" ? "/2024/03/02/b.html" : "/\($0)" },
        include: { ["note.html": "*{{ include.text }}*\n", "looped.html": "{% for x in y %}"][$0] })

    private func text(_ text: String) -> String {
        (Liquid.read(text, firstLine: 1, site: Self.site)?.lines ?? [.init(text: text, number: 1)]).map(\.text)
            .joined(separator: "\n")
    }

    @Test(arguments: [
        // Addresses.
        ("![a]({{ site.baseurl }}/pics/a.png)", "![a](/pics/a.png)"), ("{{site.url}}{{site.baseurl}}/a", "/a"),
        ("at {{ site.url }}.", "at https://example.org/atlas."), ("{{ \"/a.png\" | relative_url }}", "/a.png"),
        ("{{ 'a.png' | absolute_url }}", "/a.png"), ("{{ '/a' | prepend: site.baseurl }}", "/a"),
        ("[b]({% post_url 2024-03-02-b %})", "[b](/2024/03/02/b.html)"),
        ("[b]({% post_url 2024-01-01-x %})", "[b](/2024-01-01-x)"),
        ("[b]({% link _posts/2024-03-02-b.md %})", "[b](/2024/03/02/b.html)"),
        // Values.
        ("{{ page.title }} on {{ site.title | upcase }}", "A post on A SITE"),
        ("{{ page.date | date: \"%-d %B %Y\" }}", "9 March 2024"),
        ("{{ page.date | date_to_string }}", "09 Mar 2024"), ("{% assign x = 'a|b' | append: \"c\" %}{{ x }}", "a|bc"),
        ("{% capture y %}*{{ page.title }}*{% endcapture %}{{ y }}", "*A post*"),
        ("{%- comment -%}\nno\n{% endcomment %}a", "a"),
        // Code.
        ("{% highlight python linenos %}\na = {{ page.title }}\n{% endhighlight %}", "```python\na = A post\n```\n"),
        ("- {% highlight c %}x{% endhighlight %}", "- \n\n```c\nx\n```\n"),
        ("{% highlight md %}\n```\n{% endhighlight %}", "````md\n```\n````\n"),
        // What plugins show.
        ("by {% cite a2009b c --file d %}.{% bibliography --cited %}", "by &#91;a2009b, c&#93;."),
        (
            "{% twitter https://twitter.com/a/status/1?x&y maxwidth=500 %}",
            "<a href=\"https://twitter.com/a/status/1?x&amp;y\">https://twitter.com/a/status/1?x&amp;y</a>"
        ),
        (
            "{% youtube \"a-B_1\" %}",
            "<a href=\"https://www.youtube.com/watch?v=a-B_1\">https://www.youtube.com/watch?v=a-B_1</a>"
        ),
        ("{% gist a/1 %}", "<a href=\"https://gist.github.com/a/1\">https://gist.github.com/a/1</a>"),
        ("{% youtube %} {% gist javascript:x %}", "{% youtube %} {% gist javascript:x %}"),
        // Includes.
        (
            "{% include figure.html path=\"a/b.png\" caption=\"A <b>\\\"c\\\"</b>\" width=30 %}",
            "<figure><img src=\"/a/b.png\" alt=\"A &quot;c&quot;\" width=\"30\"><figcaption>A <b>\"c\"</b></figcaption></figure>"
        ),
        (
            "{% include image.html url='http://x.y/a.png' alt=page.title %}",
            "<figure><img src=\"http://x.y/a.png\" alt=\"A post\"></figure>"
        ),
        ("{% include note.html text=\"now\" %}", "*now*"),
        // Conditions on the page.
        ("{% if page.comments %}a{% else %}b{% endif %}", "b"),
        ("{% if page.title == 'A post' %}a{% if page.x %}b{% endif %}c{% endif %}d", "acd"),
        ("{% unless page.x %}a{% endunless %}", "a"),
        ("{% if page.x %}a{% elsif page.title %}b{% else %}c{% endif %}", "b"),
        ("{% if site.x %}a{% endif %}", "{% if site.x %}a{% endif %}"),
        // What is not known stays.
        (
            "{% include toc.html %} {% for a in b %} {{ site.pages }} {{ page.title | sort }}",
            "{% include toc.html %} {% for a in b %} {{ site.pages }} {{ page.title | sort }}"
        ),
        ("{% include looped.html %}", "{% include looped.html %}"),
        ("{{neuron:heads.head/0|activation}} {{ a", "{{neuron:heads.head/0|activation}} {{ a"),
        ("{% raw %}{{ page.title }}", "{% raw %}{{ page.title }}"), ("{{ page.title\n}}", "A post"),
    ])
    func isReplaced(written: String, expected: String) {
        #expect(text(written) == expected)
    }

    @Test func aBibliographyIsOneKindOfWarningWithItsLines() throws {
        let text = "a {% cite b %}\n\n{% bibliography %}\n"
        let warnings = try #require(Liquid.read(text, firstLine: 11, site: Self.site)).warnings
        #expect(warnings.map(\.line) == [11, 13] && Set(warnings.map(\.kind)) == ["bibliography"])
    }

    @Test func linesStayThoseOfTheFile() throws {
        let text = """
            a
            {% comment %}
            b
            {% endcomment %}
            c
            {% highlight c %}
            d

            d2
            {% endhighlight %}
            {% capture x %}
            {% endcapture %}
            e
            """
        let lines = try #require(Liquid.read(text, firstLine: 11, site: Self.site)).lines
        let numbers = lines.filter { ["a", "c", "d", "d2", "e"].contains($0.text) }.map { "\($0.text)\($0.number)" }
        #expect(numbers == ["a11", "c15", "d17", "d219", "e23"])
    }

    private func html(_ text: String) throws -> (html: String, warnings: [Markdown.Warning]) {
        var markdown = Markdown()
        markdown.liquid = Self.site
        var handlers = Markdown.Handlers()
        handlers.value = { _, _ in nil }
        let output = try markdown.html(from: text, handlers: handlers)
        return (output.html, output.warnings)
    }

    @Test func rawTextIsNoValueInTextCodeAndFormulas() throws {
        let text = "{% raw %}Write `{{ x }}` or {{ y }}, $a_{{b}}$, {% z %}.{% endraw %}"
        var markdown = Markdown()
        markdown.liquid = Self.site
        var handlers = Markdown.Handlers()
        handlers.formula = { "⟨\($0.tex)⟩" }
        #expect(
            try markdown.html(from: text, handlers: handlers).html
                == "<p>Write <code>{{ x }}</code> or {{ y }}, ⟨a_{{b}}⟩, {% z %}.</p>\n")
    }

    @Test func unknownTagsWarnOutsideCode() throws {
        let output = try html("a\n\n{% for a in b %} `{% c %}`\n\n```\n{% d %}\n```\n")
        #expect(output.html.contains("<p>{% for a in b %} <code>{% c %}</code></p>"))
        #expect(output.warnings.map(\.line) == [3])
        #expect(output.warnings[0].message.contains("{% for a in b %}"))
    }

    @Test func manyBracesTakeNoTime() {
        for piece in ["{{", "{%", "{{a}}", "{% raw %}", "{% comment %}", "{% if page.a %}", "{% endif %}"] {
            _ = text(String(repeating: piece, count: 20_000))
        }
    }
}
