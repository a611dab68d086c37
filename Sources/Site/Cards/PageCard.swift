// A page's social card before it is drawn: its texts, and where its pictures are.

import Render
import Runs
import Scores
import Support

/// A social card that a page needs.
struct PageCard: Sendable {
    /// Path of its file, relative to the site's root.
    let path: String
    var title: String
    var subtitle: String?
    var finding: String?
    var pictures: [CardPicture]

    /// The card as its page names it.
    var context: CardContext {
        CardContext(
            path: path, width: SocialCard.width, height: SocialCard.height,
            alternative: [title, finding].compactMap(\.self).joined(separator: ". "))
    }

    /// The first sentence of a text.
    static func firstSentence(_ text: String?) -> String? {
        text.map { text in text.firstRange(of: ". ").map { String(text[..<$0.lowerBound]) + "." } ?? text }
    }
}

/// A picture on a card.
enum CardPicture: Sendable {
    /// A run's picture, whose record is in the store.
    case run(Recipe)
    /// A photograph, by the path of its small picture in the site.
    case photograph(String)
    /// A writer's file.
    case file(String)
}

extension AtlasConfiguration {
    /// Whether posts, layers and the first page have cards. Without a base URL no other site could find them.
    var hasCards: Bool { cards ?? (baseURL != nil) }
    /// Whether neurons have cards, too.
    var hasNeuronCards: Bool { cards == true }
}

extension RunLibrary {
    /// Neurons, or photographs, that a card shows.
    static let cardNeurons = 12
    /// Runs that a card shows of one neuron.
    static let cardRuns = 6

    /// Pictures of neurons from all over a layer, the first run of each that is made.
    func cardPictures(of layer: AtlasLayer) throws -> [CardPicture] {
        let condition = project.grid(of: layer)
        return try AtlasConfiguration.spread(layer.neurons, count: Self.cardNeurons).flatMap { neuron in
            try cardPictures(of: seeds.map { condition.recipe(layer.address, neuron, seed: $0) }, count: 1)
        }
    }

    /// Pictures of the first `count` of some runs that are made.
    func cardPictures(of recipes: [Recipe], count: Int = cardRuns) throws -> [CardPicture] {
        var pictures: [CardPicture] = []
        for recipe in recipes where pictures.count < count {
            if try store.contains(recipe.key) { pictures.append(.run(recipe)) }
        }
        return pictures
    }
}
