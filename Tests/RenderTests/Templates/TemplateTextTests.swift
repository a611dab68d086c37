// The text of rendered templates, by examples of the Mustache specification (github.com/mustache/spec, version 1.4).

import Testing

@testable import Render

struct TemplateTextTests {
    @Test(arguments: [
        // sections.yml and inverted.yml
        (" | {{#yes}}\t|\t{{/yes}} | \n", " | \t|\t | \n"),
        (" | {{#yes}} {{! Important Whitespace }}\n {{/yes}} | \n", " |  \n  | \n"),
        (" {{#yes}}YES{{/yes}}\n {{#yes}}GOOD{{/yes}}\n", " YES\n GOOD\n"),
        ("| This Is\n{{#yes}}\n|\n{{/yes}}\n| A Line\n", "| This Is\n|\n| A Line\n"),
        ("| This Is\n  {{#yes}}\n|\n  {{/yes}}\n| A Line\n", "| This Is\n|\n| A Line\n"),
        ("|\r\n{{#yes}}\r\n{{/yes}}\r\n|", "|\r\n|"),
        ("  {{#yes}}\n#{{/yes}}\n/", "#\n/"),
        ("#{{#yes}}\n/\n  {{/yes}}", "#\n/\n"),
        ("| This Is\n{{^no}}\n|\n{{/no}}\n| A Line\n", "| This Is\n|\n| A Line\n"),
        ("|{{#no}} x {{/no}}|{{^yes}} x {{/yes}}|{{^entries}}x{{/entries}}|", "||||"),
        ("{{#entries}}{{name}}{{title}},{{/entries}}{{entry.name}}", "0T,1T,one"),
        // comments.yml
        ("12345{{! Comment Block! }}67890", "1234567890"),
        ("Begin.\n  {{! Indented Comment Block! }}\nEnd.\n", "Begin.\nEnd.\n"),
        ("Begin.\n{{!\nSomething's going on here...\n}}\nEnd.\n", "Begin.\nEnd.\n"),
        ("  12 {{! 34 }}\n", "  12 \n"),
        // interpolation.yml
        ("| {{title}} |{{{ html }}}{{& html }}", "| T |<b>x</b><b>x</b>"),
        ("  {{title}}\n", "  T\n"),
        // partials.yml; the indentation of a partial is left out, which the specification has otherwise
        ("| {{>part}} |", "|[T] |"),
        ("\\\n {{>part}}\n/", "\\\n[T]/"),
        // ~inheritance.yml
        ("{{$b}}Default{{title}}{{/b}}", "DefaultT"),
        ("{{<layout}}{{/layout}}", "<default>"),
        ("{{<layout}}asdfasd {{$b}}{{title}}{{/b}} asdfasdfasdf{{/layout}}", "<T>"),
        ("{{<layout}}{{$b}}1{{/b}}{{$b}}2{{/b}}{{/layout}}", "<2>"),
        ("{{<outer}}{{$b}}x{{/b}}{{/outer}}{{<outer}}{{/outer}}", "<x><o>"),
        ("{{<indented}}\n{{$b}}\n    one\n      two\n{{/b}}\n{{/indented}}\n", "Hi,\n  one\n    two\n"),
    ])
    func specification(text: String, expected: String) throws {
        let templates = try SampleTemplates.load([
            "page": text, "part": "[{{title}}]", "layout": "<{{$b}}default{{/b}}>",
            "outer": "{{<layout}}{{$b}}o{{/b}}{{/layout}}", "indented": "Hi,\n  {{$b}}\n  {{/b}}\n",
        ])
        #expect(try templates.render(SamplePage()) == expected)
    }
}
