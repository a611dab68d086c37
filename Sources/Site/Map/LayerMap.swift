// A layer's map: its pictures, and what pages and data show of it.

import Render
import Runs
import Scores
import Support
import ViT

/// A layer's map in the site.
struct LayerMap {
    /// As the layer's page shows it.
    let context: MapContext
    /// As `neurons.json` holds it.
    let file: LayerFile.Map
    /// Where each neuron on the map is.
    let places: [Int: LayerFile.Place]

    /// Makes the map of the runs that fill a layer's grid, and writes its pictures.
    ///
    /// - Parameter neurons: the layer's neurons.
    /// - Returns: nil if no neuron has a picture.
    static func write(
        of layer: AtlasLayer, _ condition: Condition, neurons: [NeuronCard], from library: RunLibrary,
        to files: SiteFiles
    ) throws -> LayerMap? {
        let map = try library.map(of: layer, condition)
        let recipes = map.cells.compactMap { cell in
            library.seeds.first { Int(clamping: $0) == cell.seed }.map { seed in
                condition.recipe(layer.address, cell.neuron, seed: seed)
            }
        }
        guard !recipes.isEmpty else { return nil }
        let pictures = MapPictures(library: library, recipes: recipes, columns: map.columns)
        let (whole, parts) = try library.clock.measure(.render, "map of \(layer.address.shortName)") {
            try pictures.draw { try files.write($1, to: SitePaths.mapPicture(layer.address, part: $0)) }
        }
        try files.write(whole.bytes, to: SitePaths.mapPicture(layer.address))
        let labels = Dictionary(uniqueKeysWithValues: neurons.map { ($0.number, $0.label) })
        let places = map.cells.enumerated().map { index, cell in
            (cell.neuron, LayerFile.Place(column: index % map.columns, row: index / map.columns))
        }
        return LayerMap(
            context: MapContext(
                title: layer.address.shortName, folder: "", picture: SitePaths.mapPictureName(),
                tileWidth: whole.tileWidth, tileHeight: whole.tileHeight, columns: map.columns, rows: map.rows,
                tiles: map.cells.map { .init(number: $0.neuron, label: labels[$0.neuron] ?? nil) }, parts: parts,
                trustworthiness: map.trustworthiness, leftOut: neurons.count - map.cells.count),
            file: LayerFile.Map(
                picture: SitePaths.mapPictureName(), columns: map.columns, rows: map.rows, tileWidth: whole.tileWidth,
                tileHeight: whole.tileHeight, trustworthiness: map.trustworthiness,
                leftOut: neurons.count - map.cells.count),
            places: Dictionary(uniqueKeysWithValues: places))
    }
}
