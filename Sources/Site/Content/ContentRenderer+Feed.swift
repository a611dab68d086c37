// Figures as feed readers can show them: without the site's styles, and without links that need its scripts.

import Foundation
import Render
import Runs

extension ContentRenderer {
    /// The HTML of a figure in the feed; nil for figures that are the same there.
    func feedHTML(of request: FigureRequest, caption: String, on path: String) throws -> String? {
        guard case .runs(let request) = request else { return nil }
        let root = SitePaths.root(from: path)
        let panels = try request.conditions.flatMap { condition in
            try request.seeds.map { seed in
                let recipe = condition.recipe(request.address, request.neuron, seed: seed)
                return library.panel(recipe, header: try library.store.header(of: recipe))
            }
        }
        let pictures = panels.compactMap { panel in
            panel.image.map { image in
                "<img src=\"\(HTML.escaped(root + image))\" width=\"\(panel.width)\" height=\"\(panel.height)\" "
                    + "alt=\"\(HTML.escaped(panel.alternative))\">"
            }
        }
        let link = HTML.escaped(root + SitePaths.neuron(request.address, request.neuron))
        let name = HTML.escaped(Explanations.name(of: request.neuron, at: request.address))
        return "<figure>\n<p>\(pictures.joined(separator: "\n"))</p>\n<figcaption>\(caption) "
            + "<a href=\"\(link)\">\(name)</a></figcaption>\n</figure>"
    }
}
