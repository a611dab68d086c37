// The theme and pages that the tests of templates share.

import Foundation

@testable import Render
@testable import Site

enum SampleSite {
    /// The built-in theme's folder.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "templates")

    static func templates() throws -> Templates {
        try Theme.templates(in: [folder])
    }

    /// The built-in texts, with one of them replaced.
    static func texts(replacing name: String? = nil, with text: String = "") throws -> [String: (
        text: String, file: String
    )] {
        var texts: [String: (text: String, file: String)] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".mustache") {
            texts[String(file.dropLast(9))] = (
                try String(contentsOf: folder.appending(path: file), encoding: .utf8), file
            )
        }
        if let name { texts[name] = (text, "\(name).mustache") }
        return texts
    }

    static func site(_ text: String = "Atlas", root: String = "../../../", baseURL: String? = nil) -> SiteContext {
        SiteContext(
            title: text, summary: text, author: text, root: root, baseURL: baseURL,
            navigation: [.init(title: text, path: "index.html")],
            feed: baseURL == nil ? nil : "feed.xml", search: "search", pending: text, generator: "atlasgen")
    }

    static func page(_ text: String) -> PageContext {
        PageContext(title: text, summary: text, path: "a/b.html", image: "i.png")
    }

    static func card(_ number: Int, label: String? = nil) -> NeuronCard {
        NeuronCard(
            number: number, label: label, path: "layers/a/\(number)/index.html", thumbnail: "t/\(number).png",
            width: 48,
            height: 48, activation: Double(number) / 3,
            look: .init(similarity: Double(number % 101) / 200, percentile: Double(number % 101)), note: label)
    }

    static func map(_ text: String) -> MapContext {
        MapContext(
            title: text, folder: "", picture: "map.jpg", tileWidth: 16, tileHeight: 16, columns: 2, rows: 2,
            tiles: [.init(number: 5, label: text), .init(number: 2), .init(number: 9)],
            parts: .init(columns: 16, rows: 12, tileWidth: 64), trustworthiness: 0.9, leftOut: 1)
    }

    static func neuron(_ text: String) -> NeuronPage {
        let run = RunContext(
            title: text, image: "r.png", width: 64, height: 64, alternative: text, startActivation: 0.1,
            finalActivation: 12.34, startUnderPattern: 0.2, finalUnderPattern: 23.45, note: text)
        return NeuronPage(
            site: site(text), page: page(text), address: text, shortAddress: text, layerTitle: text,
            layerPath: "layers/a/index.html", number: 17, label: text, verdict: text, tokens: text,
            tokensExplanation: text,
            rows: [
                RunRowContext(
                    title: text, explanation: text, runs: [run, run], curves: "<svg></svg>",
                    film: FilmContext(
                        steps: 64,
                        strips: [
                            .init(
                                title: text, image: "film.jpg", width: 128, height: 64, steps: [0, 32],
                                activations: [-0.5, .nan, 12.34])
                        ]))
            ],
            others: OtherRows(rows: [RunRowContext(title: text, explanation: text, runs: [run])]),
            previous: .init(title: text, path: "p.html"), next: .init(title: text, path: "n.html"),
            direction: DirectionContext(
                entries: [.init(name: text, value: text, isCode: true)],
                nearest: [.init(title: text, value: text, path: "w.html"), .init(title: text, value: text)],
                nearestExplanation: text),
            scores: .init(
                scores: [
                    .init(
                        name: text, value: text, standing: text, percentile: 97,
                        figures: [.init(name: text, value: text)], explanation: text)
                ], note: text),
            writes: [.init(title: text, value: text, path: "w.html"), .init(title: text, value: text)],
            writesExplanation: text, provenance: [.init(name: text, value: text, isCode: true)], command: text,
            figureSyntax: text, bibtex: text, json: "neuron.json")
    }

    /// One of each page and figure, with a text in every place that takes one.
    static func everything(_ text: String, templates: Templates) throws -> [(name: String, html: String)] {
        let caption = CaptionContext(
            html: HTML.escaped(text), id: text, score: text, note: text, link: .init(title: text, path: "l.html"))
        let post = PostSummary(title: text, path: "p.html", date: "2025-03-09", displayDate: text, excerpt: text)
        let neuron = neuron(text)
        let chart = ActivationChart(series: [.init(name: text, values: [0, 1])], title: text).svg
        return try [
            ("neuron", templates.render(neuron)),
            (
                "layer",
                templates.render(
                    LayerPage(
                        site: site(text), page: page(text), address: text, shortAddress: text, layerTitle: text,
                        explanation: text,
                        tokensExplanation: text,
                        directions: [.init(name: text, value: text, isCode: true)], neuronCount: 3072,
                        neurons: [card(1, label: text)],
                        pages: [.init(title: text, path: "1.html", isCurrent: true)],
                        next: .init(title: text, path: "2.html"), orders: [.init(title: text, path: "o.html")],
                        layerPath: "l.html", map: map(text), hasMap: true, data: "neurons.js", json: "j.json",
                        csv: "c.csv", agreement: text,
                        distributions: [
                            .init(
                                title: text,
                                chart: DistributionChart(
                                    edges: [0, 1, 2], groups: [.init(name: text, counts: [1, 2])], title: text,
                                    axis: text
                                ).svg, isFirst: true)
                        ],
                        comparison: "<p>x</p>", comparisons: [.init(title: text, table: "<p>x</p>")],
                        scores: neuron.scores, mostConsistent: [card(2, label: text)],
                        leastConsistent: [card(3, label: text)]))
            ),
            (
                "index",
                templates.render(
                    IndexPage(
                        site: site(text), page: page(text), modelName: text, modelSummary: text,
                        model: [.init(name: text, value: text)],
                        layers: [
                            .init(
                                address: text, shortAddress: text, title: text, path: "l.html", neuronCount: 50,
                                explanation: text,
                                score: text, samples: [card(1, label: text)])
                        ], map: map(text).elsewhere("layers/a/"), mapLayer: .init(title: text, path: "l.html"),
                        posts: [post], archive: "posts.html"))
            ),
            (
                "post",
                templates.render(
                    PostPage(
                        site: site(text), page: page(text), title: text, date: "2025-03-09", displayDate: text,
                        categories: [.init(title: text, path: "c.html")], tags: [.init(title: text, path: "t.html")],
                        contents: [.init(title: text, id: "x", isInner: true)], content: "<p>x</p>", bibtex: text,
                        previous: .init(title: text, path: "p.html")))
            ),
            (
                "posts",
                templates.render(
                    PostListPage(
                        site: site(text), page: page(text), title: text, introduction: text,
                        groups: [.init(title: text, posts: [post])], categories: [.init(title: text, path: "c.html")],
                        tags: [.init(title: text, path: "t.html")], caveats: text))
            ),
            ("404", templates.render(NotFoundPage(site: site(text), page: page(text)))),
            ("runs", templates.render(RunsFigure(root: "", rows: neuron.rows, caption: caption))),
            ("sheet", templates.render(SheetFigure(root: "", neurons: [card(1, label: text)], caption: caption))),
            ("chart", templates.render(ChartFigure(root: "", chart: chart, caption: caption))),
            (
                "table",
                templates.render(
                    TableFigure(
                        root: "", columns: [.init(text: text)],
                        rows: [.init(head: .init(text: text), cells: [.init(text: text, path: "x")])],
                        caption: caption))
            ),
        ]
    }
}
