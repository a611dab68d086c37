// The first page, with the model, its layers and the newest posts, and the page for missing addresses.

import Render

/// The site's first page.
struct IndexPage: TemplateRoot {
    static let template = "index"
    static let summary = "makes the site's first page"

    var site: SiteContext
    var page: PageContext
    var content: String?
    var modelName: String
    var modelSummary: String?
    var model: [EntryContext]
    var layers: [LayerSummary]
    /// The map of the layer with the most neurons.
    var map: MapContext?
    /// That layer's page.
    var mapLayer: LinkContext?
    var caveats: String?
    var posts: [PostSummary] = []
    var archive: String?

    static let keys: [TemplateKey<IndexPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
        .html("content", "the writer's introduction", \.content),
        .text("modelName", "the model's name", \.modelName),
        .text("modelSummary", "what the model is", \.modelSummary),
        .list("model", "the model's hyperparameters and weights digest", \.model),
        .list("layers", "the layers that have pages", \.layers),
        .object("map", "the map of the layer with the most neurons", \.map),
        .object("mapLayer", "that layer's page", \.mapLayer),
        .text("caveats", "what the layers' scores do not show", \.caveats),
        .flag("hasPosts", "whether there are posts") { !$0.posts.isEmpty },
        .list("posts", "the newest posts", \.posts),
        .text("archive", "path of the list of all posts", \.archive),
    ]
}

/// A layer on the first page.
struct LayerSummary: TemplateContext, Codable {
    var address: String
    var shortAddress: String
    var title: String
    var path: String
    var neuronCount: Int
    var explanation: String?
    var score: String?
    var samples: [NeuronCard]

    static let keys: [TemplateKey<LayerSummary>] = [
        .text("address", "the full address of the layer", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("layerTitle", "what the layer is, in a few words", \.title),
        .text("path", "path of the layer's page", \.path),
        .text("neuronCount", "number of neurons shown") { Format.count($0.neuronCount) },
        .text("explanation", "what the layer is", \.explanation),
        .text("score", "the layer's score in a sentence", \.score),
        .list("samples", "some of its neurons", \.samples),
    ]
}

/// The page that servers show for missing addresses.
struct NotFoundPage: TemplateRoot {
    static let template = "404"
    static let summary = "makes the page for missing addresses"

    var site: SiteContext
    var page: PageContext

    static let keys: [TemplateKey<NotFoundPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
    ]
}
