// A neuron's page: its runs side by side, what they score, and how to make them again.

import Render

/// The page of one neuron.
struct NeuronPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "neuron"
    /// See ``TemplateRoot``.
    static let summary = "makes the page of one neuron"

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext
    /// The full address of its layer, e.g. `encoder.layers.encoder_layer_5.mlp.3`.
    var address: String
    /// The address without the prefix.
    var shortAddress: String
    /// Path of the layer's page; nil where the layer is none of the atlas's and only a post shows the neuron.
    var layerPath: String?
    /// Number in the layer, from 0.
    var number: Int
    /// Its name, where it has one (a class).
    var label: String?
    /// The token selection by name, e.g. `cls`.
    var tokens: String
    /// What the selection means, in a sentence.
    var tokensExplanation: String
    /// Its runs.
    var rows: [RunRowContext]
    /// The neuron before it.
    var previous: LinkContext?
    /// The neuron behind it.
    var next: LinkContext?
    /// The writer's commentary, as HTML.
    var commentary: String?
    /// How alike its runs are.
    var scores: ScoresContext?
    /// The similarity of each run to each other, as SVG.
    var similarity: String?
    /// What the neuron writes, strongest first.
    var writes: [WriteContext]
    /// In one line, where the list comes from.
    var writesExplanation: String?
    /// Where the pictures come from: model, weights, method, steps, seeds.
    var provenance: [EntryContext]
    /// The command that makes the pictures again.
    var command: String?
    /// The Markdown that shows these runs in a post.
    var figureSyntax: String?
    /// The entry for a bibliography.
    var bibtex: String?
    /// Path of the page's data.
    var json: String?

    /// A neuron's page; see the properties.
    init(
        site: SiteContext, page: PageContext, address: String, shortAddress: String, layerPath: String?, number: Int,
        label: String? = nil, tokens: String, tokensExplanation: String, rows: [RunRowContext],
        previous: LinkContext? = nil, next: LinkContext? = nil, commentary: String? = nil,
        scores: ScoresContext? = nil, similarity: String? = nil, writes: [WriteContext] = [],
        writesExplanation: String? = nil, provenance: [EntryContext] = [], command: String? = nil,
        figureSyntax: String? = nil, bibtex: String? = nil, json: String? = nil
    ) {
        self.site = site
        self.page = page
        self.address = address
        self.shortAddress = shortAddress
        self.layerPath = layerPath
        self.number = number
        self.label = label
        self.tokens = tokens
        self.tokensExplanation = tokensExplanation
        self.rows = rows
        self.previous = previous
        self.next = next
        self.commentary = commentary
        self.scores = scores
        self.similarity = similarity
        self.writes = writes
        self.writesExplanation = writesExplanation
        self.provenance = provenance
        self.command = command
        self.figureSyntax = figureSyntax
        self.bibtex = bibtex
        self.json = json
    }

    /// See ``TemplateContext``.
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

/// How alike runs are, measured against runs of different neurons.
struct ScoresContext: TemplateContext {
    /// One score.
    struct Score: TemplateContext {
        /// What is compared, e.g. `look`.
        var name: String
        /// The value, e.g. `0.83`.
        var value: String
        /// Where it stands, in words, e.g. `higher than 97 % of the pairs of different neurons`.
        var standing: String?
        /// The same from 0 to 100, for a bar; nil for none.
        var percentile: Double?
        /// Further figures of the same comparison.
        var figures: [EntryContext]
        /// What the score is, in a line.
        var explanation: String?

        /// A score; see the properties.
        init(
            name: String, value: String, standing: String? = nil, percentile: Double? = nil,
            figures: [EntryContext] = [], explanation: String? = nil
        ) {
            self.name = name
            self.value = value
            self.standing = standing
            self.percentile = percentile
            self.figures = figures
            self.explanation = explanation
        }

        /// See ``TemplateContext``.
        static let keys: [TemplateKey<Score>] = [
            .text("name", "what is compared", \.name),
            .text("value", "the value", \.value),
            .text("standing", "where it stands among pairs of different neurons, in words", \.standing),
            .text("percentile", "the same from 0 to 100, for a bar") { score in
                score.percentile.map { Format.coordinate(min(100, max(0, $0))) }
            },
            .list("figures", "further figures of the same comparison", \.figures),
            .text("explanation", "what the score is, in a line", \.explanation),
        ]
    }

    /// The scores.
    var scores: [Score]
    /// From how many pairs they come, and what else a reader must know.
    var note: String?

    /// Scores; see the properties.
    init(scores: [Score], note: String? = nil) {
        self.scores = scores
        self.note = note
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<ScoresContext>] = [
        .list("items", "the scores one by one", \.scores),
        .text("note", "from how many pairs they come", \.note),
    ]
}

/// One thing that a neuron writes.
struct WriteContext: TemplateContext {
    /// What it is, e.g. a class or a neuron.
    var title: String
    /// How strongly, e.g. `+0.31`.
    var value: String
    /// Path of its page, if it has one.
    var path: String?

    /// A write; see the properties.
    init(title: String, value: String, path: String? = nil) {
        self.title = title
        self.value = value
        self.path = path
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<WriteContext>] = [
        .text("title", "what it is", \.title),
        .text("value", "how strongly", \.value),
        .text("path", "path of its page, if it has one", \.path),
    ]
}
