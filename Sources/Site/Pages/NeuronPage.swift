// A neuron's page: its runs side by side, their scores, and how to reproduce them.

import Render

/// The page of one neuron.
struct NeuronPage: TemplateRoot {
    static let template = "neuron"
    static let summary = "makes the page of one neuron"

    var site: SiteContext
    var page: PageContext
    var address: String
    var shortAddress: String
    var layerTitle: String
    var layerPath: String?
    var number: Int
    var unit = "neuron"
    var label: String?
    var verdict: String?
    var tokens: String
    var tokensExplanation: String
    var rows: [RunRowContext]
    var others: OtherRows?
    var previous: LinkContext?
    var next: LinkContext?
    var photographs: PhotographsContext?
    var direction: DirectionContext?
    var alike: [NeuronCard] = []
    var related: [NeuronCard] = []
    var commentary: String?
    var scores: ScoresContext?
    var similarity: String?
    var writes: [WriteContext] = []
    var writesExplanation: String?
    var provenance: [EntryContext] = []
    var command: String?
    var figureSyntax: String?
    var bibtex: String?
    var json: String?
    var card: String?

    static let keys: [TemplateKey<NeuronPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
        .text("address", "the full address of the layer", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("layerTitle", "what the layer is, in a few words", \.layerTitle),
        .text("layerPath", "path of the layer's page, if there is one", \.layerPath),
        .text("number", "the neuron's number in the layer, from 0") { String($0.number) },
        .text("unit", "what it is in a word: `neuron` or `direction`", \.unit),
        .text("name", "the same with its number: `Neuron 17`") { "\($0.unit.capitalized) \($0.number)" },
        .text("label", "the neuron's name, if it has one", \.label),
        .text("verdict", "what the runs amount to, in a sentence or two", \.verdict),
        .text("tokens", "the token selection by name", \.tokens),
        .text("tokensExplanation", "what the token selection means", \.tokensExplanation),
        .list("rows", "the runs of the layer's grid, as one row", \.rows),
        .object("others", "the same neuron's runs made in other ways, if there are any", \.others),
        .object("photographs", "what photographs excite it, if the project names photographs", \.photographs),
        .object("direction", "what the direction is, if it is one", \.direction),
        .object("previous", "the previous neuron", \.previous),
        .object("next", "the next neuron", \.next),
        .flag("hasNeighbours", "whether other neurons have pictures like its own") {
            !$0.alike.isEmpty || !$0.related.isEmpty
        },
        .list("alike", "the neurons whose pictures look most like its own", \.alike),
        .list("related", "the neurons whose pictures mean most nearly the same to the judge", \.related),
        .html("commentary", "the writer's commentary", \.commentary),
        .object("scores", "how alike its runs are", \.scores),
        .html("similarity", "the pairwise similarities of the runs, as SVG", \.similarity),
        .flag("hasWrites", "whether there is a direct logit attribution") { !$0.writes.isEmpty },
        .list("writes", "the classes that it raises and lowers most, highest first", \.writes),
        .text(
            "writesExplanation", "how the direct logit attribution was computed, or why there is none",
            \.writesExplanation),
        .list("provenance", "everything that determines the pictures", \.provenance),
        .text("command", "the commands that reproduce the pictures, one per line", \.command),
        .text("figureSyntax", "the Markdown that shows these runs in a post", \.figureSyntax),
        .flag("hasFilm", "whether its runs have films") { page in page.rows.contains { $0.film != nil } },
        .text("bibtex", "the BibTeX entry", \.bibtex),
        .text("json", "path of the neuron's data as JSON", \.json),
        .text("card", "path of the picture of its runs side by side, if `cards` is true", \.card),
    ]
}

/// The rows of a neuron's page below its own: other methods, token selections, attention modes, and controls.
struct OtherRows: TemplateContext {
    var rows: [RunRowContext]

    static let keys: [TemplateKey<OtherRows>] = [
        .list("rows", "the runs, a row for each way of making them", \.rows)
    ]
}

/// A class logit that a neuron raises or lowers.
struct WriteContext: TemplateContext {
    var title: String
    var value: String
    var path: String?

    static let keys: [TemplateKey<WriteContext>] = [
        .text("title", "the class", \.title),
        .text("value", "the attribution per unit of activation", \.value),
        .text("path", "path of the class's page, if there is one", \.path),
    ]
}
