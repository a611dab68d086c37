// The pictures of maps and the links over them: each tile is its neuron's picture, and files stay within their limits.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

struct MapTests {
    private let writer: WriterProject
    private let library: RunLibrary
    private let recipes: [Recipe]
    private let folder: TemporaryFolder

    init() throws {
        writer = try WriterProject()
        folder = try TemporaryFolder()
        let project = try writer.project()
        let store = try Store(folder: project.path(".atlas")) { _ in }
        library = RunLibrary(project: project, store: store, judge: nil)
        let grid = project.grid(of: project.layers[1])
        recipes = (0..<7).map { grid.recipe(.head, $0, seed: 0) }
        for recipe in recipes { try store.save(.drawn(recipe)) }
    }

    private func mean(_ picture: Picture, left: Int = 0, top: Int = 0, width: Int, height: Int) -> [Double] {
        (0..<3).map { channel in
            let rows = (top..<top + height).map { row in
                (left..<left + width).reduce(0) { $0 + Int(picture.pixels[3 * (row * picture.width + $1) + channel]) }
            }
            return Double(rows.reduce(0, +)) / Double(width * height)
        }
    }

    private func expectTiles(_ picture: Picture, width: Int, columns: Int, of recipes: [Recipe]) throws {
        for (cell, recipe) in recipes.enumerated() {
            let own = try PNG.decode(Data(RunRecord.drawn(recipe).png), file: "own").thumbnail(width: width)
            let found = mean(
                picture, left: cell % columns * width, top: cell / columns * width, width: width, height: width)
            let wanted = mean(own, width: width, height: width)
            // JPEG mixes neighbouring colours a little; other neurons differ by 40 and more in red.
            for channel in 0..<3 { #expect(abs(found[channel] - wanted[channel]) < 18, "cell \(cell)") }
        }
    }

    @Test func eachTileIsItsRunsPicture() throws {
        let (whole, parts) = try MapPictures(library: library, recipes: recipes, columns: 3).draw { number, _ in
            Issue.record("part \(number)")
        }
        #expect(parts == nil && whole.tileWidth == 64 && whole.tileHeight == 64)
        let picture = try JPEG.decode(Data(whole.bytes), file: "map.jpg")
        #expect(picture.width == 192 && picture.height == 192)
        try expectTiles(picture, width: 64, columns: 3, of: recipes)
    }

    @Test func aLargeMapHasSmallTilesAndPartsWithLargeOnes() throws {
        let files = SiteFiles(folder: folder.path)
        // 1,190 of 40 × 30 cells.
        let many = (0..<1190).map { recipes[$0 * $0 % 7] }
        let (whole, parts) = try MapPictures(library: library, recipes: many, columns: 40).draw {
            try files.write($1, to: "map-\($0).jpg")
        }
        #expect(parts?.tileWidth == 64 && parts?.columns == 16 && parts?.rows == 12)
        #expect(whole.bytes.count <= 250_000 && whole.tileWidth < 64)
        let picture = try JPEG.decode(Data(whole.bytes), file: "map.jpg")
        #expect(picture.width == 40 * whole.tileWidth && picture.height == 30 * whole.tileHeight)
        try expectTiles(picture, width: whole.tileWidth, columns: 40, of: many)
        // The last part: the cells from column 32 and row 24, without the last row, which ends before it.
        #expect(files.total.files == 9)
        let bytes = try #require(try FileSystem.read("\(folder.path)/map-9.jpg"))
        let last = try JPEG.decode(Data(bytes), file: "map-9.jpg")
        #expect(last.width == 8 * 64 && last.height == 5 * 64)
        try expectTiles(
            last, width: 64, columns: 8, of: (24..<29).flatMap { row in (32..<40).map { many[row * 40 + $0] } })
    }

    @Test func aRunThatDisappearedIsAnError() throws {
        let missing = recipes[0].condition.recipe(.head, 9, seed: 0)
        #expect(throws: AtlasError.self) {
            try MapPictures(library: library, recipes: recipes + [missing], columns: 4).draw { _, _ in }
        }
    }

    @Test func pagesLinkEveryTile() throws {
        let templates = try SampleSite.templates()
        let pages = Dictionary(
            uniqueKeysWithValues: try SampleSite.everything("<Text>", templates: templates).map { ($0.name, $0.html) })
        let layer = try #require(pages["layer"])
        #expect(layer.contains("<a href=\"5/index.html\">5 &lt;Text&gt;</a>\n<a href=\"2/index.html\">2</a>"))
        #expect(layer.contains("src=\"map.jpg\" width=\"32\" height=\"32\""))
        #expect(layer.contains("One neuron has no picture"))
        #expect(try #require(pages["index"]).contains("<a href=\"layers/a/9/index.html\">9</a>"))
    }
}
