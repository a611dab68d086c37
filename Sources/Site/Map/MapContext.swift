// A layer's map as templates get it.

import Render

/// A layer's neurons on a grid: one picture of all of them, with a link over each.
struct MapContext: TemplateContext, Codable {
    /// One neuron.
    struct Tile: TemplateContext, Codable {
        var number: Int
        var label: String?

        static let keys: [TemplateKey<Tile>] = [
            .text("number", "the neuron's number, the name of its folder") { String($0.number) },
            .text("label", "the neuron's name, if it has one", \.label),
        ]
    }

    /// The layer, for the map's name.
    var title: String
    /// Path of the layer's folder from the page, with a slash at its end; empty on the layer's own page.
    var folder: String
    /// Name of the picture in the layer's folder.
    var picture: String
    /// A tile's size in the picture, in pixels.
    var tileWidth: Int
    var tileHeight: Int
    var columns: Int
    var rows: Int
    /// Row by row; only the last row may be shorter.
    var tiles: [Tile]
    /// The larger pictures of parts of the map; nil if the picture is already as large as thumbnails.
    var parts: Parts?
    /// How good the map is; nil for few neurons.
    var trustworthiness: Double?
    /// Neurons of the layer that have no picture.
    var leftOut: Int

    /// The same on a page of another folder.
    func elsewhere(_ folder: String) -> MapContext {
        var map = self
        map.folder = folder
        return map
    }

    /// Pictures of parts of the map in which tiles are as large as thumbnails.
    struct Parts: TemplateContext, Codable {
        /// Tiles of a part; at the right and at the bottom there may be fewer.
        var columns: Int
        var rows: Int
        var tileWidth: Int

        static let keys: [TemplateKey<Parts>] = [
            .text("columns", "columns of a part") { String($0.columns) },
            .text("rows", "rows of a part") { String($0.rows) },
            .text("tileWidth", "a tile's width in a part, in pixels") { String($0.tileWidth) },
        ]
    }

    static let keys: [TemplateKey<MapContext>] = [
        .text("title", "the layer", \.title),
        .text(
            "folder", "path of the layer's folder, with a slash; put it before the picture and before numbers", \.folder
        ),
        .text("picture", "name of the picture of the whole map", \.picture),
        .text("width", "the picture's width in pixels") { String($0.columns * $0.tileWidth) },
        .text("height", "the picture's height in pixels") { String($0.rows * $0.tileHeight) },
        .text("tileWidth", "a tile's width in the picture") { String($0.tileWidth) },
        .text("tileHeight", "a tile's height in the picture") { String($0.tileHeight) },
        .text("columns", "number of columns") { String($0.columns) },
        .text("rows", "number of rows") { String($0.rows) },
        .list("tiles", "the neurons, row by row", \.tiles),
        .text("free", "the first free column of the last row; absent if the row is full") { map in
            let used = map.tiles.count % map.columns
            return used == 0 ? nil : String(used + 1)
        },
        .object(
            "parts", "what the larger pictures of parts are like, `map-1.jpg` and so on; absent if there are none",
            \.parts),
        .text("count", "number of neurons on the map") { Format.count($0.tiles.count) },
        .text("trustworthiness", "whether neighbours are alike: 1 if all are, 0.5 by chance") {
            $0.trustworthiness.map(Format.number)
        },
        .text("leftOut", "how many neurons have no picture, as a sentence; absent if all have one") { map in
            switch map.leftOut {
            case 0: nil
            case 1: "One neuron has no picture and is not on the map."
            default: "\(Format.count(map.leftOut)) neurons have no picture and are not on the map."
            }
        },
    ]
}
