// The first page: what the model is, its layers, the posts.

/// The site's first page.
public struct IndexPage: TemplateRoot {
    /// See ``TemplateRoot``.
    public static let template = "index"
    /// See ``TemplateRoot``.
    public static let summary = "makes the site's first page"

    /// The site around it.
    public var site: SiteContext
    /// Its head.
    public var page: PageContext
    /// The writer's introduction, as HTML.
    public var content: String?
    /// The model's name.
    public var modelName: String
    /// What the model is, in a sentence or two.
    public var modelSummary: String?
    /// Its hyperparameters and the digest of its weights.
    public var model: [EntryContext]
    /// The layers that have pages.
    public var layers: [LayerSummary]
    /// What a reader of the layers' scores must know.
    public var caveats: String?
    /// The newest posts, newest first.
    public var posts: [PostSummary]
    /// Path of the list of all posts.
    public var archive: String?

    /// The first page; see the properties.
    public init(
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
    public static let keys: [TemplateKey<IndexPage>] = [
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
public struct LayerSummary: TemplateContext, Codable {
    /// The full address.
    public var address: String
    /// The address without the prefix.
    public var shortAddress: String
    /// Path of its page.
    public var path: String
    /// How many neurons it shows.
    public var neuronCount: Int
    /// What it is, in a sentence.
    public var explanation: String?
    /// Its score in a sentence.
    public var score: String?
    /// Some of its neurons.
    public var samples: [NeuronCard]

    /// A layer; see the properties.
    public init(
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
    public static let keys: [TemplateKey<LayerSummary>] = [
        .text("address", "the full address", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("path", "path of its page", \.path),
        .text("neuronCount", "how many neurons it shows") { Format.count($0.neuronCount) },
        .text("explanation", "what it is", \.explanation),
        .text("score", "its score in a sentence", \.score),
        .list("samples", "some of its neurons", \.samples),
    ]
}
