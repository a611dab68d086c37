// Figures in posts: runs, contact sheets, charts and tables.

import Render

/// What every figure has below it.
struct CaptionContext: TemplateContext {
    /// The writer's caption, as HTML.
    var html: String
    /// The score in a sentence.
    var score: String?
    /// What is not shown, e.g. `2 of 3 runs shown`.
    var note: String?
    /// The page behind the figure.
    var link: LinkContext?

    /// A caption; see the properties.
    init(html: String, score: String? = nil, note: String? = nil, link: LinkContext? = nil) {
        self.html = html
        self.score = score
        self.note = note
        self.link = link
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<CaptionContext>] = [
        .html("html", "the writer's caption", \.html),
        .text("score", "the score in a sentence", \.score),
        .text("note", "what is not shown, e.g. `2 of 3 runs shown`", \.note),
        .object("link", "the page behind the figure", \.link),
    ]
}

/// Runs side by side.
struct RunsFigure: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "figure-runs"
    /// See ``TemplateRoot``.
    static let summary = "makes a figure of runs side by side"

    /// The way from the figure's page to the site's root.
    var root: String
    /// The runs.
    var rows: [RunRowContext]
    /// The caption.
    var caption: CaptionContext

    /// A figure; see the properties.
    init(root: String, rows: [RunRowContext], caption: CaptionContext) {
        self.root = root
        self.rows = rows
        self.caption = caption
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<RunsFigure>] = [
        .text("root", "the way to the site's root, to put in front of every path", \.root),
        .list("rows", "the runs, a row for each method, token selection and attention mode", \.rows),
        .object("caption", "the caption", \.caption),
    ]
}

/// A contact sheet.
struct SheetFigure: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "figure-sheet"
    /// See ``TemplateRoot``.
    static let summary = "makes a contact sheet of neurons"

    /// The way from the figure's page to the site's root.
    var root: String
    /// The neurons.
    var neurons: [NeuronCard]
    /// The caption.
    var caption: CaptionContext

    /// A contact sheet; see the properties.
    init(root: String, neurons: [NeuronCard], caption: CaptionContext) {
        self.root = root
        self.neurons = neurons
        self.caption = caption
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<SheetFigure>] = [
        .text("root", "the way to the site's root, to put in front of every path", \.root),
        .list("neurons", "the neurons", \.neurons),
        .object("caption", "the caption", \.caption),
    ]
}

/// A chart.
struct ChartFigure: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "figure-chart"
    /// See ``TemplateRoot``.
    static let summary = "makes a figure of a chart"

    /// The way from the figure's page to the site's root.
    var root: String
    /// The chart, as SVG.
    var chart: String
    /// The caption.
    var caption: CaptionContext

    /// A chart; see the properties.
    init(root: String, chart: String, caption: CaptionContext) {
        self.root = root
        self.chart = chart
        self.caption = caption
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<ChartFigure>] = [
        .text("root", "the way to the site's root, to put in front of every path", \.root),
        .html("chart", "the chart, as SVG", \.chart),
        .object("caption", "the caption", \.caption),
    ]
}

/// A table of numbers.
struct TableFigure: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "figure-table"
    /// See ``TemplateRoot``.
    static let summary = "makes a table of numbers"

    /// A cell.
    struct Cell: TemplateContext {
        /// What stands in it.
        var text: String
        /// Whether it is a number, set flush right.
        var isNumber: Bool
        /// Path of the page that it leads to.
        var path: String?

        /// A cell; see the properties.
        init(_ text: String, isNumber: Bool = false, path: String? = nil) {
            self.text = text
            self.isNumber = isNumber
            self.path = path
        }

        /// See ``TemplateContext``.
        static let keys: [TemplateKey<Cell>] = [
            .text("text", "what stands in the cell", \.text),
            .flag("isNumber", "whether it is a number", \.isNumber),
            .text("path", "path of the page that it leads to", \.path),
        ]
    }

    /// A row: what it is about, and its values.
    struct Row: TemplateContext {
        /// What the row is about.
        var head: Cell
        /// One value for each further column.
        var cells: [Cell]

        /// A row; see the properties.
        init(head: Cell, cells: [Cell]) {
            self.head = head
            self.cells = cells
        }

        /// See ``TemplateContext``.
        static let keys: [TemplateKey<Row>] = [
            .object("head", "what the row is about", \.head),
            .list("cells", "one value for each further column", \.cells),
        ]
    }

    /// The way from the figure's page to the site's root.
    var root: String
    /// The columns' heads.
    var columns: [Cell]
    /// The rows.
    var rows: [Row]
    /// The caption.
    var caption: CaptionContext

    /// A table; see the properties.
    init(root: String, columns: [Cell], rows: [Row], caption: CaptionContext) {
        self.root = root
        self.columns = columns
        self.rows = rows
        self.caption = caption
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<TableFigure>] = [
        .text("root", "the way to the site's root, to put in front of every path", \.root),
        .list("columns", "the columns' heads", \.columns),
        .list("rows", "the rows", \.rows),
        .object("caption", "the caption", \.caption),
    ]
}
