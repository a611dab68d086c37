// Texts to HTML: Markdown with its figures, values and links filled in.

import Foundation
import Render
import Runs
import Support

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
    /// Sets formulas and colours code.
    let scripts: ScriptCache

    /// A text as HTML.
    struct Rendered: Sendable {
        /// The HTML, a sequence of blocks.
        let html: String
        /// The same for the feed, where the site's styles are not known.
        let feedHTML: String
        /// The first paragraph, as text.
        let excerpt: String
        /// Files that the page needs.
        let assets: [ContentAsset]
        /// Warnings for the writer.
        let warnings: [WriterWarning]
        /// Whether the text shows a score, so that its page must show the caveats.
        let showsScores: Bool
        /// Whether the excerpt, which lists of posts show, has a score.
        let excerptShowsScores: Bool
        /// Path of the first picture that a figure shows.
        let image: String?
        /// The pictures of the first figure that has some, or else the first picture.
        let cardPictures: [CardPicture]
    }

    var project: Project { library.project }

    /// Renders a page's text.
    func render(_ page: Content.Page) throws -> Rendered {
        var notes = FigureNotes()
        var assets: [ContentAsset] = []
        var warnings: [WriterWarning] = []
        func warn(_ line: Int, _ message: String, kind: String? = nil, isDangerous: Bool = false) {
            warnings.append(
                WriterWarning(
                    file: page.text.name, line: line, kind: kind, message: message, isDangerous: isDangerous))
        }
        var formulas = try scripts.formulas(of: page.document)[...]
        var colours = try scripts.colours(of: page.document)[...]
        // The files of pictures, by gap.
        var pictures: [Int: String] = [:]
        var feedFigures: [(page: String, feed: String)] = []
        let output = try page.document.filled(
            by: { index, gap, caption in
                switch (page.requests[index], gap) {
                case (.page(let request), _): return OutputPath.link(from: page.path, to: request.path)
                case (.figure(let request), _):
                    let html = try html(of: request, caption: caption, on: page.path, notes: &notes)
                    if let feed = try feedHTML(of: request, caption: caption, on: page.path) {
                        feedFigures.append((html.trimmingCharacters(in: .newlines), feed))
                    }
                    return html
                case (.value(let request), _):
                    let text = try value(of: request, notes: &notes)
                    if let reason = text.reason { warn(gap.line, reason) }
                    return text.value
                case (nil, .link(let destination)):
                    switch links.resolve(destination.text, on: page) {
                    case .kept: return nil
                    case .rewritten(let link): return link
                    case .asset(let asset, let link):
                        assets.append(asset)
                        if destination.isImage { pictures[index] = asset.file }
                        return link
                    case .dead(let reason):
                        let kind = destination.isImage ? "image" : "link"
                        let message = "the \(kind) \(destination.text) is broken: \(reason)"
                        warn(gap.line, message, kind: "\(kind) \(destination.text)", isDangerous: true)
                        return nil
                    }
                case (nil, .formula(let written)):
                    let set = formulas.removeFirst()
                    if let problem = set.problem {
                        warn(
                            written.line,
                            "the formula \(written.tex.readableLine) cannot be set, and its TeX is shown: \(problem)",
                            kind: "formula")
                    }
                    return set.html
                case (nil, .code): return colours.removeFirst().html
                case (nil, .value(let expression, _)):
                    warn(
                        gap.line,
                        "{{\(expression)}} is not an atlasgen value, such as {{layer:ADDRESS|auc}}; it is left as text",
                        kind: "value")
                    return nil
                // Never happens: every figure is a request.
                case (nil, .figure): return nil
                }
            }, size: { index in try pictures[index].flatMap(PictureFile.size) })
        for warning in output.warnings { warn(warning.line, warning.message, kind: warning.kind) }
        return Rendered(
            html: output.html,
            feedHTML: feedFigures.reduce(output.html) { $0.replacing($1.page, with: $1.feed) },
            excerpt: output.excerpt, assets: assets,
            // Values are filled in before links; the sort is stable within a line.
            warnings: warnings.sorted { $0.line < $1.line },
            showsScores: notes.showsScores,
            excerptShowsScores: notes.scoreValues.contains { output.excerpt.contains($0) }, image: notes.image,
            cardPictures: notes.cardPictures.isEmpty
                ? pictures.min { $0.key < $1.key }.map { [.file($0.value)] } ?? [] : notes.cardPictures)
    }
}

/// What rendering figures collects for their page.
struct FigureNotes {
    /// Number of figures.
    var figures = 0
    /// Whether a score is shown.
    var showsScores = false
    /// The scores in running text, as text.
    var scoreValues: [String] = []
    /// Path of the first picture.
    var image: String?
    /// The pictures of the first figure that has some.
    var cardPictures: [CardPicture] = []
}
