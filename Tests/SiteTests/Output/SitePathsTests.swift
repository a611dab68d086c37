// The site's paths: every path that is made is recognised.

import Testing

@testable import Runs
@testable import Site
@testable import TestSupport
@testable import ViT

@Suite struct SitePathsTests {
    private static let address = Address.block(5, .mlp3)

    @Test(arguments: [
        SitePaths.layer(address), SitePaths.layerData(address), SitePaths.layerTable(address),
        SitePaths.layerScript(address), SitePaths.card(address),
        SitePaths.grid(in: SitePaths.layerFolder(address), order: nil, page: 0),
        SitePaths.grid(in: SitePaths.layerFolder(address), order: nil, page: 11),
        SitePaths.grid(in: SitePaths.layerFolder(address), order: "look", page: 0),
        SitePaths.grid(in: SitePaths.layerFolder(address), order: "identification", page: 2),
    ]) func layersFilesAreKnown(path: String) {
        guard case .layer("encoder_layer_5.mlp.3", file: _) = SitePaths.layerPath(path) else {
            Issue.record("\(path)")
            return
        }
        #expect(SitePaths.commentaryFolder(of: path) == SitePaths.layerFolder(Self.address))
    }

    @Test(arguments: [
        SitePaths.neuron(address, 17), SitePaths.neuronData(address, 17), SitePaths.picture(.example()),
        SitePaths.film(.example()),
        SitePaths.card(address, 17),
        SitePaths.thumbnail(of: .example(), in: .tiny64), SitePaths.thumbnail(of: .example(), in: .wide),
    ]) func neuronsFilesAreKnown(path: String) {
        guard case .neuron("encoder_layer_5.mlp.3", 17, file: _) = SitePaths.layerPath(path) else {
            Issue.record("\(path)")
            return
        }
        #expect(SitePaths.isNeuronFolder(SitePaths.neuronFolder(Self.address, 17)))
    }

    @Test(arguments: [
        "layers/a/x.png", "layers/a/1/x.png", "layers/a/01/index.html", "layers/a", "posts/a/index.html",
        "layers/a/1/2/3",
    ]) func otherFilesAreNot(path: String) {
        #expect(SitePaths.layerPath(path) == nil)
    }

    /// No post can take a place that a link may lead to.
    @Test func theSitesFilesAreReserved() {
        let own = [SitePaths.asset("a.css"), SitePaths.card(ofPage: "a.html")]
        for path in SitePaths.files(hasBaseURL: true, hasPosts: true) + own {
            var table = PathTable(lists: [])
            #expect(throws: PathTable.Conflict.self, "\(path)") { try table.take(path, for: "a.md") }
        }
    }

    @Test func gridsPagesHaveNamesOfTheirOwn() {
        #expect(SitePaths.grid(in: "a", order: nil, page: 0) == "a/index.html")
        #expect(SitePaths.grid(in: "a", order: nil, page: 1) == "a/page-2.html")
        #expect(SitePaths.grid(in: "a", order: "look", page: 0) == "a/by-look.html")
        #expect(SitePaths.grid(in: "a", order: "look", page: 1) == "a/by-look-2.html")
    }
}

extension ViTConfiguration {
    /// A model of pictures that are too wide for grids.
    fileprivate static let wide: ViTConfiguration = {
        var wide = tiny64
        wide.imageWidth = 224
        wide.imageHeight = 224
        return wide
    }()
}
