// Texts to HTML: Markdown with its figures, values and links filled in.

import Foundation
import Render
import Runs

/// Renders the texts of a project with the runs in its library.
///
/// A run that is not in the store is shown as not made yet.
struct ContentRenderer: Sendable {
    /// The texts.
    let content: Content
    /// The runs.
    let library: RunLibrary
    /// The theme.
    let templates: Templates
    /// Resolves links.
    let links: LinkResolver

    /// A text as HTML.
    struct Rendered: Sendable {
        /// The HTML, a sequence of blocks.
        let html: String
        /// The first paragraph, as text.
        let excerpt: String
        /// Files that the page needs.
        let assets: [ContentAsset]
        /// Warnings for the writer, each with file and line.
        let warnings: [String]
        /// Whether the text shows a score, so that its page must show the caveats.
        let showsScores: Bool
        /// Whether the excerpt, which lists of posts show, has a score.
        let excerptShowsScores: Bool
        /// Path of the first picture that a figure shows.
        let image: String?
    }

    var project: Project { library.project }

    /// Renders a page's text.
    func render(_ page: Content.Page) throws -> Rendered {
        var notes = FigureNotes()
        var assets: [ContentAsset] = []
        var warnings: [(line: Int, message: String)] = []
        let output = try page.document.filled { index, gap, caption in
            switch (page.requests[index], gap) {
            case (.page(let request), _): return OutputPath.link(from: page.path, to: request.path)
            case (.figure(let request), _): return try html(of: request, caption: caption, on: page.path, notes: &notes)
            case (.value(let request), _):
                let text = try value(of: request, notes: &notes)
                if let reason = text.reason { warnings.append((gap.line, reason)) }
                return text.value
            case (nil, .link(let destination)):
                switch links.resolve(destination.text, on: page) {
                case .kept: return nil
                case .rewritten(let link): return link
                case .asset(let asset, let link):
                    assets.append(asset)
                    return link
                case .dead(let reason):
                    let kind = destination.isImage ? "image" : "link"
                    warnings.append((gap.line, "the \(kind) \(destination.text) is broken: \(reason)"))
                    return nil
                }
            case (nil, .value(let expression, _)):
                warnings.append(
                    (
                        gap.line,
                        "{{\(expression)}} is not an atlasgen value, such as {{layer:ADDRESS|auc}}; it is left as text"
                    ))
                return nil
            // Never happens: every figure is a request.
            case (nil, .figure): return nil
            }
        }
        warnings += output.warnings.map { ($0.line, $0.message) }
        return Rendered(
            html: output.html, excerpt: output.excerpt, assets: assets,
            // Values are filled in before links; the sort is stable within a line.
            warnings: warnings.sorted { $0.line < $1.line }.map { "\(page.text.name):\($0.line): \($0.message)" },
            showsScores: notes.showsScores,
            excerptShowsScores: notes.scoreValues.contains { output.excerpt.contains($0) }, image: notes.image)
    }
}

/// What rendering figures collects for their page.
struct FigureNotes {
    /// Whether a score is shown.
    var showsScores = false
    /// The scores in running text, as text.
    var scoreValues: [String] = []
    /// Path of the first picture.
    var image: String?
}
