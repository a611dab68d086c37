// The pictures of a map: all tiles in one small file, and, for large layers, parts with tiles as large as thumbnails.

import Foundation
import Render
import Runs
import Support

/// Draws the tiles of a layer's map.
struct MapPictures: Sendable {
    let library: RunLibrary
    /// The run in each cell, row by row.
    let recipes: [Recipe]
    let columns: Int

    /// Tiles of a part: few enough for a quick file, many enough that a screen shows few parts.
    static let partColumns = 16
    static let partRows = 12
    /// The widths that tiles of the whole map can have: multiples of the 8 pixels that JPEG compresses together.
    private static let widths = [96, 64, 48, 32, 24, 16, 8]
    /// The most pixels and bytes of the picture of the whole map. A layer's page with it is below half a megabyte.
    private static let mostPixels = 2_000_000
    private static let mostBytes = 250_000
    /// JPEG's quality, and the lowest to which it is reduced before tiles become smaller.
    private static let quality = 82
    private static let lowestQuality = 66

    /// The picture of the whole map.
    struct Whole {
        let bytes: [UInt8]
        let tileWidth: Int
        let tileHeight: Int
    }

    /// A part of the map.
    private struct Part: Sendable {
        let bytes: [UInt8]
        /// Its cells, and their tiles as they are in the picture of the whole map.
        let small: [(cell: Int, tile: Picture)]
    }

    private var rows: Int { (recipes.count + columns - 1) / columns }

    /// Draws everything, and passes each part on with its number, counted from 1.
    ///
    /// - Precondition: there is at least one cell.
    /// - Throws: `AtlasError` of code `data` if a run disappeared.
    func draw(writingParts write: @Sendable (Int, [UInt8]) throws -> Void) throws -> (
        whole: Whole, parts: MapContext.Parts?
    ) {
        let full = SitePaths.thumbnailSize(of: library.project.model.model.configuration)
        let fitting = Self.widths.filter { width in
            width <= full.width && width * max(1, width * full.height / full.width) * columns * rows <= Self.mostPixels
        }
        // Narrower pictures than the narrowest tile are tiles as they are.
        let width = fitting.first ?? min(full.width, Self.widths[Self.widths.count - 1])
        let across = (columns + Self.partColumns - 1) / Self.partColumns
        let down = (rows + Self.partRows - 1) / Self.partRows
        let drawn = try concurrently(across * down) { part in
            Result { try draw(part, across: across, fullWidth: full.width, smallWidth: width) }
        }.map { try $0.get() }
        var tiles = [Picture?](repeating: nil, count: recipes.count)
        for part in drawn { for (cell, tile) in part.small { tiles[cell] = tile } }
        let whole = try whole(tiles.compactMap { $0 })
        guard whole.tileWidth < full.width else { return (whole, nil) }
        for (index, part) in drawn.enumerated() { try write(index + 1, part.bytes) }
        return (whole, .init(columns: Self.partColumns, rows: Self.partRows, tileWidth: full.width))
    }

    private func draw(_ part: Int, across: Int, fullWidth: Int, smallWidth: Int) throws -> Part {
        let left = part % across * Self.partColumns
        let top = part / across * Self.partRows
        let width = min(columns - left, Self.partColumns)
        let cells = (top..<min(rows, top + Self.partRows)).flatMap { row in
            (left..<left + width).map { row * columns + $0 }.filter { $0 < recipes.count }
        }
        let pictures = try cells.map { try picture(of: recipes[$0]) }
        let small = zip(cells, pictures).map { (cell: $0, tile: $1.thumbnail(width: smallWidth)) }
        // A part at the end of the last row can be empty.
        guard !cells.isEmpty, smallWidth < fullWidth else { return Part(bytes: [], small: small) }
        let montage = Picture.montage(pictures.map { $0.thumbnail(width: fullWidth) }, columns: width, gap: 0)
        return Part(bytes: try JPEG.encode(montage, quality: Self.quality), small: small)
    }

    /// The picture of the whole map with tiles as large as its size in bytes allows.
    private func whole(_ tiles: [Picture]) throws -> Whole {
        var whole = try encoded(tiles, quality: Self.quality)
        for width in [tiles[0].width] + Self.widths.filter({ $0 < tiles[0].width })
        where whole.bytes.count > Self.mostBytes {
            let smaller = tiles.map { $0.thumbnail(width: width) }
            for quality in stride(from: Self.quality, through: Self.lowestQuality, by: -8)
            where whole.bytes.count > Self.mostBytes {
                whole = try encoded(smaller, quality: quality)
            }
        }
        return whole
    }

    private func encoded(_ tiles: [Picture], quality: Int) throws -> Whole {
        let montage = Picture.montage(tiles, columns: columns, gap: 0)
        return Whole(
            bytes: try JPEG.encode(montage, quality: quality), tileWidth: tiles[0].width, tileHeight: tiles[0].height)
    }

    private func picture(of recipe: Recipe) throws -> Picture {
        guard let record = try library.store.record(of: recipe) else {
            throw AtlasError(
                .data,
                "\(library.store.path(of: recipe.key)): the run disappeared while the site was being written; run the "
                    + "command again")
        }
        return try PNG.decode(Data(record.png), file: library.store.path(of: recipe.key))
    }
}
