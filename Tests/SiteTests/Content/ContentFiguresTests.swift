// Figures and values in pages: what they need, what they show, and what they say.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Scores
@testable import Site
@testable import TestSupport

@Suite struct ContentFiguresTests {
    private func post(_ text: String) -> [String: String] { ["content/posts/2024-01-01-a.md": text] }

    @Test func figuresNameTheRunsAndNeuronsThatTheyNeed() throws {
        let writer = try WriterProject(
            post(
                """
                ![a](neuron:encoder_layer_5.mlp.3/2?seeds=0,9)

                ![b](neuron:encoder_layer_2.mlp.1/300?seeds=4&methods=atlas,pixel)

                In a sentence ![c](neuron:heads.head/40), [d](neuron:heads.head/3), and
                {{neuron:encoder_layer_5.mlp.3/100?seeds=0|final}}.
                """))
        let project = try writer.project()
        let content = try writer.content()
        let recipes = content.recipes
        #expect(recipes.count == 2 + 2 + 3 + 3 + 1)
        #expect(Set(recipes).subtracting(project.plan.recipes).count == 1 + 2 + 3 + 1)
        #expect(
            content.extraNeurons(of: project) == [
                .init(address: .block(2, .mlp1), number: 300), .init(address: .block(5, .mlp3), number: 100),
                .init(address: .head, number: 40),
            ])
        let rows = content.rows(of: .block(2, .mlp1), 300)
        #expect(rows.map(\.condition.variant.method.name) == ["atlas", "pixel"])
        #expect(rows.map(\.seeds) == [[4], [4]])
        #expect(content.rows(of: .block(2, .mlp1), 301).isEmpty)
    }

    @Test func runsSideBySide() throws {
        let writer = try WriterProject(post("![Two *runs*](neuron:heads.head/3?seeds=0,2)"))
        let pages = try writer.pages()
        let html = try #require(try writer.html("2024/01/01/a.html", in: pages))
        let project = try writer.project()
        let recipe = project.grid(of: project.layers[1]).recipe(.head, 3, seed: 2)
        #expect(html.contains("src=\"../../../\(SitePaths.picture(recipe))\" width=\"64\" height=\"64\""))
        #expect(
            html.contains(
                "alt=\"Neuron 3 (boa constrictor) of heads.head, atlas, class token, live attention, seed 2: activation "
                    + "0.250 at the start, 3.00 at the end\""), "\(html)")
        #expect(
            html.contains("<figcaption>Two <em>runs</em> <span class=\"score\">By look, its runs are more alike than"))
        #expect(html.contains("(2 of 3 runs shown)"))
        #expect(
            html.contains(
                "<a class=\"more\" href=\"../../../layers/heads.head/3/index.html\"><bdi>Neuron 3 of heads.head</bdi></a>"
            ))
        #expect(html.contains("Geirhos et al. 2023"))
        #expect(!html.contains("row-title"))
    }

    @Test func gridsTellTheirRowsApart() throws {
        let writer = try WriterProject(
            post("![Grid](neuron:encoder_layer_5.mlp.3/3?tokens=cls,slice&attention=live,frozen&seeds=0)"))
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        let titles = html.matches(of: /<p class="row-title">([^<]*)<\/p>/).map { String($0.output.1) }
        #expect(
            titles == [
                "class token · live attention", "class token · frozen attention", "slice · live attention",
                "slice · frozen attention",
            ])
        // The score is of one variant; four have none in common.
        #expect(!html.contains("class=\"score\""))
    }

    /// Outside the chosen layers too a figure that says nothing else shows the usual runs, and needs no row's title.
    @Test func plainFiguresHaveNoTitles() throws {
        let writer = try WriterProject(
            post("![a](neuron:encoder_layer_2.mlp.1/3)\n\n![b](neuron:encoder_layer_2.mlp.1/3?tokens=patches)"),
            configuration: "layers: [heads.head]\nneurons: [0-3]\nseeds: 1\ntokens: cls")
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        #expect(html.contains("class token, live attention, seed 0"))
        #expect(html.matches(of: /<p class="row-title">([^<]*)<\/p>/).map { String($0.output.1) } == ["patch tokens"])
    }

    @Test func missingRunsAreSaidToBeMissing() throws {
        let writer = try WriterProject(post("![x](neuron:heads.head/3)\n\n{{neuron:heads.head/3?seeds=1|final}}"))
        let pages = try writer.pages(missing: { $0.address == .head && $0.target == .channel(3) && $0.seed == 1 })
        let html = try #require(try writer.html("2024/01/01/a.html", in: pages))
        #expect(html.contains("<p class=\"note\">not made yet</p>"))
        #expect(html.contains("<p>not made yet</p>"))
        #expect(html.components(separatedBy: "<img ").count == 3)
    }

    @Test func contactSheetsAreSorted() throws {
        let writer = try WriterProject(
            post(
                """
                ![Highest](layer:encoder_layer_5.mlp.3?sort=activation&limit=3)

                ![Lowest](layer:encoder_layer_5.mlp.3?sort=-activation&limit=2)
                """))
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        let numbers = html.matches(of: /<span class="no">(\d+)<\/span>/).map { String($0.output.1) }
        #expect(numbers == ["5", "4", "3", "0", "1"])
        #expect(html.contains("(3 of 6 neurons shown)"))
        #expect(html.contains("href=\"../../../layers/encoder_layer_5.mlp.3/5/index.html\""))
    }

    @Test func contactSheetsSayWhatWentWrong() throws {
        let writer = try WriterProject(post("![All](layer:encoder_layer_5.mlp.3)"))
        let pages = try writer.pages(
            missing: { $0.target.number == 2 || $0.target.number == 3 && $0.seed == 0 },
            outcome: {
                $0.target.number == 1 ? .neverActivated : $0.target.number == 4 ? .diverged(step: 7) : .completed
            })
        let html = try #require(try writer.html("2024/01/01/a.html", in: pages))
        let notes = html.matches(of: /<span class="no">(\d)<\/span>(?:(?!<\/a>).)*<span class="note">([^<]*)<\/span>/)
            .map { "\($0.output.1) \($0.output.2)" }
        #expect(notes == ["1 never activated", "2 not made yet", "4 diverged at step 7"])
        // The first run that is there stands for the neuron.
        let project = try writer.project()
        let recipe = project.grid(of: project.layers[0]).recipe(.block(5, .mlp3), 3, seed: 1)
        #expect(html.contains("<img src=\"../../../\(SitePaths.picture(recipe))\""))
    }

    @Test func plotsAndTables() throws {
        let writer = try WriterProject(
            post(
                """
                ![How consistent](layer:encoder_layer_5.mlp.3?plot=consistency)

                ![Compared](layer:encoder_layer_5.mlp.3?plot=compare)
                """))
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        // 6 neurons × 3 pairs of seeds; 6 × 5 neurons × 3 pairs of seeds.
        #expect(html.contains("pairs of runs of one neuron (18)"))
        #expect(html.contains("pairs of runs of different neurons (90)"))
        #expect(html.contains("/index.html#reproduce\">class token</a></th>"))
        #expect(html.contains("/index.html#reproduce\">patch tokens</a></th>"))
        #expect(html.contains("The same 4 neurons in every row, 3 runs each."))
        let cost = try writer.project().model.model.configuration.forwardCost(to: .block(5, .mlp3)) * 2 * 64 / 1e9
        #expect(html.contains("<td class=\"number\">\(String(format: "%.1f", cost))</td>"), "\(cost)")
    }

    @Test func theWidthsOfIntervalsByTheNumberOfSeeds() throws {
        let text = """
            ![Look](layer:encoder_layer_5.mlp.3?plot=seeds)

            ![Patches](layer:encoder_layer_5.mlp.3?plot=seeds&tokens=patches)

            ![Meaning](layer:encoder_layer_5.mlp.3?plot=seeds&measure=meaning)
            """
        let writer = try WriterProject(post(text))
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        let charts = html.components(separatedBy: "</figure>").filter {
            $0.contains(/<figure class="figure" id="figure\.\d">\n<svg/)
        }
        try #require(charts.count == 2)
        let project = try writer.project()
        let layer = project.layers[0]
        let library = try RunLibrary(
            project: project, store: Store(folder: project.path(".atlas"), onFinding: { _ in }), judge: nil)
        let widths = try #require(try library.widths(of: layer, project.grid(of: layer)).look.value)
        #expect(widths.map(\.seeds) == [2, 3] && widths.map(\.choices) == [3, 1])
        // Every number is in the chart's description, and the ends are below it.
        let aucs = try widths.map { Format.number(try #require($0.auc)) }
        let similarity = Format.number(try #require(widths[1].similarity))
        #expect(
            charts[0].contains(
                "<desc>width for the layer’s AUC: \(aucs[0]) at 2, \(aucs[1]) at 3; width for one neuron’s similarity, "
                    + "mean over neurons: \(similarity) at 3.</desc>"), "\(charts[0])")
        #expect(charts[0].contains("AUC is \(aucs[0]) wide with 2 seeds and \(aucs[1]) wide with 3."))
        #expect(charts[0].contains("similarity is \(similarity) wide with 3 seeds, on average over neurons."))
        // The other condition has the four compared neurons, too few for an interval of the AUC.
        #expect(charts[1].contains("patch tokens"))
        #expect(charts[1].contains("AUC has no interval, which needs 5 neurons."))
        // These records have no embedding of the model's width, so the other measure has a reason.
        #expect(
            html.contains("<figure class=\"figure\" id=\"figure.3\">\n<p>\(NoScore.nothingMeasured.description)</p>"))
        #expect(html.contains("Geirhos et al. 2023"))
    }

    @Test func withTooFewSeedsTheFigureSaysWhatToDo() throws {
        let writer = try WriterProject(
            post("![x](layer:heads.head?plot=seeds)"),
            configuration: "layers: [heads.head]\nneurons: [0-5]\nseeds: 2\ncontrol: false")
        let html = try #require(try writer.html("2024/01/01/a.html", in: writer.pages()))
        #expect(
            html.contains(
                "<figure class=\"figure\" id=\"figure.1\">\n<p>\(HTML.escaped(NoScore.tooFewSeeds.description))</p>"))
        #expect(!html.contains("<svg class=\"chart\""))
    }

    @Test func valuesAreTheScores() throws {
        let writer = try WriterProject(
            post(
                """
                {{layer:heads.head|auc}};{{ layer:heads.head | chance }};{{layer:heads.head|neurons}};
                {{layer:heads.head?measure=meaning|neurons}};{{neuron:heads.head/3|start}};{{neuron:heads.head/3|final}}
                """))
        let project = try writer.project()
        let pages = try writer.pages()
        let library = try RunLibrary(
            project: project, store: Store(folder: project.path(".atlas"), onFinding: { _ in }), judge: nil)
        let scores = try library.scores(of: project.layers[1], project.grid(of: project.layers[1]))
        let auc = String(format: "%.3f", try #require(scores.look.value).layer.auc).prefix(5)
        // Two other runs of its own among the twelve of the other seeds.
        #expect(
            pages.feed[0].content.hasPrefix("<p>\(auc == "1.000" ? "1.00" : auc);16.7\u{A0}%;6;\n6;0.250;2.88</p>\n"),
            "\(pages.feed[0].content)")
    }

    @Test func withoutAScoreTheReasonIsAWarning() throws {
        let writer = try WriterProject(
            post("{{layer:heads.head|auc}}"), configuration: "layers: [heads.head]\nneurons: [0-3]\nseeds: 1")
        let pages = try writer.pages()
        #expect(pages.feed[0].content.hasPrefix("<p>(no score)</p>"))
        #expect(pages.warnings.count == 1)
        #expect(pages.warnings[0].hasSuffix("a.md:1: \(NoScore.oneSeed.description)"))
    }

    @Test func tokensHaveNoIdentificationAndTheWarningSaysSo() throws {
        let writer = try WriterProject(
            post("{{layer:encoder_layer_5.mlp.3|identification}} {{neuron:encoder_layer_5.mlp.3/1|identification}}"),
            configuration: "layers: [encoder_layer_5.mlp.3]\nneurons: [0-3]\nseeds: 2\ntokens: slice")
        let warnings = try writer.pages().warnings
        #expect(warnings.count == 1)
        #expect(warnings[0].hasSuffix("\(NoScore.notAChannel.description) (2 times, line 1)"))
    }

    /// A list owes its readers the caveats where an excerpt names a score, and only there.
    @Test(arguments: [
        ("The AUC is {{layer:heads.head|auc}}.\n", true),
        ("Words.\n\nThe chance is {{layer:heads.head|chance}}.\n", false),
        ("There are {{layer:heads.head|neurons}} neurons.\n", false),
        ("---\ndescription: Words.\n---\nThe AUC is {{layer:heads.head|auc}}.\n", false),
    ])
    func listsOfScoresHaveTheCaveats(text: String, hasCaveats: Bool) throws {
        let writer = try WriterProject(post(text))
        let pages = try writer.pages()
        #expect(pages.posts.map(\.showsScores) == [hasCaveats])
        let html = try #require(try writer.html("posts/index.html", in: pages))
        #expect(html.contains("Geirhos et al. 2023") == hasCaveats)
        #expect(html.contains("Nguyen et al. 2016") == hasCaveats)
    }

    @Test func figuresInCommentary() throws {
        let writer = try WriterProject([
            "content/layers/heads.head.md": "![x](neuron:heads.head/49?seeds=0)",
            "content/neurons/heads.head/2.md": "[There](neuron:heads.head/49) [layer](layer:encoder_layer_5.mlp.3)",
        ])
        let pages = try writer.pages()
        #expect(pages.layers[.head]?.contains("src=\"../../layers/heads.head/49/seed-0-") == true)
        #expect(
            pages.neurons[.init(address: .head, number: 2)]
                == "<p><a href=\"../../../layers/heads.head/49/index.html\">There</a> "
                + "<a href=\"../../../layers/encoder_layer_5.mlp.3/index.html\">layer</a></p>\n")
    }

    @Test(arguments: [
        ("![c](nueron:heads.head/0)", "nueron:heads.head/0: did you mean \"neuron:\"?"),
        ("Text [c](layr:heads.head).", "layr:heads.head: did you mean \"layer:\"?"),
        ("[later]: Layers:x\n\n[later]", "Layers:x: did you mean \"layer:\"?"),
    ]) func slipsInSchemesAreErrors(text: String, message: String) throws {
        #expect(try WriterProject(post("Text.\n\n\(text)")).message().hasSuffix(message))
    }

    @Test func otherSchemesAreLeftAlone() throws {
        let text = "[a](https://x.org/layer:y) [b](mailto:a@b.c) [c](tel:1) [d](data:x) <news:x> and layers: `neurons:`"
        #expect(try WriterProject(post(text)).message() == "no error")
    }

    @Test func errorsNameFileAndLine() throws {
        let writer = try WriterProject(post("---\ntitle: x\n---\n\nText.\n\n![x](neuron:heads.head/99)\n"))
        #expect(
            writer.message()
                == "content/posts/2024-01-01-a.md:7: neuron:heads.head/99: neuron 99 is out of range; heads.head has "
                + "the neurons 0 to 49"
        )
    }

    @Test func forwardCostIsTheProductsOfTheShapes() throws {
        // 64 patches of 192 values to 128 channels; 65 tokens; MLP 512; 50 classes.
        let model = try WriterProject().project().model.model.configuration
        let embedding: Double = 2 * 64 * 192 * 128
        let pattern: Double = 4 * 65 * 65 * 128
        let projections: Double = 2 * 65 * 128 * (384 + 128)
        let attention = projections + pattern
        let mlp: Double = 2 * 65 * 128 * 512
        let head: Double = 2 * 128 * 50
        #expect(model.forwardCost(to: .block(0, .ln1)) == embedding)
        #expect(model.forwardCost(to: .block(1, .mlp1)) == embedding + 2 * attention + 3 * mlp)
        #expect(model.forwardCost(to: .head) == embedding + 6 * (attention + 2 * mlp) + head)
    }
}
