// A writer's files in, the site's paths and pages out.

import Foundation
import Testing

@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

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
            [root](/nowhere.html) [bad](%ZZ) {{ site.pages }}

            [fine](https://example.org) [mail](mailto:x@y.z) [#](#a) [dir](../../../old/) [abs](/old) [abs](/)
            """,
            "content/posts/2024-05-01-draft.md": "---\npublished: false\n---\nDraft.",
            "content/posts/2023-01-01-old.md": "---\npermalink: /old/\n---\nOld.",
        ])
        let pages = try writer.pages()
        let nowhere = "no file beside the text, none in the project, and no page of the site has this path"
        let warnings = (pages.warnings + pages.losses).map {
            $0.replacingOccurrences(of: "\(writer.folder.path)/content/posts/", with: "")
        }
        #expect(
            warnings == [
                "2024-03-09-a.md:7: {{site.pages}} is not an atlasgen value, such as {{layer:ADDRESS|auc}}; it is "
                    + "left as text",
                "2024-03-09-a.md:4: the link gone.md is broken: \(nowhere)",
                "2024-03-09-a.md:4: the link 2024-05-01-draft.md is broken: the post is a draft and is left out",
                "2024-03-09-a.md:6: the image res/none.png is broken: \(nowhere)",
                "2024-03-09-a.md:6: the link ../../../../../etc/passwd is broken: it points outside the site",
                "2024-03-09-a.md:7: the link /nowhere.html is broken: no page of the site and no "
                    + "file in content or in the project has this path",
                "2024-03-09-a.md:7: the link %ZZ is broken: its percent-encoding is invalid",
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
        #expect(pages.losses.count == 2)
    }

    @Test func linksOutOfTheProjectAndHiddenFilesAreNotCopied() throws {
        let writer = try WriterProject([
            "content/posts/2024-03-09-a.md": "[a](res/link.txt) [b](res/.hidden) [c](res/inner.txt) [d](git/config)",
            "content/posts/res/.hidden": "x", "shared.txt": "x", ".git/config": "token",
        ])
        let outside = try TemporaryFolder()
        let secret = FileSystem.resolved(try outside.write("secret".utf8, to: "secret.txt"))
        let posts = "\(writer.folder.path)/content/posts"
        for (link, target) in [
            ("res/link.txt", secret), ("res/inner.txt", "../../../shared.txt"), ("git", "../../.git"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: "\(posts)/\(link)", withDestinationPath: target)
        }
        let pages = try writer.pages()
        #expect(pages.assets.map(\.path) == ["2024/03/09/res/inner.txt"])
        #expect(
            pages.losses.map { $0.replacingOccurrences(of: "\(posts)/", with: "") } == [
                "2024-03-09-a.md:1: the link res/link.txt is broken: the file is a link to \(secret), outside "
                    + "the project, and is not copied",
                "2024-03-09-a.md:1: the link res/.hidden is broken: hidden files are not copied",
                "2024-03-09-a.md:1: the link git/config is broken: hidden files are not copied",
            ])
    }

    @Test func linksToTheSitesOwnFilesLeadThere() throws {
        let layer = "../../../layers/heads.head"
        let own = [
            "by-look.html", "by-look-2.html", "map.jpg", "map-3.jpg", "page-2.html", "neurons.js", "neurons.json",
            "neurons.csv",
            "1/neuron.json", "1/seed-0-0123abcd.png",
        ].map { "\(layer)/\($0)" }
        let links =
            own
            + ["atlasgen/atlas.css", "robots.txt", "feed.xml", "sitemap.xml", "search/index.js"].map {
                "../../../\($0)"
            }
        let files = ["content/posts/2024-03-09-a.md": links.map { "[x](\($0))" }.joined(separator: " ")]
        let configuration = WriterProject.configuration + "\nbaseURL: https://example.org/"
        #expect(try WriterProject(files, configuration: configuration).pages().losses == [])
        // Without a base URL the site has none of the three.
        #expect(try WriterProject(files).pages().losses.count == 3)

        let home = try WriterProject([
            "content/posts/2024-03-09-a.md": "[home](../../../) [home](../../../#top) [home](/)"
        ])
        let pages = try home.pages()
        #expect(pages.warnings + pages.losses == [])
        #expect(
            pages.feed[0].content
                == "<p><a href=\"../../../index.html\">home</a> <a href=\"../../../index.html#top\">home</a> "
                + "<a href=\"../../../index.html\">home</a></p>\n")
        let lost = try WriterProject([
            "content/posts/2024-03-09-a.md": "[x](\(layer)/look.html) [y](\(layer)/7/neuron.json)"
        ])
        #expect(try lost.pages().losses.count == 2)
    }

    @Test func markdownThatNoPageShowsIsAWarning() throws {
        let texts = [
            "content/Posts/2024-01-01-a.md", "content/_drafts/b.md", "content/about.md", "content/index.markdown",
            "content/layers/heads.head/index.md", "content/neurons/1.md", "content/neurons/heads.head/sub/1.md",
            "content/neurons/heads.head.md", "content/posts/2024-01-02-c.MD",
        ]
        var files = Dictionary(uniqueKeysWithValues: texts.map { ($0, "x") })
        files["content/posts/2024-01-03-d.md"] = "[notes](notes/x.md)"
        files["content/posts/notes/x.md"] = "---\ndate: 2024-01-04\npublished: false\n---\n"
        files["content/index.md"] = "[source](source.md)"
        files["content/source.md"] = "Copied."
        files["content/.hidden.md"] = "x"
        files["content/neurons/heads.head/2.md"] = "x"
        let writer = try WriterProject(files)
        let warnings = try writer.pages().warnings.filter { $0.contains("no page shows this text") }
            .map { $0.replacingOccurrences(of: "\(writer.folder.path)/", with: "") }
        #expect(warnings.map { String($0.prefix { $0 != ":" }) } == texts)
        #expect(
            warnings[5] == "content/neurons/1.md: no page shows this text; commentary on neurons goes in "
                + "content/neurons/ADDRESS/NUMBER.md")
        #expect(warnings[4].hasSuffix("; commentary on layers goes in content/layers/ADDRESS.md"))
        #expect(warnings[2].contains("; texts go in content/index.md, "))
    }

    @Test func commentaryForWhatDoesNotExist() throws {
        #expect(
            try WriterProject(["content/layers/encoder_layer_5.mlp3.md": ""]).message()
                == "content/layers/encoder_layer_5.mlp3.md: the file's name: the model has no address "
                + "\"encoder_layer_5.mlp3\"; the nearest: encoder_layer_5.mlp.3, encoder_layer_0.mlp.3, "
                + "encoder_layer_1.mlp.3. `atlasgen inspect` lists all of them.")
        #expect(
            try WriterProject(["content/neurons/heads.head/50.md": ""]).message()
                == "content/neurons/heads.head/50.md: expected a neuron of heads.head from 0 to 49, found \"50\"; the "
                + "nearest file name is 0.md")
        #expect(
            try WriterProject(["content/neurons/heads.had/5.md": ""]).message().hasPrefix(
                "content/neurons/heads.had: the folder's name: the model has no address \"heads.had\"; the nearest: heads.head."
            ))
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
        #expect(warnings[0].contains("encoder_layer_2.mlp.3 is not a layer of this atlas"))
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
                == "content/posts/2024-01-02-p.md: its page would be x/index.html, but x/index.html belongs to "
                + "content/posts/2024-01-01-p.md; choose another permalink")
        #expect(try message("/index.html").contains("index.html belongs to the site itself;"))
        #expect(try message("/posts/").contains("posts/index.html belongs to the site itself;"))
        for path in ["/atlasgen/atlas.css.html", "/layers/heads.head/", "/layers/x", "/search/", "/Search/x"] {
            #expect(try message(path).contains(" belongs to the site itself;"), "\(path)")
        }
        #expect(try message("/layers/heads.head/by-look.html").contains("the folder layers belongs to the site itself"))
        #expect(try message("/a.html", "/a.html/b").contains("a.html belongs to content/posts/2024-01-01-p.md;"))
        #expect(
            try message("/a.html/b", "/a.html").contains("a.html is a folder that content/posts/2024-01-01-p.md needs"))
        #expect(try message("/a", "/b", "/layers", "/tags/x/") == "no error")
    }

    /// What these paths hold is the owner's, and lost where the site replaces it.
    @Test(arguments: ["/.git/x", "/.git/", "/a/.well-known/b", "/CNAME/x", "/cname/", "/.x"])
    func theOwnersPathsAreRefused(permalink: String) throws {
        let message = try WriterProject(["content/posts/2024-01-01-p.md": "---\npermalink: \(permalink)\n---\n"])
            .message()
        #expect(message.contains(" belongs to the folder's owner, as hidden files and CNAME do"), "\(message)")
    }

    @Test func aPostWantsAPageOfAList() throws {
        #expect(
            try WriterProject([
                "content/posts/2024-01-01-p.md": "---\ntags: x\n---\n",
                "content/posts/2024-01-02-p.md": "---\npermalink: /tags/x/\n---\n",
            ]).message().contains("tags/x/index.html belongs to the site itself"))
    }

    @Test func assetsThatCollideAreRefused() throws {
        let writer = try WriterProject([
            "content/posts/2024-01-01-a.md": "![](res/x.png)", "content/posts/res/x.png": "1",
            "content/posts/deep/2024-01-01-b.md": "![](res/x.png)", "content/posts/deep/res/x.png": "2",
        ])
        let error = try #require(throws: AtlasError.self) { try writer.pages() }
        let posts = "\(writer.folder.path)/content/posts"
        #expect(
            error.description == "\(posts)/deep/2024-01-01-b.md: \(posts)/deep/res/x.png would be copied to "
                + "2024/01/01/res/x.png, but 2024/01/01/res/x.png belongs to \(posts)/res/x.png, which "
                + "\(posts)/2024-01-01-a.md needs; rename the file or move it to another folder")
    }

    @Test func aFileAndAFolderOfOneNameAreRefused() throws {
        let writer = try WriterProject([
            "content/posts/2024-01-01-a.md": "[list](res)", "content/posts/res": "1",
            "content/posts/deep/2024-01-01-b.md": "![](res/x.png)", "content/posts/deep/res/x.png": "2",
        ])
        let error = try #require(throws: AtlasError.self) { try writer.pages() }
        #expect(
            error.description.contains("deep/res/x.png would be copied to 2024/01/01/res/x.png, but 2024/01/01/res "))
        #expect(error.description.contains("belongs to \(writer.folder.path)/content/posts/res, which"))
    }

    @Test(arguments: [
        "/search/index.js", "/layers/heads.head/x.png", "/atlasgen/x.css", "/robots.txt", "/layers", "/CNAME",
    ])
    func filesInTheSitesPlacesAreRefused(link: String) throws {
        let writer = try WriterProject(["content/index.md": "[x](\(link))", "content\(link)": "mine"])
        do {
            // What the site has at that path already is linked, and nothing is copied.
            #expect(try writer.pages().assets == [])
        } catch let error as AtlasError {
            #expect(error.description.contains("content\(link) would be copied to \(link.dropFirst()), but "))
        }
    }

    @Test func filesBesideCommentary() throws {
        let writer = try WriterProject([
            "content/layers/heads.head.md": "[a](a.png) [b](res/index.html)", "content/layers/a.png": "1",
            "content/layers/res/index.html": "2",
            "content/neurons/heads.head/1.md": "[c](page-2.html) [d](1/index.html)",
            "content/neurons/heads.head/page-2.html": "3", "content/neurons/heads.head/1/index.html": "4",
        ])
        #expect(
            try writer.pages().assets.map(\.path) == [
                "layers/heads.head/1/1/index.html", "layers/heads.head/1/page-2.html", "layers/heads.head/a.png",
                "layers/heads.head/res/index.html",
            ])
    }

    @Test(arguments: [
        ("layers/heads.head.md", "index.html"), ("layers/heads.head.md", "by-look.html"),
        ("layers/heads.head.md", "page-12.html"), ("layers/heads.head.md", "neurons.js"),
        ("layers/heads.head.md", "3/x.png"), ("layers/heads.head.md", "3"),
        ("neurons/heads.head/1.md", "neuron.json"), ("neurons/heads.head/1.md", "seed-0-0123abcd.png"),
        ("neurons/heads.head/1.md", "thumbnail.png"), ("neurons/heads.head/1.md", "index.html"),
    ]) func filesBesideCommentaryWithTheSitesNames(text: String, file: String) throws {
        let folder = FileSystem.parent(of: "content/\(text)")
        let writer = try WriterProject(["content/\(text)": "[x](\(file))", "\(folder)/\(file)": "mine"])
        let error = try #require(throws: AtlasError.self) { try writer.pages() }
        #expect(error.description.contains(" belongs to the site itself; rename the file"), "\(error)")
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
