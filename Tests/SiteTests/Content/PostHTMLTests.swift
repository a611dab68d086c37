// HTML in posts: its files are copied and checked as Markdown's are, and its pictures have sizes.

import Foundation
import Testing

@testable import Render
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct PostHTMLTests {
    /// A picture of three by two pixels.
    private static func picture() throws -> [UInt8] {
        let picture = Picture(width: 3, height: 2, color: .init(red: 200, green: 100, blue: 0))
        return Array(try PNG.encode(picture))
    }

    private static let files = """
        ---
        title: Files in HTML
        ---
        <figure>
          <img src="res/pic.png" alt="A square">
          <figcaption>A caption</figcaption>
        </figure>

        <video src="res/clip.mp4" poster="res/pic.png" controls></video>
        <picture><source srcset="res/pic.png 1x, res/large.webp 2x"><img src="/shared.png" width="6"></picture>

        <a href="2024-03-02-b.md#x">The other post</a> <img src="missing.png" alt=""> <a href="neuron:heads.head/0">n</a>
        """

    @Test(arguments: [true, false]) func filesInHTMLAreCopiedAndChecked(rawHTML: Bool) throws {
        let writer = try WriterProject(
            [
                "content/posts/2024-03-01-a.md": Self.files, "content/posts/2024-03-02-b.md": "Text.",
                "content/posts/res/clip.mp4": "film", "content/posts/res/large.webp": "picture",
            ], configuration: WriterProject.configuration + (rawHTML ? "\nrawHTML: true\n" : ""))
        try writer.write(try Self.picture(), to: "content/posts/res/pic.png")
        try writer.write(try Self.picture(), to: "content/shared.png")
        let pages = try writer.pages()
        #expect(
            pages.assets.map(\.path) == [
                "2024/03/01/res/clip.mp4", "2024/03/01/res/large.webp", "2024/03/01/res/pic.png", "shared.png",
            ])
        let warnings = (pages.warnings + pages.losses).map {
            $0.replacingOccurrences(of: "\(writer.folder.path)/", with: "")
        }
        #expect(warnings.count == 1)
        #expect(
            warnings.first?.hasPrefix("content/posts/2024-03-01-a.md:12: the image missing.png is broken: ") == true,
            "\(warnings)")
        let html = try #require(try writer.html("2024/03/01/a.html", in: pages))
        #expect(html.contains("<img src=\"res/pic.png\" width=\"3\" height=\"2\" alt=\"A square\" />"), "\(html)")
        #expect(
            html.contains("<img src=\"../../../shared.png\" width=\"6\" height=\"4\" loading=\"lazy\" />"), "\(html)")
        #expect(html.contains("<a href=\"../../../2024/03/02/b.html#x\">The other post</a>"))
        #expect(html.contains("<a href=\"../../../layers/heads.head/0/index.html\">n</a>"))
    }

    @Test func whatIsLeftOutIsNamedWithItsFile() throws {
        let writer = try WriterProject([
            "content/posts/2024-03-01-a.md":
                "---\ntitle: A\n---\na\n\n<div>\n<script>x</script>\n</div>\n\n<b onclick=x>b</b>"
        ])
        let warnings = try writer.pages().warnings.map {
            $0.replacingOccurrences(of: "\(writer.folder.path)/content/posts/", with: "")
        }
        #expect(
            warnings == [
                "2024-03-01-a.md:7: the element <script> is left out; only \"rawHTML: true\" in atlas.yml lets it pass",
                "2024-03-01-a.md:10: the attribute onclick is left out; only \"rawHTML: true\" in atlas.yml lets it pass",
            ])
    }

    @Test func excerptsAndSearchHaveNoTags() throws {
        let writer = try WriterProject([
            "content/posts/2024-03-01-a.md": "<p align=\"center\">First <b>words</b>, x<sup>2</sup>.</p>\n\nMore."
        ])
        let pages = try writer.pages()
        #expect(pages.posts.first?.excerpt == "First words, x2.")
        #expect(pages.search.first?.text == "First words , x 2 . More.")
    }
}
