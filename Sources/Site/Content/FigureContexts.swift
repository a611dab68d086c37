// Figures in posts: runs, contact sheets, charts and tables.

import Render

/// The text below a figure.
struct CaptionContext: TemplateContext {
    var html: String
    /// The figure's id on its page; nil where nothing links to it.
    var id: String?
    var score: String?
    var note: String?
    var link: LinkContext?

    static let keys: [TemplateKey<CaptionContext>] = [
        .text("id", "the figure's id, to which frames in other pages link", \.id),
        .html("html", "the writer's caption", \.html),
        .text("score", "the score in a sentence", \.score),
        .text("note", "what is left out or different, e.g. `2 of 3 runs shown`", \.note),
        .object("link", "link to the page with everything that the figure shows", \.link),
    ]
}

/// Runs side by side.
struct RunsFigure: TemplateRoot {
    static let template = "figure-runs"
    static let summary = "makes a figure of runs side by side"

    var root: String
    var rows: [RunRowContext]
    var caption: CaptionContext

    static let keys: [TemplateKey<RunsFigure>] = [
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .list("rows", "the runs, a row for each method, token selection and attention mode", \.rows),
        .object("caption", "the caption", \.caption),
    ]
}

/// A contact sheet.
struct SheetFigure: TemplateRoot {
    static let template = "figure-sheet"
    static let summary = "makes a contact sheet of neurons"

    var root: String
    var neurons: [NeuronCard]
    var caption: CaptionContext

    static let keys: [TemplateKey<SheetFigure>] = [
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .list("neurons", "the neurons", \.neurons),
        .object("caption", "the caption", \.caption),
    ]
}

/// The photographs that excite a neuron.
struct PhotographsFigure: TemplateRoot {
    static let template = "figure-photographs"
    static let summary = "makes a figure of the photographs that excite a neuron most"

    var root: String
    var photographs: [PhotographContext]
    var caption: CaptionContext

    static let keys: [TemplateKey<PhotographsFigure>] = [
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .list("photographs", "the photographs, the most exciting one first", \.photographs),
        .object("caption", "the caption", \.caption),
    ]
}

/// A chart.
struct ChartFigure: TemplateRoot {
    static let template = "figure-chart"
    static let summary = "makes a figure of a chart"

    var root: String
    var chart: String
    var caption: CaptionContext

    static let keys: [TemplateKey<ChartFigure>] = [
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .html("chart", "the chart, as SVG", \.chart),
        .object("caption", "the caption", \.caption),
    ]
}

/// A table of numbers.
struct TableFigure: TemplateRoot {
    static let template = "figure-table"
    static let summary = "makes a table of numbers"

    /// A cell.
    struct Cell: TemplateContext {
        var text: String
        var isNumber = false
        var path: String?
        var note: String?

        static let keys: [TemplateKey<Cell>] = [
            .text("text", "the cell's text", \.text),
            .flag("isNumber", "whether it is a number", \.isNumber),
            .text("path", "path of the linked page", \.path),
            .text("note", "what stands below the text", \.note),
        ]
    }

    /// A row: what it is about, and its values.
    struct Row: TemplateContext {
        var head: Cell
        var cells: [Cell]

        static let keys: [TemplateKey<Row>] = [
            .object("head", "what the row is about", \.head),
            .list("cells", "one value for each further column", \.cells),
        ]
    }

    var root: String
    var columns: [Cell]
    var rows: [Row]
    var caption: CaptionContext

    static let keys: [TemplateKey<TableFigure>] = [
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .list("columns", "the column headings", \.columns),
        .list("rows", "the rows", \.rows),
        .object("caption", "the caption", \.caption),
    ]
}
