// The writer's texts: a project's introduction, commentary and posts, and the runs that they need.

import Foundation
import Render
import Runs
import ViT

/// The texts of a project and their requests to the atlas.
package struct Content: Sendable {
    /// A text and the page that shows it.
    struct Page: Sendable {
        /// The text.
        let text: SourceText
        /// Path of the page's file, relative to the site's root.
        let path: String
        /// The text, parsed.
        let document: MarkdownDocument
        /// The request of each of the document's gaps; nil for other links and for values that are not atlasgen's.
        let requests: [ContentRequest?]

        /// The runs that the page needs, in the order of the requests.
        var runs: [RunsRequest] { requests.compactMap { $0?.runs } }
    }

    /// A neuron, as a key.
    struct Neuron: Hashable, Sendable {
        /// Its layer.
        let address: Address
        /// Its number.
        let number: Int
    }

    /// A post that is left out.
    package struct Skipped: Sendable {
        /// The file as messages name it.
        package let file: String
        /// Why, as in "x.md (published: false)".
        package let reason: String
    }

    /// A Markdown file that no page shows.
    struct Unread: Sendable {
        /// The file's path.
        let file: String
        /// The warning for the writer.
        let warning: String
    }

    /// The text at the top of the first page.
    let introduction: Page?
    /// Commentary on layers.
    let layers: [Address: Page]
    /// Commentary on neurons.
    let neurons: [Neuron: Page]
    /// The posts that readers see, oldest first; each with its text.
    let posts: [(post: Post, page: Page)]
    /// Files of posts that are left out; links may name them.
    let drafts: Set<String>
    /// Posts that are left out, and why.
    package let skipped: [Skipped]
    /// Files that are copied as they are.
    let staticFiles: [ContentAsset]
    /// The folders that may hold files for pages.
    let folders: [String]
    /// Paths of the site's own files and of the posts.
    let paths: PathTable
    /// Markdown files that no page shows.
    let unread: [Unread]
    /// The runs of each neuron that texts show, in the texts' order.
    let shown: [Neuron: [RunsRequest]]

    /// All pages, in the order of the introduction, layers, neurons, posts.
    let pages: [Page]
}

// MARK: - What it needs

extension Content {
    /// Every run that figures, values and links need, in the texts' order, with duplicates; some may be in the
    /// project's plan.
    var recipes: [Recipe] { pages.flatMap(\.runs).flatMap(\.recipes) }

    /// The neurons that a text shows and no layer's grid contains; they have pages of their own.
    func extraNeurons(of project: Project) -> [Neuron] {
        let chosen = Dictionary(uniqueKeysWithValues: project.layers.map { ($0.address, Set($0.neurons)) })
        return shown.keys.filter { chosen[$0.address]?.contains($0.number) != true }
            .sorted { ($0.address.description, $0.number) < ($1.address.description, $1.number) }
    }

    /// The conditions of a layer's runs whose widths by the number of seeds a text shows, each once, in the texts' order.
    func widthConditions(of layer: AtlasLayer) -> [Condition] {
        pages.flatMap(\.requests).reduce(into: []) { conditions, request in
            guard case .figure(.widths(let request)) = request, request.layer.address == layer.address,
                !conditions.contains(request.condition)
            else { return }
            conditions.append(request.condition)
        }
    }

    /// The runs of a neuron that texts show; its page shows all of them.
    ///
    /// - Returns: each condition once, in the order of the texts, with all seeds that any text shows, ascending.
    func rows(of address: Address, _ neuron: Int) -> [(condition: Condition, seeds: [UInt64])] {
        var order: [Condition] = []
        var seeds: [Condition: Set<UInt64>] = [:]
        for request in shown[Neuron(address: address, number: neuron), default: []] {
            for condition in request.conditions {
                if seeds[condition] == nil { order.append(condition) }
                seeds[condition, default: []].formUnion(request.seeds)
            }
        }
        return order.map { ($0, seeds[$0, default: []].sorted()) }
    }
}

extension Project {
    /// Every run that the site needs: those of the layers, then those that only texts show.
    package func plan(with content: Content) -> Plan {
        var plan = plan
        plan.append(content.recipes)
        return plan
    }

    /// The plan with the texts as they are now.
    ///
    /// - Parameter drafts: whether drafts are shown.
    package func wholePlan(drafts: Bool = false) throws -> Plan {
        plan(with: try Content(of: self, now: Date(), drafts: drafts))
    }
}
