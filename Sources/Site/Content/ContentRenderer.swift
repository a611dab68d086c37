// Texts to HTML: Markdown with figures, values and links in their places.

import Foundation
import Render
import Runs
import ViT

/// Renders the texts of a project from the runs that its library holds.
///
/// A run that the store lacks is shown as one that is not made yet.
struct ContentRenderer: Sendable {
    /// The texts.
    let content: Content
    /// The runs.
    let library: RunLibrary
    /// The theme.
    let templates: Templates
    /// Where links lead.
    let links: LinkResolver

    /// A text as HTML.
    struct Rendered: Sendable {
        /// The HTML, a sequence of blocks.
        let html: String
        /// The first paragraph, as text.
        let excerpt: String
        /// Files that the page needs.
        let assets: [ContentAsset]
        /// What the writer should know, each with file and line.
        let warnings: [String]
        /// Whether a score stands in the text, for which a page owes its readers the caveats.
        let showsScores: Bool
        /// Whether one stands in the excerpt, which lists of posts show.
        let excerptShowsScores: Bool
        /// Path of the first picture that a figure shows.
        let image: String?
    }

    var project: Project { library.project }

    /// Renders a page's text.
    func render(_ page: Content.Page) throws -> Rendered {
        let reader = FigureReader(project: project, text: page.text)
        var notes = FigureNotes()
        var assets: [ContentAsset] = []
        var warnings: [(line: Int, message: String)] = []
        let output = try Markdown.html(
            of: page.text, project: project,
            handlers: Markdown.Handlers(
                link: { destination in
                    guard !Markdown.isFigure(destination.text) else {
                        let target = try reader.link(destination.text, line: destination.line).page
                        return OutputPath.link(from: page.path, to: target ?? "index.html")
                    }
                    try reader.checkScheme(of: destination.text, line: destination.line)
                    switch links.resolve(destination.text, on: page) {
                    case .kept: return destination.text
                    case .rewritten(let link): return link
                    case .asset(let asset, let link):
                        assets.append(asset)
                        return link
                    case .dead(let reason):
                        warnings.append(
                            (
                                destination.line,
                                "the \(destination.isImage ? "image" : "link") \(destination.text) leads nowhere: "
                                    + reason
                            ))
                        return destination.text
                    }
                },
                figure: { figure in
                    let request = try reader.figure(figure.destination, line: figure.line)
                    return try html(of: request, caption: figure.captionHTML, on: page.path, notes: &notes)
                },
                value: { expression, line in
                    guard let request = try reader.value(expression, line: line) else {
                        warnings.append(
                            (
                                line,
                                "{{\(expression)}} is no value of atlasgen's, such as {{layer:ADDRESS|auc}}, and is left "
                                    + "as text"
                            ))
                        return nil
                    }
                    let text = try value(of: request, notes: &notes)
                    if let reason = text.reason { warnings.append((line, reason)) }
                    return text.value
                }))
        warnings += output.warnings.map { ($0.line, $0.message) }
        return Rendered(
            html: output.html, excerpt: output.excerpt, assets: assets,
            // Values come before links on the way through a text; sorting keeps the order of a line.
            warnings: warnings.sorted { $0.line < $1.line }.map { "\(page.text.name):\($0.line): \($0.message)" },
            showsScores: notes.showsScores,
            excerptShowsScores: notes.scoreValues.contains { output.excerpt.contains($0) }, image: notes.image)
    }
}

/// What rendering figures finds out for the page around them.
struct FigureNotes {
    /// Whether a score is shown.
    var showsScores = false
    /// The scores in running text.
    var scoreValues: [String] = []
    /// Path of the first picture.
    var image: String?
}

extension ContentRequest {
    /// Path of the page that a link leads to; nil for figures and values.
    var page: String? {
        switch self {
        case .neuronPage(let request): SitePaths.neuron(request.address, request.neuron)
        case .layerPage(let layer): SitePaths.layer(layer.address)
        case .figure, .value: nil
        }
    }
}
