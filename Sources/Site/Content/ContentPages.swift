// The writer's pages: posts, lists of posts, feed and search entries, and the files that they need.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

/// Everything on the site that comes from texts, rendered and ready for the site's templates.
package struct ContentPages: Sendable {
    /// A page of the site.
    struct Page: Sendable {
        /// Path of its file, relative to the site's root.
        let path: String
        /// Whether search engines are told of it.
        var isListed = true
        /// Its social card; nil for none.
        var card: PageCard?
        /// Makes the HTML; the site's `root` must be the page's.
        let text: @Sendable (Templates, SiteContext) throws -> String

        /// The page's HTML in the site around it.
        func html(_ templates: Templates, in site: SiteContext) throws -> String {
            var site = site
            site.root = SitePaths.root(from: path)
            return try text(templates, site)
        }
    }

    /// Posts, newest first, then the lists of posts.
    let pages: [Page]
    /// Files that pages need, each once.
    let assets: [ContentAsset]
    /// The introduction of the first page, as HTML.
    let introduction: String?
    /// Commentary on layers, as HTML.
    let layers: [Address: String]
    /// Commentary on neurons, as HTML.
    let neurons: [Content.Neuron: String]
    /// The posts as lists show them, newest first.
    let posts: [PostSummary]
    /// Path of the list of all posts; nil without posts.
    let archive: String?
    /// The posts for the feed, newest first.
    let feed: [Feed.Entry]
    /// The posts for the search.
    let search: [SearchIndex.Entry]
    /// Warnings for the writer: a line for each kind in each text.
    package let warnings: [String]
    /// Those about what readers lose: links that lead nowhere, pictures that are not there.
    package let losses: [String]
    private let scripts: ScriptCache

    /// Removes from the store what scripts made of texts that are no more.
    package func removeUnusedResults() throws { try scripts.removeUnused() }
}

extension ContentPages {
    /// Renders the texts of a project.
    ///
    /// - Throws: `AtlasError` for errors in a text, and for runs that cannot be read.
    package init(_ content: Content, library: RunLibrary, templates: Templates) throws {
        let lists = PostLists(content.posts.map(\.post))
        scripts = ScriptCache(store: library.store)
        let renderer = ContentRenderer(
            content: content, library: library, templates: templates,
            links: LinkResolver(
                content: content, project: library.project,
                files: lists.paths + templates.assets.map { SitePaths.asset($0.name) }),
            scripts: scripts)
        var warnings: [WriterWarning] = []
        var assets = AssetTable(paths: content.paths)
        var rendered: [String: ContentRenderer.Rendered] = [:]
        try library.clock.measure(.render, "texts", content.pages.count, "texts") {
            for page in content.pages {
                let text = try renderer.render(page)
                warnings += text.warnings
                try assets.add(text.assets, of: page)
                rendered[page.path] = text
                library.clock.advance()
            }
        }
        introduction = content.introduction.flatMap { rendered[$0.path]?.html }
        layers = content.layers.compactMapValues { rendered[$0.path]?.html }
        neurons = content.neurons.compactMapValues { rendered[$0.path]?.html }
        let configuration = library.project.configuration
        let posts = try content.posts.compactMap { post, page -> RenderedPost? in
            guard let text = rendered[page.path] else { return nil }
            let own = try renderer.image(of: post, on: page)
            warnings += [own.warning].compactMap(\.self)
            try assets.add([own.asset].compactMap(\.self), of: page)
            let card =
                configuration.hasCards && own.card == nil
                ? PageCard(
                    path: SitePaths.card(ofPage: post.path), title: post.title,
                    subtitle: "\(configuration.title) · \(post.date.display.replacing(" ", with: "\u{A0}"))",
                    pictures: text.cardPictures) : nil
            return RenderedPost(post: post, rendered: text, ownImage: own.card, card: card)
        }
        let summaries = posts.map(\.summary)
        self.posts = summaries.reversed()
        archive = posts.isEmpty ? nil : SitePaths.archive
        feed = posts.reversed().map(\.entry)
        search = posts.reversed().map(\.searchEntry)
        pages =
            posts.indices.reversed().map { index in
                posts[index].page(
                    lists: lists, previous: index > 0 ? summaries[index - 1] : nil,
                    next: index + 1 < posts.count ? summaries[index + 1] : nil)
            } + lists.pages(of: posts) + content.posts.flatMap { RedirectPage.pages(to: $0.post) }
        self.assets = assets.assets
        let copied = Set((assets.assets + content.staticFiles).map(\.file))
        let texts = WriterWarning.texts(of: content.posts.flatMap(\.post.text.warnings) + warnings)
        self.warnings =
            texts.harmless + Self.unseen(content, project: library.project).sorted()
            + content.unread.filter { !copied.contains($0.file) }.map(\.warning)
        losses = texts.dangerous
    }

    /// Warnings about commentary on layers and neurons that the atlas does not show.
    private static func unseen(_ content: Content, project: Project) -> [String] {
        let extra = Set(content.extraNeurons(of: project))
        let chosen = Dictionary(uniqueKeysWithValues: project.layers.map { ($0.address, Set($0.neurons)) })
        let layers = content.layers.filter { chosen[$0.key] == nil }.map { address, page in
            "\(page.text.name):1: \(address) is not a layer of this atlas, so this text has no page; add it to "
                + "\"layers\" in atlas.yml"
        }
        let neurons = content.neurons.filter { neuron, _ in
            chosen[neuron.address]?.contains(neuron.number) != true && !extra.contains(neuron)
        }.map { neuron, page in
            "\(page.text.name):1: neuron \(neuron.number) of \(neuron.address) has no page in this atlas, so this text "
                + "is not shown"
        }
        return layers + neurons
    }
}

/// The files that pages need, by their paths in the site.
private struct AssetTable {
    private var files: [String: String] = [:]
    private var paths: PathTable

    init(paths: PathTable) { self.paths = paths }

    /// In the order of the paths.
    var assets: [ContentAsset] {
        files.sorted { $0.key < $1.key }.map { ContentAsset(file: $0.value, path: $0.key) }
    }

    mutating func add(_ assets: [ContentAsset], of page: Content.Page) throws {
        for asset in assets where files[asset.path] != asset.file {
            do throws(PathTable.Conflict) {
                let owner = "\(asset.file), which \(page.text.name) needs"
                try paths.take(asset.path, for: owner, beside: page.path)
            } catch {
                throw AtlasError(
                    .data,
                    "\(page.text.name): \(asset.file) would be copied to \(asset.path), but \(error.description); "
                        + "rename the file or move it to another folder")
            }
            files[asset.path] = asset.file
        }
    }
}

/// A post with its text as HTML.
struct RenderedPost: Sendable {
    /// The post.
    let post: Post
    /// Its text.
    let rendered: ContentRenderer.Rendered
    /// The picture for link previews that its writer chose.
    let ownImage: CardContext?
    /// Its social card; nil for none.
    let card: PageCard?

    private var path: String { OutputPath.encoded(post.path) }

    private var excerpt: String? {
        post.description ?? (rendered.excerpt.isEmpty ? nil : Excerpt.cut(rendered.excerpt))
    }

    private func direction(in site: SiteContext) -> String {
        post.direction ?? Language.direction(of: post.language ?? site.language)
    }

    /// The text, with the caveats where it shows scores.
    private var html: String {
        guard rendered.showsScores else { return rendered.html }
        return rendered.html + "<p class=\"hint\">\(ScoreWords.caveatHTML)</p>\n"
    }

    /// The post in lists.
    var summary: PostSummary {
        PostSummary(
            title: post.title, path: path, date: post.date.machine, displayDate: post.date.display, excerpt: excerpt,
            showsScores: post.description == nil && rendered.excerptShowsScores)
    }

    /// The post in the feed.
    var entry: Feed.Entry {
        Feed.Entry(
            title: post.title, path: OutputPath.address(path), published: post.date.instant, summary: excerpt,
            content: rendered.feedHTML,
            author: post.authors.isEmpty ? nil : post.authors.joined(separator: ", "),
            language: post.language,
            categories: post.categories + post.tags.filter { !post.categories.contains($0) })
    }

    /// The post in the search.
    var searchEntry: SearchIndex.Entry {
        SearchIndex.Entry(
            title: post.title, path: path, kind: .post, picture: rendered.image, about: post.date.display,
            words: (post.categories + post.tags).joined(separator: " "), text: HTMLOutline.words(of: rendered.html))
    }

    private func bibtex(in site: SiteContext) -> String {
        Citation(
            authors: post.authors.isEmpty ? [site.author].compactMap(\.self) : post.authors, title: post.title,
            site: site.title, date: post.date, address: site.baseURL.map { $0 + OutputPath.address(path) },
            word: Citation.word(of: post.title)
        ).bibtex
    }

    /// The post's page.
    func page(lists: PostLists, previous: PostSummary?, next: PostSummary?) -> ContentPages.Page {
        let categories = post.categories.compactMap { lists.categories.link($0) }
        let tags = post.tags.compactMap { lists.tags.link($0) }
        return ContentPages.Page(path: post.path, card: card) { templates, site in
            try templates.render(
                PostPage(
                    site: site,
                    page: PageContext(
                        title: post.title, summary: excerpt, path: path, image: rendered.image,
                        card: ownImage ?? card?.context, isArticle: true, language: post.language),
                    title: post.title, date: post.date.machine, displayDate: post.date.display,
                    author: post.authors.isEmpty ? site.author : post.authors.joined(separator: ", "),
                    direction: direction(in: site),
                    categories: categories, tags: tags, contents: HeadingLink.contents(of: rendered.html),
                    content: html, bibtex: bibtex(in: site),
                    previous: previous.map { LinkContext(title: $0.title, path: $0.path) },
                    next: next.map { LinkContext(title: $0.title, path: $0.path) }))
        }
    }
}
