// The first page: what the model is, its layers, the posts.

import Render

/// The site's first page.
struct IndexPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "index"
    /// See ``TemplateRoot``.
    static let summary = "makes the site's first page"

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext
    /// The writer's introduction, as HTML.
    var content: String?
    /// The model's name.
    var modelName: String
    /// What the model is, in a sentence or two.
    var modelSummary: String?
    /// Its hyperparameters and the digest of its weights.
    var model: [EntryContext]
    /// The layers that have pages.
    var layers: [LayerSummary]
    /// What a reader of the layers' scores must know.
    var caveats: String?
    /// The newest posts, newest first.
    var posts: [PostSummary]
    /// Path of the list of all posts.
    var archive: String?

    /// The first page; see the properties.
    init(
        site: SiteContext, page: PageContext, content: String? = nil, modelName: String, modelSummary: String? = nil,
        model: [EntryContext], layers: [LayerSummary], caveats: String? = nil, posts: [PostSummary] = [],
        archive: String? = nil
    ) {
        self.site = site
        self.page = page
        self.content = content
        self.modelName = modelName
        self.modelSummary = modelSummary
        self.model = model
        self.layers = layers
        self.caveats = caveats
        self.posts = posts
        self.archive = archive
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<IndexPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
        .html("content", "the writer's introduction", \.content),
        .text("modelName", "the model's name", \.modelName),
        .text("modelSummary", "what the model is", \.modelSummary),
        .list("model", "its hyperparameters and the digest of its weights", \.model),
        .list("layers", "the layers that have pages", \.layers),
        .text("caveats", "what a reader of the layers' scores must know", \.caveats),
        .flag("hasPosts", "whether there are posts") { !$0.posts.isEmpty },
        .list("posts", "the newest posts", \.posts),
        .text("archive", "path of the list of all posts", \.archive),
    ]
}

/// A layer on the first page.
struct LayerSummary: TemplateContext, Codable {
    /// The full address.
    var address: String
    /// The address without the prefix.
    var shortAddress: String
    /// Path of its page.
    var path: String
    /// How many neurons it shows.
    var neuronCount: Int
    /// What it is, in a sentence.
    var explanation: String?
    /// Its score in a sentence.
    var score: String?
    /// Some of its neurons.
    var samples: [NeuronCard]

    /// A layer; see the properties.
    init(
        address: String, shortAddress: String, path: String, neuronCount: Int, explanation: String? = nil,
        score: String? = nil, samples: [NeuronCard]
    ) {
        self.address = address
        self.shortAddress = shortAddress
        self.path = path
        self.neuronCount = neuronCount
        self.explanation = explanation
        self.score = score
        self.samples = samples
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<LayerSummary>] = [
        .text("address", "the full address", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("path", "path of its page", \.path),
        .text("neuronCount", "how many neurons it shows") { Format.count($0.neuronCount) },
        .text("explanation", "what it is", \.explanation),
        .text("score", "its score in a sentence", \.score),
        .list("samples", "some of its neurons", \.samples),
    ]
}
