// A writer's files in, the site's paths and pages out.

import Foundation
import Render
import Testing
import ViT

@testable import AtlasGen

@Suite struct ContentTests {
    @Test func contentInPathsOut() throws {
        let writer = try WriterProject([
            "content/index.md": "An atlas. ![A map](res/map.png)",
            "content/res/map.png": "png",
            "content/layers/encoder_layer_5.mlp.3.md": "A layer.",
            "content/neurons/encoder.layers.encoder_layer_5.mlp.3/4.md": "A neuron. [Data](data.csv)",
            "content/neurons/encoder.layers.encoder_layer_5.mlp.3/data.csv": "1",
            "content/posts/2024-03-09-first.md": """
            ---
            title: First
            categories: notes
            tags: [one, two]
            ---
            See [the second](2024-04-01-second.md#top) and [its page](../../../../2024/04/01/second.html).

            ![A picture](res/x.png) ![The same](res/x.png)
            """,
            "content/posts/res/x.png": "png",
            "content/posts/res/unused.png": "png",
            "content/posts/2024-04-01-second.md": "Back to [the first](2024-03-09-first.md).",
            "_posts/2023-01-01-old.md": "---\npermalink: /old/\n---\nOld.",
            "content/_posts/deeper/2023-01-02-older.markdown": "Older.",
            "content/posts/2024-05-01-draft.md": "---\npublished: false\n---\nDraft.",
            "content/posts/2030-05-01-future.md": "Future.",
            "content/posts/.hidden.md": "Hidden.", "content/posts/notes.txt": "No post.",
        ])
        let pages = try writer.pages()
        #expect(
            pages.pages.map(\.path) == [
                "2024/04/01/second.html", "notes/2024/03/09/first.html", "2023/01/02/older.html", "old/index.html",
                "posts/index.html", "categories/notes/index.html", "tags/one/index.html", "tags/two/index.html",
            ])
        #expect(
            pages.assets.map(\.path) == [
                "layers/encoder_layer_5.mlp.3/4/data.csv", "notes/2024/03/09/res/x.png", "res/map.png",
            ])
        #expect(pages.warnings == [])
        #expect(pages.introduction == "<p>An atlas. <img src=\"res/map.png\" alt=\"A map\" /></p>\n")
        #expect(pages.layers[.block(5, .mlp3)] == "<p>A layer.</p>\n")
        #expect(pages.neurons.values.first == "<p>A neuron. <a href=\"data.csv\">Data</a></p>\n")
        #expect(pages.archive == "posts/index.html")
        let first = try #require(try writer.html("notes/2024/03/09/first.html", in: pages))
        #expect(first.contains("<a href=\"../../../../2024/04/01/second.html#top\">the second</a>"))
        #expect(first.contains("<a href=\"../../../../2024/04/01/second.html\">its page</a>"))
        #expect(first.contains("<a rel=\"next\" href=\"../../../../2024/04/01/second.html\">"))
        #expect(first.contains("<a rel=\"prev\" href=\"../../../../2023/01/02/older.html\">"))
        #expect(first.contains("href=\"../../../../categories/notes/index.html\""))
        let second = try #require(try writer.html("2024/04/01/second.html", in: pages))
        #expect(second.contains("<a href=\"../../../notes/2024/03/09/first.html\">the first</a>"))
        let archive = try #require(try writer.html("posts/index.html", in: pages))
        #expect(archive.contains("<h2>2024</h2>") && archive.contains("<h2>2023</h2>"))
        #expect(pages.feed.map(\.title) == ["Second", "First", "Older", "Old"])
        #expect(pages.feed[1].categories == ["notes", "one", "two"])

        let drafts = try writer.pages(drafts: true)
        #expect(
            Set(drafts.pages.map(\.path)).subtracting(pages.pages.map(\.path)) == [
                "2024/05/01/draft.html", "2030/05/01/future.html",
            ])
    }

    @Test func deadLinksAreWarningsWithTheirLines() throws {
        let writer = try WriterProject([
            "content/posts/2024-03-09-a.md": """
            ---
            title: A
            ---
            [gone](gone.md), [draft](2024-05-01-draft.md).

            ![no picture](res/none.png) and [out](../../../../../etc/passwd)
            [root](/nowhere.html) [bad](%ZZ) {{ site.baseurl }}

            [fine](https://example.org) [mail](mailto:x@y.z) [#](#a) [dir](../../../old/) [abs](/old) [abs](/)
            """,
            "content/posts/2024-05-01-draft.md": "---\npublished: false\n---\nDraft.",
            "content/posts/2023-01-01-old.md": "---\npermalink: /old/\n---\nOld.",
        ])
        let pages = try writer.pages()
        let nowhere = "there is neither such a file beside the text nor such a page in the site"
        let warnings = pages.warnings.map {
            $0.replacingOccurrences(of: "\(writer.folder.path)/content/posts/", with: "")
        }
        #expect(
            warnings == [
                "2024-03-09-a.md:4: the link gone.md leads nowhere: \(nowhere)",
                "2024-03-09-a.md:4: the link 2024-05-01-draft.md leads nowhere: the post is a draft, and left out",
                "2024-03-09-a.md:6: the image res/none.png leads nowhere: \(nowhere)",
                "2024-03-09-a.md:6: the link ../../../../../etc/passwd leads nowhere: it leads out of the site",
                "2024-03-09-a.md:7: {{site.baseurl}} is no value of atlasgen's, such as {{layer:ADDRESS|auc}}, and is "
                    + "left as text",
                "2024-03-09-a.md:7: the link /nowhere.html leads nowhere: there is neither such a page in the site nor "
                    + "such a file in content",
                "2024-03-09-a.md:7: the link %ZZ leads nowhere: its percent signs are no encoding",
            ])
        #expect(pages.assets == [])
        let html = try #require(try writer.html("2024/03/09/a.html", in: pages))
        #expect(
            html.contains("<a href=\"../../../old/index.html\">dir</a> <a href=\"../../../old/index.html\">abs</a>"))
        #expect(html.contains("<a href=\"../../../index.html\">abs</a>"))
    }

    @Test func filesOutsideContentAreNotCopied() throws {
        let writer = try WriterProject([
            "content/posts/2024-03-09-a.md": "[secret](../../secret.txt) [config](../../atlas.yml)",
            "secret.txt": "secret",
        ])
        let pages = try writer.pages()
        #expect(pages.assets == [])
        #expect(pages.warnings.count == 2)
    }

    @Test func commentaryForWhatDoesNotExist() throws {
        #expect(
            try WriterProject(["content/layers/encoder_layer_5.mlp3.md": ""]).message()
                == "content/layers/encoder_layer_5.mlp3.md: the model has no address \"encoder_layer_5.mlp3\"; did you mean "
                + "\"encoder_layer_5.mlp.3\"? (the file is named after one; `atlasgen inspect` lists all of them)")
        #expect(
            try WriterProject(["content/neurons/heads.head/50.md": ""]).message()
                == "content/neurons/heads.head/50.md: heads.head has the neurons 0 to 49, and none is called \"50\"; the "
                + "nearest file's name is 0.md")
        #expect(
            try WriterProject(["content/neurons/heads.had/5.md": ""]).message().hasPrefix(
                "content/neurons/heads.had: the model has no address \"heads.had\"; did you mean \"heads.head\"?"))
        #expect(
            try WriterProject([
                "content/layers/heads.head.md": "", "content/layers/heads.head.markdown": "",
            ]).message().hasSuffix("there is another file for heads.head; keep one"))
    }

    @Test func commentaryWithoutAPageIsAWarning() throws {
        let writer = try WriterProject([
            "content/layers/encoder_layer_2.mlp.3.md": "x", "content/neurons/heads.head/40.md": "x",
        ])
        let warnings = try writer.pages().warnings
        #expect(warnings.count == 2)
        #expect(warnings[0].contains("encoder_layer_2.mlp.3 is none of this atlas's layers"))
        #expect(warnings[1].contains("neuron 40 of heads.head has no page in this atlas"))
    }

    @Test func pagesThatAreTakenAreRefused() throws {
        func message(_ permalinks: String...) throws -> String {
            try WriterProject(
                Dictionary(
                    uniqueKeysWithValues: permalinks.enumerated().map {
                        ("content/posts/2024-01-0\($0 + 1)-p.md", "---\npermalink: \($1)\n---\n")
                    })
            ).message()
        }
        #expect(
            try message("/x/", "/x/index.html")
                == "content/posts/2024-01-02-p.md: its page would be x/index.html, and x/index.html belongs to "
                + "content/posts/2024-01-01-p.md already; give one of them another permalink")
        #expect(try message("/index.html").contains("index.html belongs to the site itself already"))
        #expect(try message("/assets/atlas.css.html").contains("assets belongs to the site itself already"))
        #expect(try message("/layers/heads.head/").contains("belongs to the site itself already"))
        #expect(try message("/a.html", "/a.html/b").contains("a.html belongs to content/posts/2024-01-01-p.md already"))
        #expect(try message("/a.html/b", "/a.html").contains("the folder a.html belongs to"))
        #expect(try message("/a", "/b") == "no error")
    }

    @Test func assetsThatCollideAreRefused() throws {
        let writer = try WriterProject([
            "content/posts/2024-01-01-a.md": "![](res/x.png)", "content/posts/res/x.png": "1",
            "content/posts/deep/2024-01-01-b.md": "![](res/x.png)", "content/posts/deep/res/x.png": "2",
        ])
        let error = try #require(throws: AtlasError.self) { try writer.pages() }
        #expect(error.description.contains("would be copied to 2024/01/01/res/x.png, and so would"))
    }

    @Test(arguments: ["a\nb.md", "a\u{1}.md", "a\\b.md"]) func hostileFileNames(name: String) throws {
        let message = try WriterProject(["content/posts/\(name)": "x"]).message()
        #expect(message.hasPrefix("content/posts: the file name \"a"), "\(message)")
        #expect(!message.contains("\n") && !message.contains("\u{1}"))
    }

    @Test func hostileTextIsEscaped() throws {
        let hostile = "<script>alert(1)</script>\"'&\u{202E}"
        let writer = try WriterProject([
            "content/posts/2024-01-01-a.md": """
            ---
            title: |-
              \(hostile)
            description: "</title><script>"
            categories: ['<b>"']
            tags: ["../../x", "<i>", "&"]
            permalink: /p
            ---
            <script>alert(2)</script>

            ![<script>alert(3)</script>](neuron:heads.head/1) [x](javascript:alert(4))
            """
        ])
        let pages = try writer.pages()
        for page in pages.pages {
            let html = try #require(try writer.html(page.path, in: pages))
            #expect(!html.contains("<script>alert"), "\(page.path)")
            #expect(!html.contains("javascript:alert"), "\(page.path)")
            #expect(!html.contains("<b>\"") && !html.contains("<i>"), "\(page.path)")
        }
        #expect(
            pages.pages.map(\.path) == [
                "p.html", "posts/index.html", "categories/b/index.html", "tags/_/index.html", "tags/i/index.html",
                "tags/x/index.html",
            ])
    }

    @Test func namesThatDifferInCaseHavePagesOfTheirOwn() throws {
        let writer = try WriterProject(["content/posts/2024-01-01-a.md": "---\ntags: [C, c, C++, ViT]\n---\n"])
        #expect(
            try writer.pages().pages.map(\.path).filter { $0.hasPrefix("tags/") }
                == [
                    "tags/c/index.html", "tags/c-2/index.html", "tags/c-3/index.html", "tags/vit/index.html",
                ].sorted())
    }
}
