// A layer's neurons split into static pages, in each order that readers can choose without scripts.

import Scores

/// The static pages of a layer's grid.
enum LayerGrid {
    /// One page.
    struct Page {
        let path: String
        /// What distinguishes it from the layer's other pages.
        let title: String
        let neurons: [NeuronCard]
        /// The pages of the same order; empty if there is only one.
        let pages: [LinkContext]
        let previous: LinkContext?
        let next: LinkContext?
        /// The first page of each order; empty if there is only one order.
        let orders: [LinkContext]
    }

    /// What a grid can be sorted by: by number, or highest first.
    private struct Order: Sendable {
        let title: String
        /// The order's name in paths; nil for the order of the layer's own page.
        var name: String?
        let value: @Sendable (NeuronCard) -> Double?
        /// The score that its cards show.
        var shown = NeuronCard.Score.look
    }

    private static let orders = [
        Order(title: "by number", value: { _ in nil }),
        Order(title: "by activation", name: "activation", value: { $0.activation }),
        // By similarity, because many percentiles are 100.
        Order(title: "by look", name: "look", value: { $0.look?.similarity }),
        Order(title: "by meaning", name: "meaning", value: { $0.meaning?.similarity }, shown: .meaning),
        Order(
            title: "by identification", name: "identification", value: { $0.identification },
            shown: .identification),
        Order(title: "by forced choice", name: "choice", value: { $0.choice }, shown: .choice),
        Order(title: "by how far beyond photographs", name: "beyond", value: { $0.beyond }),
    ]

    /// The pages of `cards`, which are ordered by number. Orders for which no card has a value are left out.
    static func pages(of cards: [NeuronCard], folder: String) -> [Page] {
        let usable = orders.filter { order in order.name == nil || cards.contains { order.value($0) != nil } }
        return usable.flatMap { order in
            let sorted = (order.name == nil ? cards : cards.sorted(by: order.value)).map { card in
                var card = card
                card.shown = order.shown
                return card
            }
            let starts = Array(stride(from: 0, to: max(1, cards.count), by: LayerPage.neuronsPerPage))
            let parts = starts.map { Array(sorted[$0..<min(sorted.count, $0 + LayerPage.neuronsPerPage)]) }
            let links = parts.indices.map { page in
                LinkContext(
                    title: order.name == nil
                        ? "\(parts[page].first?.number ?? 0)–\(parts[page].last?.number ?? 0)" : "\(page + 1)",
                    path: SitePaths.grid(in: folder, order: order.name, page: page))
            }
            return parts.indices.map { page in
                Page(
                    path: links[page].path,
                    title: parts.count > 1 ? "\(order.title), \(links[page].title)" : order.title,
                    neurons: parts[page],
                    pages: parts.count > 1 ? links.indices.map { current(links[$0], $0 == page) } : [],
                    previous: page > 0 ? links[page - 1] : nil,
                    next: page + 1 < parts.count ? links[page + 1] : nil,
                    orders: usable.count > 1
                        ? usable.map { other in
                            LinkContext(
                                title: other.title, path: SitePaths.grid(in: folder, order: other.name, page: 0),
                                isCurrent: other.name == order.name)
                        } : [])
            }
        }
    }

    private static func current(_ link: LinkContext, _ isCurrent: Bool) -> LinkContext {
        var link = link
        link.isCurrent = isCurrent
        return link
    }
}

extension [NeuronCard] {
    /// Sorts highest first or lowest first, equal values by number, and cards without a value last.
    func sorted(by value: (NeuronCard) -> Double?, lowestFirst: Bool = false) -> [NeuronCard] {
        let sign: Double = lowestFirst ? -1 : 1
        func height(_ card: NeuronCard) -> Double { value(card).map { sign * $0 } ?? -.infinity }
        return sorted { left, right in
            let (first, second) = (height(left), height(right))
            return first == second ? left.number < right.number : first > second
        }
    }
}

extension NeuronCard.Consistency {
    /// A neuron's consistency as its card shows and sorts it.
    init(_ consistency: NeuronConsistency) {
        self.init(similarity: consistency.similarity, percentile: consistency.percentile)
    }
}
