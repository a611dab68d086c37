// Where things stand in the site; every path is relative to its root.

import Runs
import ViT

/// Paths of pages, pictures and data.
enum SitePaths {
    /// Folder of a layer's pages.
    static func layerFolder(_ address: Address) -> String { "layers/\(address.shortName)" }

    /// A layer's page.
    static func layer(_ address: Address) -> String { "\(layerFolder(address))/index.html" }

    /// Folder of a neuron's page, pictures and data.
    static func neuronFolder(_ address: Address, _ neuron: Int) -> String { "\(layerFolder(address))/\(neuron)" }

    /// A neuron's page.
    static func neuron(_ address: Address, _ neuron: Int) -> String {
        "\(neuronFolder(address, neuron))/index.html"
    }

    /// Name of a run's picture in its neuron's folder: the seed, and enough of the recipe's key to tell runs apart.
    static func pictureName(_ recipe: Recipe) -> String {
        "seed-\(recipe.seed)-\(recipe.key.description.prefix(8)).png"
    }

    /// A run's picture.
    static func picture(_ recipe: Recipe) -> String {
        "\(neuronFolder(recipe.address, recipe.target.number))/\(pictureName(recipe))"
    }

    /// The small picture of a neuron in grids.
    static func thumbnail(_ address: Address, _ neuron: Int) -> String {
        "\(neuronFolder(address, neuron))/thumbnail.png"
    }

    /// The way from a page to the site's root: empty, or `../` as often as needed.
    static func root(from path: String) -> String {
        String(repeating: "../", count: path.count { $0 == "/" })
    }
}
