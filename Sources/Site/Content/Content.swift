// What the writer wrote: the introduction, commentary and posts of a project, read, checked, and asked what they need.

import Foundation
import Render
import Runs
import ViT

/// The texts of a project and what they ask of the atlas.
package struct Content: Sendable {
    /// A text and the page on which it stands.
    struct Page: Sendable {
        /// The text.
        let text: SourceText
        /// Path of the page's file, relative to the site's root.
        let path: String
        /// The text, parsed.
        let document: MarkdownDocument
        /// What each of the document's gaps asks of the atlas; nil for other links, and for values that are none of
        /// atlasgen's.
        let requests: [ContentRequest?]

        /// The runs that must exist, beyond those of the project's plan, in the order of the requests.
        var runs: [RunsRequest] { requests.compactMap { $0?.runs } }
    }

    /// A neuron, for tables by neuron.
    struct Neuron: Hashable, Sendable {
        /// Where it is.
        let address: Address
        /// Its number.
        let number: Int
    }

    /// A file that looks like a text and is none.
    struct Unread: Sendable {
        /// The file's path.
        let file: String
        /// What the writer should know of it.
        let warning: String
    }

    /// What stands at the head of the first page.
    let introduction: Page?
    /// Commentary on layers.
    let layers: [Address: Page]
    /// Commentary on neurons.
    let neurons: [Neuron: Page]
    /// The posts that readers see, oldest first; each with its text.
    let posts: [(post: Post, page: Page)]
    /// Files of posts that are left out, as links may name them.
    let drafts: Set<String>
    /// The folders that may hold files for pages.
    let folders: [String]
    /// Paths that the site and the posts have.
    let paths: PathTable
    /// Markdown files that no page shows.
    let unread: [Unread]
    /// What texts show of each neuron, in their order.
    let shown: [Neuron: [RunsRequest]]

    /// All pages, in the order of the introduction, layers, neurons, posts.
    let pages: [Page]
}

// MARK: - What it needs

extension Content {
    /// Every run that figures, values and links need, in the texts' order; those of the project's plan may be among
    /// them, a plan takes each once.
    func recipes(for project: Project) -> [Recipe] {
        pages.flatMap(\.runs).flatMap(\.recipes)
    }

    /// The neurons that are in none of the chosen layers' grids and that a text shows: they have pages of their own.
    func extraNeurons(of project: Project) -> [Neuron] {
        let chosen = Dictionary(uniqueKeysWithValues: project.layers.map { ($0.address, Set($0.neurons)) })
        return shown.keys.filter { chosen[$0.address]?.contains($0.number) != true }
            .sorted { ($0.address.description, $0.number) < ($1.address.description, $1.number) }
    }

    /// The runs of a neuron that texts show: for its page, on which every one of them has a place.
    ///
    /// - Returns: each condition once, in the order of the texts, with all seeds that any figure shows of it, ascending.
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
        plan.append(content.recipes(for: self))
        return plan
    }

    /// The same with the texts as they are now.
    ///
    /// - Parameter drafts: whether drafts are shown.
    package func wholePlan(drafts: Bool = false) throws -> Plan {
        plan(with: try Content(of: self, now: Date(), drafts: drafts))
    }
}
