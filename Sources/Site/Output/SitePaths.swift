// The names of the site's files. Every path is relative to the site's root.

import Render
import Runs
import Support
import ViT

/// Paths of pages, pictures and data.
enum SitePaths {
    /// Relative path from a page to the site's root: empty, or `../` repeated.
    static func root(from path: String) -> String {
        String(repeating: "../", count: path.count { $0 == "/" })
    }

    /// A path relative to a folder that contains it.
    static func relative(_ path: String, to folder: String) -> String { String(path.dropFirst(folder.count + 1)) }

    /// The HTML of a page with the shortest relative links: its templates write each path from the site's root, and a
    /// page in a deep folder with dozens of pictures has kilobytes of that.
    static func withShortLinks(_ html: String, on page: String) -> String {
        var (html, up) = (html, "")
        var folder = OutputPath.folder(of: page)
        while !folder.isEmpty {
            for attribute in ["href", "src"] {
                html = html.replacing("\(attribute)=\"\(root(from: page))\(folder)/", with: "\(attribute)=\"\(up)")
            }
            up += "../"
            folder = OutputPath.folder(of: folder)
        }
        return html
    }

    // MARK: - The site's own

    /// The first page, and the name of every folder's page.
    static let index = "index.html"
    /// The page for missing addresses.
    static let notFound = "404.html"
    /// The model and its layers as data.
    static let atlas = "atlas.json"
    /// The Atom feed.
    static let feed = "feed.xml"
    /// The files that search engines read.
    static let robots = "robots.txt"
    static let sitemap = Sitemap.name
    /// The list of all posts.
    static let archive = "posts/\(index)"
    /// Folder of the search index.
    static let search = "search"
    /// Name of the search index's first file, which loads the others.
    static let searchIndex = "index.js"
    /// The theme's folder, which has no name that blogs give their own.
    private static let assets = "atlasgen"
    private static let layers = "layers"

    /// A file of the theme.
    static func asset(_ name: String) -> String { "\(assets)/\(name)" }

    /// A file of the search index.
    static func search(_ name: String) -> String { "\(search)/\(name)" }

    /// The page of a category or a tag.
    static func list(_ kind: PostLists.Kind, _ name: String) -> String { "\(kind.rawValue)/\(name)/\(index)" }

    /// Tells GitHub Pages to publish the site as it is, with names that begin with an underscore.
    static let noJekyll = ".nojekyll"

    /// Paths that no text can have.
    static let reserved = [index, notFound, atlas, feed, robots, sitemap, archive, noJekyll]

    /// Folders that contain only the site's own files.
    static let ownFolders = [assets, layers, search]

    /// The files that links can lead to, except posts, lists of posts, the theme's files, and those of layers and neurons.
    static func files(hasBaseURL: Bool, hasPosts: Bool) -> [String] {
        [index, notFound, atlas, search(searchIndex)]
            + (hasBaseURL ? [robots, sitemap] + (hasPosts ? [feed] : []) : [])
    }

    // MARK: - Layers

    /// Folder of a layer's pages.
    static func layerFolder(_ address: Address) -> String { "\(layers)/\(address.shortName)" }

    /// A layer's page.
    static func layer(_ address: Address) -> String { "\(layerFolder(address))/\(index)" }

    /// A static page of a layer's grid; the first one by number is the layer's page.
    ///
    /// - Parameters:
    ///   - order: what the grid is sorted by; nil for the neurons' numbers.
    ///   - page: counted from 0.
    static func grid(in folder: String, order: String?, page: Int) -> String {
        let name = order.map { "by-\($0)" }
        return page == 0
            ? "\(folder)/\(name.map { "\($0).html" } ?? index)" : "\(folder)/\(name ?? "page")-\(page + 1).html"
    }

    /// All neurons of a layer as data, as a table, and as a script.
    static func layerData(_ address: Address) -> String { "\(layerFolder(address))/\(data)" }
    static func layerTable(_ address: Address) -> String { "\(layerFolder(address))/\(table)" }
    static func layerScript(_ address: Address) -> String { "\(layerFolder(address))/\(script)" }
    private static let data = "neurons.json"
    private static let table = "neurons.csv"
    private static let script = "neurons.js"

    /// The picture of a layer's map, or of a part of it, counted from 1.
    static func mapPicture(_ address: Address, part: Int? = nil) -> String {
        "\(layerFolder(address))/\(mapPictureName(part: part))"
    }

    /// The name of that picture.
    static func mapPictureName(part: Int? = nil) -> String { part.map { "map-\($0).jpg" } ?? "map.jpg" }

    /// The social card of a layer, and of a neuron.
    static func card(_ address: Address) -> String { "\(layerFolder(address))/\(cardName)" }
    static func card(_ address: Address, _ neuron: Int) -> String { "\(neuronFolder(address, neuron))/\(cardName)" }
    private static let cardName = "card.jpg"

    /// The social card of another page. It is not beside the page, where blogs may have a file of any name; the digest
    /// of the page's path is short enough for every file system.
    static func card(ofPage path: String) -> String {
        "\(assets)/cards/\(Digest.hexadecimal(Array(path.utf8)).prefix(16)).jpg"
    }

    /// Whether the site can write a file of this name in a layer's folder: a page in any order, data, the map, the card.
    static func isLayerFile(_ name: some StringProtocol) -> Bool {
        [index, data, table, script, cardName].contains(String(name))
            || String(name).wholeMatch(of: /(by-[a-z]+(-\d+)?|page-\d+)\.html|map(-\d+)?\.jpg/) != nil
    }

    /// The same, with the neurons' folders.
    static func isLayerEntry(_ name: some StringProtocol) -> Bool { isLayerFile(name) || Int(name) != nil }

    // MARK: - Neurons

    /// Folder of a neuron's page, pictures and data.
    static func neuronFolder(_ address: Address, _ neuron: Int) -> String { "\(layerFolder(address))/\(neuron)" }

    /// A neuron's page.
    static func neuron(_ address: Address, _ neuron: Int) -> String { "\(neuronFolder(address, neuron))/\(index)" }

    /// The commands on a neuron's page that make its runs again.
    static func reproduction(_ address: Address, _ number: Int) -> String { "\(neuron(address, number))#reproduce" }

    /// A neuron's data.
    static func neuronData(_ address: Address, _ neuron: Int) -> String {
        "\(neuronFolder(address, neuron))/\(neuronData)"
    }
    private static let neuronData = "neuron.json"

    /// How the names of runs' pictures end.
    enum PictureEnding: String {
        case png, jpg
    }

    /// How the pictures of a project's runs are published: those that are shown pixel by pixel as they are.
    static func pictureEnding(in project: Project) -> PictureEnding {
        let isSmall = project.model.model.configuration.imageWidth <= thumbnailWidth
        return isSmall || project.configuration.pictures.format == .png ? .png : .jpg
    }

    /// Name of a run's picture in its neuron's folder: the seed, and enough of the recipe's key to distinguish runs.
    static func pictureName(_ recipe: Recipe, _ ending: PictureEnding = .png) -> String {
        "seed-\(recipe.seed)-\(recipe.key.description.prefix(8)).\(ending)"
    }

    /// A run's picture.
    static func picture(_ recipe: Recipe, _ ending: PictureEnding = .png) -> String {
        "\(neuronFolder(recipe.address, recipe.target.number))/\(pictureName(recipe, ending))"
    }

    /// Name of a run's film in its neuron's folder: that of its picture, with a word more.
    static func filmName(_ recipe: Recipe) -> String {
        "seed-\(recipe.seed)-\(recipe.key.description.prefix(8))-film.jpg"
    }

    /// A run's film.
    static func film(_ recipe: Recipe) -> String {
        "\(neuronFolder(recipe.address, recipe.target.number))/\(filmName(recipe))"
    }

    /// Wider pictures get a thumbnail for grids; in pixels.
    private static let thumbnailWidth = 96
    private static let thumbnail = "thumbnail"

    /// The picture of a run in grids.
    static func thumbnail(
        of recipe: Recipe, in model: ViTConfiguration, _ ending: PictureEnding = .png
    ) -> String {
        model.imageWidth > thumbnailWidth
            ? "\(neuronFolder(recipe.address, recipe.target.number))/\(thumbnail).\(ending)"
            : picture(recipe, ending)
    }

    /// A picture's size in grids.
    static func thumbnailSize(of model: ViTConfiguration) -> (width: Int, height: Int) {
        let width = min(thumbnailWidth, model.imageWidth)
        return (width, max(1, model.imageHeight * width / model.imageWidth))
    }

    /// Whether the site can write a file of this name in a neuron's folder: the page, data, a picture, the card.
    static func isNeuronFile(_ name: some StringProtocol) -> Bool {
        [index, neuronData, cardName].contains(String(name))
            || String(name).wholeMatch(of: /(seed-\d+-[0-9a-f]{8}(-film)?|thumbnail)\.(png|jpg)/) != nil
    }

    // MARK: - Photographs

    /// A photograph's small picture: one file, however many neurons show it. No address has the folder's name.
    static func photograph(_ photograph: Photograph) -> String {
        "\(layers)/photographs/\(photograph.digest.prefix(16)).jpg"
    }

    // MARK: - Reading paths

    /// What a path in the folder of layers refers to.
    enum LayerPath {
        /// A file of a layer, by the layer's short address.
        case layer(String, file: String)
        /// A file of a neuron.
        case neuron(String, Int, file: String)
    }

    /// Reads a path; nil if it is neither a layer's file nor a neuron's.
    static func layerPath(_ path: String) -> LayerPath? {
        let names = path.split(separator: "/").map(String.init)
        guard names.count >= 3, names[0] == layers else { return nil }
        if names.count == 3 { return isLayerFile(names[2]) ? .layer(names[1], file: names[2]) : nil }
        guard names.count == 4, let neuron = Int(names[2]), String(neuron) == names[2], isNeuronFile(names[3]) else {
            return nil
        }
        return .neuron(names[1], neuron, file: names[3])
    }

    /// Folder of a layer's or a neuron's page; nil for other pages.
    static func commentaryFolder(of page: String) -> String? {
        page.hasPrefix("\(layers)/") ? OutputPath.folder(of: page) : nil
    }

    /// Whether a layer's or a neuron's folder is a neuron's.
    static func isNeuronFolder(_ folder: String) -> Bool { folder.split(separator: "/").count == 3 }
}
