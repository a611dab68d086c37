// The site's theme: its templates, and the context that each one gets.

import Foundation
import Render

/// The templates that the site's pages and figures are made with.
package enum Theme {
    /// Every page and part that has a template of its own.
    static let roots: [any TemplateRoot.Type] = [
        IndexPage.self, LayerPage.self, NeuronPage.self, PostPage.self, PostListPage.self, NotFoundPage.self,
        RunsFigure.self, SheetFigure.self, PhotographsFigure.self, ChartFigure.self, TableFigure.self,
    ]

    /// The templates that others include, each with the context that it gets.
    static let partials: [(name: String, summary: String)] = [
        (
            "layout",
            "is the frame of every page; the page fills its blocks `title`, `head` and `content`; it gets the page's "
                + "context"
        ),
        ("card", "is one neuron in a grid or a contact sheet; it gets a \(NeuronCard.schema.name)"),
        ("map", "is the map of a layer's neurons; it gets a \(MapContext.schema.name)"),
        ("caption", "is the caption of a figure; it gets the figure's context"),
        (
            "rows",
            "is the runs of a neuron, row by row; it gets a \(NeuronPage.schema.name) or a \(RunsFigure.schema.name)"
        ),
        (
            "photographs",
            "is some photographs of a neuron; it gets a \(PhotographGroupContext.schema.name) or a "
                + "\(PhotographsFigure.schema.name)"
        ),
        ("scores", "is the scores of a neuron or a layer; it gets a \(ScoresContext.schema.name)"),
        ("post-summary", "is one post in a list of posts; it gets a \(PostSummary.schema.name)"),
    ]

    /// The templates of folders; those of later folders replace those of earlier ones. See `Templates`.
    package static func templates(in folders: [URL]) throws(RenderError) -> Templates {
        try Templates(folders: folders, roots: roots)
    }

    /// The documentation of every template's keys, as Markdown.
    ///
    /// - Parameter folder: path of the built-in templates, to be named in the text.
    package static func documentation(builtInFolder folder: String) -> String {
        Templates.documentation(of: roots, partials: partials, builtInFolder: folder)
    }
}
