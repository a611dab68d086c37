// Pages: what they show, what they weigh, and that every address in them is relative.

import Foundation
import Testing

@testable import Render
@testable import Site
@testable import TestSupport
@testable import ViT

struct PageTests {
    @Test func neuronPageShowsItsRuns() throws {
        let html = try SampleSite.templates().render(SampleSite.neuron("Text"))
        #expect(html.utf8.count <= 30_000)
        #expect(html.contains("src=\"../../../r.png\" width=\"64\" height=\"64\" alt=\"Text\""))
        #expect(html.contains("0.100 → <b>12.3</b>"))
        #expect(html.contains("rel=\"prev\" href=\"../../../p.html\""))
        #expect(html.contains("rel=\"next\" href=\"../../../n.html\""))
        #expect(html.contains("style=\"--columns: 2\""))
        #expect(html.contains("<i style=\"width: 97%\">"))
    }

    /// Without scripts, a film is a picture in a row; with them, the slider takes its values from there.
    @Test func aFilmIsAPictureUnderItsCurves() throws {
        let html = try SampleSite.templates().render(SampleSite.neuron("Text"))
        #expect(html.contains("<div class=\"film\" data-steps=\"64\">\n<svg></svg>\n"))
        #expect(html.contains("<p class=\"value\">Film: steps 0, 32; above: step 64</p>"))
        #expect(
            html.contains(
                "<img src=\"../../../film.jpg\" width=\"128\" height=\"64\" alt=\"Film of Text\" "
                    + "data-film=\"−0.500 – 12.3\" loading=\"lazy\">"))
        #expect(html.components(separatedBy: "<svg></svg>").count == 2)
        var page = SampleSite.neuron("Text")
        page.rows[0].film = nil
        let plain = try SampleSite.templates().render(page)
        #expect(plain.contains("<svg></svg>") && !plain.contains("film"))
    }

    /// A page of a model without a linear head of classes says why, where others list the classes.
    @Test func aNeuronWithoutAttributionSaysWhy() throws {
        let shape = ViTConfiguration.tiny64
        var (projecting, pooling, headless) = (shape, shape, shape)
        projecting.output = .projection
        (pooling.output, pooling.pooling) = (.pooled, .attention)
        headless.classCount = 0
        let reasons = [projecting, pooling, headless].map { Explanations.attribution(at: .block(0, .mlp3), in: $0) }
        #expect(Set(reasons + [Explanations.attribution(at: .block(0, .mlp3), in: shape)]).count == 4)
        var page = SampleSite.neuron("x")
        page.writes = []
        page.direction = nil
        for reason in reasons {
            page.writesExplanation = reason
            let html = try SampleSite.templates().render(page)
            #expect(html.contains("Direct logit attribution") && html.contains(HTML.escaped(reason)))
            #expect(!html.contains("class=\"writes\""))
        }
        page.writesExplanation = nil
        #expect(try !SampleSite.templates().render(page).contains("Direct logit attribution"))
    }

    @Test func addressesAreRelativeWithoutABaseURL() throws {
        let attribute = /(?:href|src|data-grid|data-search)="([^"]*)"/
        for (name, html) in try SampleSite.everything("x", templates: try SampleSite.templates()) {
            for match in html.matches(of: attribute) {
                #expect(!match.1.hasPrefix("/") && !match.1.contains(":"), "\(match.1) on the page \(name)")
            }
            #expect(!html.contains("canonical") && !html.contains("og:url") && !html.contains("og:image"))
        }
    }

    @Test func cardsAreAbsoluteWithABaseURL() throws {
        var page = SampleSite.neuron("x")
        page.site = SampleSite.site(baseURL: "https://example.org/a/")
        let html = try SampleSite.templates().render(page)
        #expect(html.contains("<link rel=\"canonical\" href=\"https://example.org/a/a/b.html\">"))
        #expect(html.contains("<meta property=\"og:image\" content=\"https://example.org/a/i.png\">"))
        #expect(html.contains("href=\"../../../feed.xml\""))
    }

    @Test func layerPageOfThousandsStaysSmall() throws {
        let neurons = (0..<LayerPage.neuronsPerPage).map { SampleSite.card($0) }
        let page = LayerPage(
            site: SampleSite.site(), page: SampleSite.page("x"), address: "a", shortAddress: "a", layerTitle: "a",
            neuronCount: 3072,
            neurons: neurons, pages: (0..<32).map { .init(title: "\($0)", path: "\($0).html") }, data: "n.js")
        let html = try SampleSite.templates().render(page)
        #expect(html.utf8.count < 60_000)
        #expect(HTMLCount.count("loading=\"lazy\"", in: html) == neurons.count)
        #expect(HTMLCount.count("width=\"48\" height=\"48\"", in: html) == neurons.count)
        #expect(html.contains("<b>3,072</b> neurons"))
    }

    @Test func layerDataIsJSONInAScript() throws {
        var odd = SampleSite.card(2, label: "</script>\"\u{2028}")
        odd.activation = .nan
        let script = LayerData(neurons: [SampleSite.card(1), odd]).script
        #expect(script.hasPrefix("atlasLayer(") && script.hasSuffix(");\n"))
        #expect(!script.contains("</script>") && !script.contains("\u{2028}"))
        let json = script.dropFirst("atlasLayer(".count).dropLast(3)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let rows = try #require(object["neurons"] as? [[Any]])
        #expect(rows[0].count == 8 && rows[0][3] as? Double == 1 && rows[0][7] as? Double == 0.005)
        #expect(rows[0][0] as? Int == 1 && rows[0][4] as? String == "layers/a/1/index.html")
        #expect(rows[1][1] as? String == "</script>\"\u{2028}" && rows[1][2] is NSNull)
        #expect(LayerData(neurons: []).script.contains("\"size\":[0,0]"))
    }

    @Test func cardsShowTheScoreThatTheyAreSortedBy() throws {
        var card = SampleSite.card(97)
        card.meaning = .init(similarity: 0.5, percentile: 99.96)
        card.identification = 0.75
        for (shown, share, text) in [
            (NeuronCard.Score.look, "97", "97 %"), (.meaning, "99.96", "99.9 %"), (.identification, "75", "0.750"),
        ] {
            card.shown = shown
            let html = try SampleSite.templates().render(
                SheetFigure(root: "", neurons: [card], caption: CaptionContext(html: "")))
            #expect(html.contains("style=\"--share: \(share)%\"") && html.contains(">\(text)</span>"), "\(html)")
        }
        card.identification = nil
        #expect(!card.showsScore)
    }

    @Test(
        arguments: [
            (0, "0"), (12.34, "12.3"), (-0.5, "−0.500"), (0.04123, "0.0412"), (1340.2, "1340"), (9.999, "10.00"),
            (1_234_567, "1.23e6"), (0.00001234, "1.23e-5"), (.nan, "not a number"), (-.infinity, "−∞"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(Format.number(value) == text)
    }

    @Test(arguments: [(0, "0"), (0.4, "0.4"), (97.2, "97"), (99.6, "99.6"), (100, "100")] as [(Double, String)])
    func percentiles(value: Double, text: String) {
        #expect(Format.percentile(value) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (3072, "3,072"), (1_234_567, "1,234,567"), (-1000, "−1,000")])
    func counts(value: Int, text: String) {
        #expect(Format.count(value) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.001, "0"), (1.5, "1.5"), (-12.345, "-12.35"), (3.05, "3.05"), (100, "100"), (.nan, "0"),
        ] as [(Double, String)])
    func coordinates(value: Double, text: String) {
        #expect(Format.coordinate(value) == text)
    }
}
