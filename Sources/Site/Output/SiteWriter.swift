// Writes a whole site into a folder, from the store and the content.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

/// Writes the atlas's pages and the writer's pages with a theme.
package struct SiteWriter: Sendable {
    let library: RunLibrary
    let templates: Templates
    let files: SiteFiles
    let content: Content
    let contentPages: ContentPages
    /// What is still missing; nil if all runs are made.
    let pending: String?
    /// Layers of the previous site.
    let kept: KeptLayers

    package init(
        library: RunLibrary, templates: Templates, files: SiteFiles, content: Content, contentPages: ContentPages,
        pending: String?, kept: KeptLayers
    ) {
        self.library = library
        self.templates = templates
        self.files = files
        self.content = content
        self.contentPages = contentPages
        self.pending = pending
        self.kept = kept
    }

    /// Posts that the first page lists.
    private static let newestPosts = 5

    private var project: Project { library.project }

    /// Writes everything and returns the layers.
    package func write() throws -> [KeptLayers.Layer] {
        for asset in templates.assets {
            try files.copy(asset.url.path, to: SitePaths.asset(asset.name))
        }
        for asset in content.staticFiles + contentPages.assets {
            try files.copy(asset.file, to: asset.path)
        }
        if !content.staticFiles.contains(where: { $0.path == SitePaths.noJekyll }) {
            try files.write("", to: SitePaths.noJekyll)
        }
        let site = siteContext
        let assets = Set(contentPages.assets.map(\.path))
        let written = try project.layers.map { layer in
            let inputs = try LayerInputs(
                layer, library: library, theme: templates, site: site, content: content, contentPages: contentPages)
            return try LayerPages(library: library, layer: layer, inputs: inputs, files: files)
                .write(unless: kept, assets: assets)
        }
        let layers = written.map(\.result)
        let extra = content.extraNeurons(of: project)
        let neuronPages = NeuronPages(library: library, templates: templates, site: site, files: files)
        let extraCards = try extra.map { neuron in
            let (card, _) = try neuronPages.write(
                NeuronPages.Subject(
                    address: neuron.address, neuron: neuron.number,
                    rows: NeuronRow.rows(of: neuron, made: [], content: content, library: library),
                    commentary: contentPages.neurons[neuron], previous: nil, next: nil, scores: nil,
                    compared: []))
            return (address: neuron.address, card: card)
        }
        try writePhotographs()
        for page in contentPages.pages { try files.write(page.html(templates, in: site), to: page.path) }
        try files.write(json: atlasFile(layers), to: SitePaths.atlas)
        let card = try writeIndex(site, layers: layers)
        try CardFiles(library: library, files: files).writeKept(
            contentPages.pages.compactMap(\.card) + [card].compactMap(\.self))
        try writeNotFoundPage(site)
        try writeSearch(layers, extra: extraCards)
        if let base = project.configuration.baseURL { try writeFeeds(base, layers: layers, extra: extra) }
        return written
    }

    private var siteContext: SiteContext {
        let configuration = project.configuration
        var navigation = project.layers.map {
            LinkContext(
                title: Explanations.title(of: $0.address, in: project.model.model.configuration),
                path: SitePaths.layer($0.address))
        }
        if let archive = contentPages.archive { navigation.append(LinkContext(title: "Posts", path: archive)) }
        return SiteContext(
            title: configuration.title, summary: configuration.description, author: configuration.author,
            baseURL: configuration.baseURL,
            navigation: navigation,
            feed: configuration.baseURL == nil || contentPages.feed.isEmpty ? nil : SitePaths.feed,
            search: SitePaths.search,
            pending: pending,
            generator: Version.generator, language: configuration.language?.value ?? Language.standard)
    }

    /// Writes each photograph that a page shows, once.
    private func writePhotographs() throws {
        guard let photographs = library.photographs else { return }
        let shown = try photographs.published
        let results: [Result<Void, any Error>] = library.clock.measure(
            .render, "photographs", shown.count, "photographs"
        ) {
            concurrently(shown.count) { index in
                defer { library.clock.advance() }
                return Result {
                    try files.write(try photographs.file(of: shown[index]), to: SitePaths.photograph(shown[index]))
                }
            }
        }
        for result in results { try result.get() }
    }

    /// Writes the first page; returns its social card, if the project wants any.
    private func writeIndex(_ site: SiteContext, layers: [LayerPages.Result]) throws -> PageCard? {
        let posts = Array(contentPages.posts.prefix(Self.newestPosts))
        // Of equally large layers the first.
        let shown = layers.max { ($0.map?.tiles.count ?? 0) < ($1.map?.tiles.count ?? 0) }
        let showsScores = layers.contains { $0.summary.score != nil } || posts.contains(where: \.showsScores)
        let card = try indexCard(of: shown.flatMap(layer))
        let page = IndexPage(
            site: site,
            page: PageContext(
                title: project.configuration.title, summary: project.configuration.description, path: SitePaths.index,
                image: layers.first?.cards.first?.thumbnail,
                card: card?.context),
            content: contentPages.introduction, modelName: project.model.name, modelSummary: modelSummary,
            model: modelEntries, layers: layers.map(\.summary),
            map: shown.flatMap { $0.map?.elsewhere(OutputPath.folder(of: $0.summary.path) + "/") },
            mapLayer: shown.map { LinkContext(title: $0.summary.title, path: $0.summary.path) },
            caveats: showsScores ? ScoreWords.caveatText : nil, posts: posts, archive: contentPages.archive)
        try files.write(templates.render(page), to: SitePaths.index)
        return card
    }

    /// The layer of a result.
    private func layer(_ result: LayerPages.Result) -> AtlasLayer? {
        project.layers.first { $0.address.description == result.summary.address }
    }

    /// The first page's social card with pictures of a layer; nil if the project wants none.
    private func indexCard(of layer: AtlasLayer?) throws -> PageCard? {
        guard project.configuration.hasCards else { return nil }
        return PageCard(
            path: SitePaths.card(ofPage: SitePaths.index), title: project.configuration.title,
            subtitle: project.configuration.description,
            pictures: try layer.map(library.cardPictures) ?? [])
    }

    /// - Parameter extra: neurons outside the layers, which texts show.
    private func writeSearch(
        _ layers: [LayerPages.Result], extra: [(address: Address, card: NeuronCard)]
    ) throws {
        let addresses = project.layers.map(\.address)
        let own = zip(addresses, layers).map { address, result in
            indexed(
                address, path: result.summary.path,
                result.cards + extra.filter { $0.address == address }.map(\.card))
        }
        let others = Dictionary(grouping: extra.filter { !addresses.contains($0.address) }) { $0.address }
            .map { address, cards in
                indexed(address, path: SitePaths.layerFolder(address) + "/", cards.map(\.card))
            }
        let index = SearchIndex(
            layers: own + others.sorted { $0.address < $1.address },
            entries: contentPages.search
                + layers.flatMap { layer in
                    layer.cards.compactMap { card in
                        card.label.map { label in
                            SearchIndex.Entry(
                                title: label, path: card.path, kind: .neuron, picture: card.thumbnail,
                                about: "\(layer.summary.title), neuron \(card.number)",
                                words: layer.summary.shortAddress)
                        }
                    }
                })
        for file in index.files { try files.write(file.text, to: SitePaths.search(file.name)) }
    }

    private func indexed(_ address: Address, path: String, _ cards: [NeuronCard]) -> SearchIndex.Layer {
        let cards = cards.sorted { $0.number < $1.number }
        return SearchIndex.Layer(
            address: address.shortName, title: Explanations.title(of: address, in: project.model.model.configuration),
            path: path, neurons: cards.map(\.number),
            pictures: cards.map { ($0.thumbnail as NSString?)?.lastPathComponent ?? "" })
    }

    private func writeFeeds(_ base: String, layers: [LayerPages.Result], extra: [Content.Neuron]) throws {
        let configuration = project.configuration
        let feed = Feed(
            title: configuration.title, subtitle: configuration.description, author: configuration.author,
            baseURL: base, path: SitePaths.feed, entries: contentPages.feed)
        for file in feed.files { try files.write(file.text, to: file.path) }
        let neurons =
            layers.flatMap { $0.cards.map(\.path) }
            + extra.map { SitePaths.neuron($0.address, $0.number) }
        let sitemap = Sitemap(
            baseURL: base,
            paths: ([SitePaths.index] + layers.map(\.summary.path)
                + contentPages.pages.filter(\.isListed).map { OutputPath.encoded($0.path) }
                + neurons).map(OutputPath.address))
        for file in sitemap.files { try files.write(file.text, to: file.name) }
        try files.write(sitemap.robots, to: SitePaths.robots)
    }

    private func atlasFile(_ layers: [LayerPages.Result]) -> AtlasFile {
        AtlasFile(
            title: project.configuration.title, generator: Version.generator,
            model: AtlasFile.Model(
                name: project.model.name, weights: project.model.weightsDigest,
                parameters: project.model.checkpoint.parameterCount, configuration: project.model.model.configuration),
            judge: library.judge.map { AtlasFile.Judge(name: $0.name, weights: $0.weights) },
            layers: layers.map(\.entry))
    }

    private var modelSummary: String {
        let c = project.model.model.configuration
        let classes = c.output == .classes && c.classCount > 0
        return
            "A Vision Transformer with \(c.blockCount) blocks. It reads \(c.imageWidth) × \(c.imageHeight) pixels in "
            + "patches of \(c.patchSize) × \(c.patchSize)"
            + (classes ? " and distinguishes \(Format.count(c.classCount)) classes." : ".")
    }

    private var modelEntries: [EntryContext] {
        let c = project.model.model.configuration
        let registers = c.prefixTokenCount - (c.hasClassToken ? 1 : 0)
        return [
            EntryContext(name: "Parameters", value: Format.count(project.model.checkpoint.parameterCount)),
            EntryContext(name: "Width", value: "\(c.width) channels, \(c.mlpWidth) in the MLPs"),
            EntryContext(name: "Attention", value: "\(c.headCount) heads of \(c.headSize) channels"),
            EntryContext(
                name: "Tokens",
                value: "\(c.patchCount) patch tokens"
                    + (c.hasClassToken && c.prefixTokenCount > 0 ? ", the class token" : "")
                    + (registers > 0 ? ", \(ScoreWords.counted(registers, "register"))" : "")),
            EntryContext(
                name: "Weights", value: "\(project.model.checkpoint.format), \(project.model.checkpoint.naming)"),
            EntryContext(name: "SHA-256", value: project.model.weightsDigest, isCode: true),
        ]
    }

    /// Servers show this page at any depth; without a base URL its links work only at the site's root.
    private func writeNotFoundPage(_ site: SiteContext) throws {
        var site = site
        site.root = site.baseURL ?? ""
        try files.write(
            templates.render(NotFoundPage(site: site, page: PageContext(title: "Not found", path: SitePaths.notFound))),
            to: SitePaths.notFound)
    }
}
