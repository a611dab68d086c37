// Social cards and writers' own pictures for link previews, as pages name them.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Site
@testable import TestSupport

@Suite struct CardTests {
    private static let address = "\nbaseURL: https://example.org/a/\n"

    private func post(
        _ frontMatter: String, _ text: String = "Text.", files: [String: [UInt8]] = [:], settings: String = address
    ) throws -> (html: String, pages: ContentPages, card: PageCard?) {
        let project = try WriterProject(
            ["content/posts/2024-03-01-a.md": "---\ntitle: A\n\(frontMatter)\n---\n\(text)\n"],
            configuration: WriterProject.configuration + settings)
        for (path, bytes) in files { try project.write(bytes, to: path) }
        let pages = try project.pages()
        let page = try #require(pages.pages.first { $0.path == "2024/03/01/a.html" })
        let site = SiteContext(title: "Site", baseURL: "https://example.org/a/")
        return (try page.html(try SampleSite.templates(), in: site), pages, page.card)
    }

    private func picture(width: Int, height: Int) throws -> [UInt8] {
        Array(try PNG.encode(Picture(width: width, height: height, color: .white)))
    }

    @Test func pagesNameTheirCard() throws {
        var page = SampleSite.neuron("x")
        page.site = SampleSite.site(baseURL: "https://example.org/a/")
        page.page.card = CardContext(path: "c.jpg", width: 1200, height: 630, alternative: "A \"b\" <c>")
        let html = try SampleSite.templates().render(page)
        for tag in [
            "<meta property=\"og:image\" content=\"https://example.org/a/c.jpg\">",
            "<meta property=\"og:image:width\" content=\"1200\">",
            "<meta property=\"og:image:height\" content=\"630\">",
            "<meta property=\"og:image:alt\" content=\"A &quot;b&quot; &lt;c&gt;\">",
            "<meta name=\"twitter:card\" content=\"summary_large_image\">",
        ] { #expect(html.contains(tag), "\(tag)") }
        #expect(!html.contains("i.png") && !html.contains("content=\"summary\""))
        page.site.baseURL = nil
        #expect(try !SampleSite.templates().render(page).contains("og:image"))
    }

    @Test func postsHaveCardsWhereTheirAddressIsKnown() throws {
        let (html, _, card) = try post("")
        let path = try #require(card?.path)
        #expect(path.wholeMatch(of: /atlasgen\/cards\/[0-9a-f]{16}\.jpg/) != nil)
        #expect(html.contains("<meta property=\"og:image\" content=\"https://example.org/a/\(path)\">"))
        #expect(
            card?.title == "A" && card?.subtitle == "Neuron atlas · 1\u{A0}March\u{A0}2024"
                && card?.pictures.isEmpty == true)
        #expect(try post("", settings: "\n").card == nil)
        #expect(try post("", settings: "\ncards: true\n").card != nil)
        let without = try post("", settings: Self.address + "cards: false\n")
        #expect(without.card == nil && !without.html.contains("og:image"))
    }

    @Test func postsHaveThePicturesOfTheirFirstFigure() throws {
        let chart = "![a](layer:heads.head?plot=consistency)"
        let runs = "![a](neuron:heads.head/1)"
        let sheet = "![a](layer:heads.head?limit=4)"
        func keys(_ text: String) throws -> [String] {
            try post("", text, files: ["content/posts/p.png": picture(width: 4, height: 4)]).card?.pictures.map {
                switch $0 {
                case .run(let recipe): "\(recipe.target.number)/\(recipe.seed)"
                case .file(let path): (path as NSString).lastPathComponent
                case .photograph(let path): path
                }
            } ?? []
        }
        #expect(try keys("\(chart)\n\n\(runs)\n\n\(sheet)") == ["1/0", "1/1", "1/2"])
        #expect(try keys("\(sheet)\n\n\(runs)") == ["0/0", "1/0", "2/0", "3/0"])
        #expect(try keys("![p](p.png)\n\n\(runs)") == ["1/0", "1/1", "1/2"])
        #expect(try keys("![p](p.png)\n\n\(chart)") == ["p.png"])
        #expect(try keys("Text.") == [])
    }

    @Test(arguments: ["image: /assets/p.png", "image: {path: /assets/p.png, alt: A dog}", "image: assets/p.png"])
    func aPostKeepsItsOwnPicture(frontMatter: String) throws {
        let (html, pages, card) = try post(frontMatter, files: ["assets/p.png": picture(width: 40, height: 30)])
        #expect(card == nil)
        #expect(pages.assets.map(\.path) == ["assets/p.png"])
        #expect(html.contains("<meta property=\"og:image\" content=\"https://example.org/a/assets/p.png\">"))
        #expect(html.contains("og:image:width\" content=\"40\"") && html.contains("og:image:height\" content=\"30\""))
        #expect(html.contains("og:image:alt\" content=\"A dog\"") == frontMatter.contains("alt"))
        #expect(pages.losses.isEmpty)
    }

    @Test func aPictureMayBeElsewhere() throws {
        let (html, pages, card) = try post("image: \"https://example.com/p.png?a=1&b\"")
        #expect(card == nil && pages.assets.isEmpty && pages.losses.isEmpty)
        #expect(html.contains("<meta property=\"og:image\" content=\"https://example.com/p.png?a=1&amp;b\">"))
        #expect(!html.contains("og:image:width"))
    }

    @Test func aPictureThatIsNotThereIsALoss() throws {
        let (html, pages, card) = try post("image: /assets/none.png")
        #expect(card != nil && html.contains("summary_large_image"))
        #expect(pages.losses.count == 1)
        #expect(pages.losses.first?.contains("2024-03-01-a.md:3: the image /assets/none.png is broken") == true)
    }

    @Test(arguments: ["image:", "image: []", "image: {feature: x}", "image: \"\"", "image: [a, b]"])
    func whatIsNoPictureIsPassedOver(frontMatter: String) throws {
        let (_, pages, card) = try post(frontMatter)
        #expect(card != nil && pages.losses.isEmpty)
    }

    @Test func sentencesEndAtAFullStopAndASpace() {
        #expect(PageCard.firstSentence("A 0.5 % of x. Then more. And more.") == "A 0.5 % of x.")
        #expect(PageCard.firstSentence("One only.") == "One only.")
        #expect(PageCard.firstSentence(nil) == nil)
    }
}
