// What every page gets: the site, and the page's own metadata.

import Render

/// The site as a page sees it.
///
/// Paths are relative to the site's root and ready for an attribute (percent-encoded), e.g.
/// `layers/heads.head/17/index.html`; templates put `root` in front.
struct SiteContext: TemplateContext, Encodable {
    var title: String
    var summary: String?
    /// The author of the pages and of posts that name none.
    var author: String?
    /// Relative path from the page to the site's root: empty, or `../` repeated. On the page for missing addresses,
    /// which is served at any depth, it is the base URL if there is one.
    var root = ""
    var baseURL: String?
    var navigation: [LinkContext] = []
    var feed: String?
    var search: String?
    var pending: String?
    var generator: String?
    /// The language of the site's texts.
    var language = Language.standard

    static let keys: [TemplateKey<SiteContext>] = [
        .text("title", "the site's name", \.title),
        .text("summary", "a sentence about the site", \.summary),
        .text("author", "the author of the pages and of posts that name none", \.author),
        .text("root", "relative path to the site's root; put it before every path", \.root),
        .text("baseURL", "the site's absolute address, if it has one", \.baseURL),
        .list("navigation", "the pages that every page links to", \.navigation),
        .text("feed", "path of the Atom feed", \.feed),
        .text("search", "folder of the search index", \.search),
        .text("pending", "what is still missing, if only part of the atlas was made", \.pending),
        .text("generator", "the program that made the site", \.generator),
        .text("language", "the language of the site's texts, e.g. `en`", \.language),
    ]
}

/// A page's title, path and link preview.
struct PageContext: TemplateContext {
    var title: String
    var summary: String?
    var path: String
    var image: String?
    var card: CardContext?
    var isArticle = false
    /// The language, if it is not the site's.
    var language: String?

    /// The end of the page's absolute address: as the path, without a folder's `index.html`.
    var address: String { OutputPath.address(path) }

    static let keys: [TemplateKey<PageContext>] = [
        .text("title", "the page's title", \.title),
        .text("summary", "a sentence about the page", \.summary),
        .text("path", "path of the page", \.path),
        .text("address", "the end of the page's absolute address: its path, without `index.html`", \.address),
        .text("language", "the language of the page's text, if it is not the site's", \.language),
        .text("image", "path of a small picture for link previews without a card", \.image),
        .object("card", "the large picture for link previews, if there is one", \.card),
        .flag("isArticle", "whether the page is a post", \.isArticle),
    ]
}

/// A link.
struct LinkContext: TemplateContext, Encodable {
    var title: String
    var path: String
    var isCurrent = false

    static let keys: [TemplateKey<LinkContext>] = [
        .text("title", "the link's text", \.title),
        .text("path", "path of the linked page", \.path),
        .flag("isCurrent", "whether it links to the current page", \.isCurrent),
    ]
}

/// A name and its value.
struct EntryContext: TemplateContext {
    var name: String
    var value: String
    var isCode = false

    static let keys: [TemplateKey<EntryContext>] = [
        .text("name", "the name", \.name),
        .text("value", "the value", \.value),
        .flag("isCode", "whether the value is code: an address, a digest", \.isCode),
    ]
}
