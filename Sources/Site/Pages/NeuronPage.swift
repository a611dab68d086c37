// A neuron's page: its runs side by side, what they score, and how to make them again.

import Render

/// The page of one neuron.
struct NeuronPage: TemplateRoot {
    static let template = "neuron"
    static let summary = "makes the page of one neuron"

    var site: SiteContext
    var page: PageContext
    var address: String
    var shortAddress: String
    var layerPath: String?
    var number: Int
    var label: String?
    var tokens: String
    var tokensExplanation: String
    var rows: [RunRowContext]
    var previous: LinkContext?
    var next: LinkContext?
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

    static let keys: [TemplateKey<NeuronPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
        .text("address", "the full address of the layer", \.address),
        .text("shortAddress", "the address without `encoder.layers.`", \.shortAddress),
        .text("layerPath", "path of the layer's page, if it has one", \.layerPath),
        .text("number", "the neuron's number in the layer, from 0") { String($0.number) },
        .text("label", "its name, where it has one", \.label),
        .text("tokens", "the token selection by name", \.tokens),
        .text("tokensExplanation", "what the token selection means", \.tokensExplanation),
        .list("rows", "its runs, a row for each method, token selection and attention mode", \.rows),
        .object("previous", "the neuron before it", \.previous),
        .object("next", "the neuron behind it", \.next),
        .html("commentary", "the writer's commentary", \.commentary),
        .object("scores", "how alike its runs are", \.scores),
        .html("similarity", "the similarity of each run to each other, as SVG", \.similarity),
        .flag("hasWrites", "whether there is a list of what it writes") { !$0.writes.isEmpty },
        .list("writes", "what it writes, strongest first", \.writes),
        .text("writesExplanation", "where that list comes from", \.writesExplanation),
        .list("provenance", "where the pictures come from", \.provenance),
        .text("command", "the commands that make the pictures again, a line each", \.command),
        .text("figureSyntax", "the Markdown that shows these runs in a post", \.figureSyntax),
        .text("bibtex", "the entry for a bibliography", \.bibtex),
        .text("json", "path of the page's data", \.json),
    ]
}

/// One thing that a neuron writes.
struct WriteContext: TemplateContext {
    var title: String
    var value: String
    var path: String?

    static let keys: [TemplateKey<WriteContext>] = [
        .text("title", "what it is", \.title),
        .text("value", "how strongly", \.value),
        .text("path", "path of its page, if it has one", \.path),
    ]
}
