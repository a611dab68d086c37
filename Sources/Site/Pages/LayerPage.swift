// A layer's page: a grid of its neurons, in static pages that scripts make one.

import Render

/// One static page of a layer's grid; the first is the layer's page.
struct LayerPage: TemplateRoot {
    static let template = "layer"
    static let summary = "makes the page of one layer"
    /// How many neurons a static page shows: few enough that the first view stays small with every thumbnail loaded.
    static let neuronsPerPage = 64

    var site: SiteContext
    var page: PageContext
    var address: String
    var shortAddress: String
    var explanation: String?
    var tokensExplanation: String?
    var neuronCount: Int
    var neurons: [NeuronCard]
    /// All static pages of the grid in this order; empty where there is only one.
    var pages: [LinkContext] = []
    var previous: LinkContext?
    var next: LinkContext?
    /// The orders that have static pages: by number, by activation, by consistency.
    var orders: [LinkContext] = []
    var isFirst = true
    /// Path of the script with all neurons (see ``LayerData``), for sorting and filtering.
    var data: String?
    var json: String?
    var csv: String?
    var distributions: [DistributionContext] = []
    var comparison: String?
    var scores: ScoresContext?
    var caveats: String?
    var commentary: String?
    var mostConsistent: [NeuronCard] = []
    var leastConsistent: [NeuronCard] = []

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
    var title: String
    var chart: String

    static let keys: [TemplateKey<DistributionContext>] = [
        .text("title", "what is compared", \.title),
        .html("chart", "the chart, as SVG; the reason where there is none", \.chart),
    ]
}
