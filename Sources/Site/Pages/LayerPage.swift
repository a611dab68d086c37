// A layer's page: a grid of its neurons, split into static pages that a script joins.

import Render

/// One static page of a layer's grid; the first is the layer's page.
struct LayerPage: TemplateRoot {
    static let template = "layer"
    static let summary = "makes the page of one layer"
    /// Neurons per static page: few enough that the first view stays small with all thumbnails loaded.
    static let neuronsPerPage = 64

    var site: SiteContext
    var page: PageContext
    var address: String
    var shortAddress: String
    var layerTitle: String
    var explanation: String?
    var tokensExplanation: String?
    /// What the directions are; empty for a layer of the model's own channels.
    var directions: [EntryContext] = []
    var unit = "neuron"
    var neuronCount: Int
    var neurons: [NeuronCard]
    /// All static pages of the grid in this order; empty if there is only one.
    var pages: [LinkContext] = []
    var previous: LinkContext?
    var next: LinkContext?
    /// The orders that have static pages: by number, by activation, by consistency.
    var orders: [LinkContext] = []
    /// Path of the layer's first page, which has the map.
    var layerPath: String?
    /// The map, on the first page.
    var map: MapContext?
    /// Whether the layer has a map.
    var hasMap = false
    var isFirst = true
    /// Path of the script with all neurons (see ``LayerData``), for sorting and filtering.
    var data: String?
    var json: String?
    var csv: String?
    /// How far the layer's runs agree, in a paragraph.
    var agreement: String?
    var distributions: [DistributionContext] = []
    /// All conditions in one small table.
    var comparison: String?
    /// The same with intervals, a table for each measure.
    var comparisons: [ComparisonContext] = []
    var scores: ScoresContext?
    /// The forced choice; nil without photographs, or with too few.
    var choice: ForcedChoiceContext?
    /// Whether the neurons can be sorted and filtered by what photographs do to them.
    var hasPhotographs = false
    var caveats: String?
    var commentary: String?
    var mostConsistent: [NeuronCard] = []
    var leastConsistent: [NeuronCard] = []

    static let keys: [TemplateKey<LayerPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
        .text("address", "the full address of the layer", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("layerTitle", "what the layer is, in a few words", \.layerTitle),
        .text("explanation", "what the layer is", \.explanation),
        .text("tokensExplanation", "which tokens its neurons are read at", \.tokensExplanation),
        .flag("hasDirections", "whether its neurons are directions") { !$0.directions.isEmpty },
        .list("directions", "where the directions come from, and how many are on", \.directions),
        .text("unit", "what its neurons are in a word: `neuron` or `direction`", \.unit),
        .text("neuronCount", "number of neurons in the whole layer") { Format.count($0.neuronCount) },
        .list("neurons", "the neurons of this static page", \.neurons),
        .flag("hasPages", "whether the grid has several static pages") { !$0.pages.isEmpty },
        .list("pages", "the static pages of the grid", \.pages),
        .object("previous", "the previous static page", \.previous),
        .object("next", "the next static page", \.next),
        .flag("hasOrders", "whether the grid has several orders") { !$0.orders.isEmpty },
        .list("orders", "the orders that have static pages", \.orders),
        .text("layerPath", "path of the layer's first page, which has the map", \.layerPath),
        .object("map", "the map, on the first page", \.map),
        .flag("hasMap", "whether the layer has a map", \.hasMap),
        .flag("isFirst", "whether this is the layer's first page", \.isFirst),
        .text("data", "path of the script with all neurons", \.data),
        .text("json", "path of the layer's data as JSON", \.json),
        .text("csv", "path of the layer's data as CSV", \.csv),
        .text("agreement", "how far the layer's runs agree, in a paragraph; absent without scores", \.agreement),
        .list("distributions", "the distributions of the layer's scores against chance", \.distributions),
        .html("comparison", "methods, token selections and attention modes compared in a small table", \.comparison),
        .list("comparisons", "the same with intervals, a table for each measure", \.comparisons),
        .object("scores", "the layer's scores", \.scores),
        .object("choice", "the forced choice against the consistency", \.choice),
        .flag("hasPhotographs", "whether it is known how photographs excite the neurons", \.hasPhotographs),
        .text("caveats", "what scores do not show, for pages whose cards show them", \.caveats),
        .html("commentary", "the writer's commentary", \.commentary),
        .flag("hasExtremes", "whether the most and least consistent neurons are listed") { !$0.mostConsistent.isEmpty },
        .list("mostConsistent", "the neurons whose runs are most alike", \.mostConsistent),
        .list("leastConsistent", "the neurons whose runs are least alike", \.leastConsistent),
    ]
}

/// The distributions of similarities within and between neurons.
struct DistributionContext: TemplateContext {
    var title: String
    var chart: String
    var isFirst: Bool

    static let keys: [TemplateKey<DistributionContext>] = [
        .text("title", "what is compared", \.title),
        .flag("isFirst", "whether it is the first, which stands beside the paragraph", \.isFirst),
        .html("chart", "the chart as SVG, or the reason why there is none", \.chart),
    ]
}

/// A table of all conditions by one measure.
struct ComparisonContext: TemplateContext {
    var title: String
    var table: String

    static let keys: [TemplateKey<ComparisonContext>] = [
        .text("title", "what is compared", \.title),
        .html("table", "the table", \.table),
    ]
}
