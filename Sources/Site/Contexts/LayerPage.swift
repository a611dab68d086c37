// A layer's page: a grid of its neurons, in static pages that scripts make one.

import Render

/// One static page of a layer's grid; the first is the layer's page.
struct LayerPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "layer"
    /// See ``TemplateRoot``.
    static let summary = "makes the page of one layer"
    /// How many neurons a static page shows: few enough that the first view stays small with every thumbnail loaded.
    static let neuronsPerPage = 64

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext
    /// The full address, e.g. `encoder.layers.encoder_layer_5.mlp.3`.
    var address: String
    /// The address without the prefix.
    var shortAddress: String
    /// What the layer is, in a sentence.
    var explanation: String?
    /// Over which tokens its neurons are read, in a sentence.
    var tokensExplanation: String?
    /// How many neurons the whole layer shows.
    var neuronCount: Int
    /// The neurons of this static page.
    var neurons: [NeuronCard]
    /// All static pages of the grid in this order; empty where there is only one.
    var pages: [LinkContext]
    /// The static page before this one.
    var previous: LinkContext?
    /// The static page behind this one.
    var next: LinkContext?
    /// The orders that have static pages: by number, by activation, by consistency.
    var orders: [LinkContext]
    /// Whether this page is the layer's first; the others show the grid alone.
    var isFirst: Bool
    /// Path of the script with all neurons (see ``LayerData``), for sorting and filtering.
    var data: String?
    /// Path of the layer's data as JSON.
    var json: String?
    /// Path of the layer's data as a table.
    var csv: String?
    /// The distributions of the layer's scores against chance.
    var distributions: [DistributionContext]
    /// The comparison of the ways in which its runs were made, as HTML.
    var comparison: String?
    /// The layer's scores.
    var scores: ScoresContext?
    /// What a reader of scores must know, where the page shows them in passing.
    var caveats: String?
    /// The writer's commentary, as HTML.
    var commentary: String?
    /// The neurons whose runs are most alike.
    var mostConsistent: [NeuronCard]
    /// The neurons whose runs are least alike.
    var leastConsistent: [NeuronCard]

    /// A layer's page; see the properties.
    init(
        site: SiteContext, page: PageContext, address: String, shortAddress: String, explanation: String? = nil,
        tokensExplanation: String? = nil, neuronCount: Int, neurons: [NeuronCard], pages: [LinkContext] = [],
        previous: LinkContext? = nil, next: LinkContext? = nil, orders: [LinkContext] = [], isFirst: Bool = true,
        data: String? = nil, json: String? = nil, csv: String? = nil,
        distributions: [DistributionContext] = [],
        comparison: String? = nil,
        scores: ScoresContext? = nil, caveats: String? = nil, commentary: String? = nil,
        mostConsistent: [NeuronCard] = [],
        leastConsistent: [NeuronCard] = []
    ) {
        self.site = site
        self.page = page
        self.address = address
        self.shortAddress = shortAddress
        self.explanation = explanation
        self.tokensExplanation = tokensExplanation
        self.neuronCount = neuronCount
        self.neurons = neurons
        self.pages = pages
        self.previous = previous
        self.next = next
        self.orders = orders
        self.isFirst = isFirst
        self.data = data
        self.json = json
        self.csv = csv
        self.distributions = distributions
        self.comparison = comparison
        self.scores = scores
        self.caveats = caveats
        self.commentary = commentary
        self.mostConsistent = mostConsistent
        self.leastConsistent = leastConsistent
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<LayerPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
        .text("address", "the full address of the layer", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("explanation", "what the layer is", \.explanation),
        .text("tokensExplanation", "over which tokens its neurons are read", \.tokensExplanation),
        .text("neuronCount", "how many neurons the whole layer shows") { Format.count($0.neuronCount) },
        .list("neurons", "the neurons of this static page", \.neurons),
        .flag("hasPages", "whether the grid has several static pages") { !$0.pages.isEmpty },
        .list("pages", "the static pages of the grid", \.pages),
        .object("previous", "the static page before this one", \.previous),
        .object("next", "the static page behind this one", \.next),
        .flag("hasOrders", "whether there are static pages in several orders") { !$0.orders.isEmpty },
        .list("orders", "the orders that have static pages", \.orders),
        .flag("isFirst", "whether this is the layer's first page", \.isFirst),
        .text("data", "path of the script with all neurons", \.data),
        .text("json", "path of the layer's data as JSON", \.json),
        .text("csv", "path of the layer's data as a table", \.csv),
        .flag("hasDistributions", "whether there are distributions") { !$0.distributions.isEmpty },
        .list("distributions", "the distributions of the layer's scores against chance", \.distributions),
        .html("comparison", "the comparison of the ways in which its runs were made", \.comparison),
        .object("scores", "the layer's scores", \.scores),
        .text("caveats", "what a reader of scores must know, where the page shows them in passing", \.caveats),
        .html("commentary", "the writer's commentary", \.commentary),
        .flag("hasExtremes", "whether the most and least consistent are listed") { !$0.mostConsistent.isEmpty },
        .list("mostConsistent", "the neurons whose runs are most alike", \.mostConsistent),
        .list("leastConsistent", "the neurons whose runs are least alike", \.leastConsistent),
    ]
}

/// How similarities are distributed within and between neurons.
struct DistributionContext: TemplateContext {
    /// What is compared, e.g. `In look`.
    var title: String
    /// The chart, as SVG; the reason where there is none.
    var chart: String

    /// A distribution; see the properties.
    init(title: String, chart: String) {
        self.title = title
        self.chart = chart
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<DistributionContext>] = [
        .text("title", "what is compared", \.title),
        .html("chart", "the chart, as SVG; the reason where there is none", \.chart),
    ]
}
