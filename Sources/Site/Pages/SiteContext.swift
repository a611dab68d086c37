// What every page knows: the site around it and its own head.

import Render

/// The site as a page sees it.
///
/// Paths are relative to the site's root and ready for an attribute (percent-encoded), e.g.
/// `layers/heads.head/17/index.html`; templates put `root` in front.
struct SiteContext: TemplateContext, Encodable {
    var title: String
    var summary: String?
    /// The way from the page to the site's root: empty, or `../` as often as needed. On the page for missing addresses,
    /// which is served at any depth, the base URL where there is one.
    var root = ""
    var baseURL: String?
    var navigation: [LinkContext] = []
    var feed: String?
    var search: String?
    var pending: String?
    var generator: String?

    static let keys: [TemplateKey<SiteContext>] = [
        .text("title", "the site's name", \.title),
        .text("summary", "what the site is, in a sentence", \.summary),
        .text("root", "the way to the site's root, to put in front of every path", \.root),
        .text("baseURL", "the site's absolute address, if it has one", \.baseURL),
        .list("navigation", "the pages that every page links to", \.navigation),
        .text("feed", "path of the Atom feed", \.feed),
        .text("search", "folder of the search index", \.search),
        .text("pending", "what is still to come, where only a part of the atlas was made", \.pending),
        .text("generator", "the program that made the site", \.generator),
    ]
}

/// A page's title, address and card.
struct PageContext: TemplateContext {
    var title: String
    var summary: String?
    var path: String
    var image: String?
    var isArticle = false

    static let keys: [TemplateKey<PageContext>] = [
        .text("title", "the page's title", \.title),
        .text("summary", "what the page shows, in a sentence", \.summary),
        .text("path", "path of the page", \.path),
        .text("image", "path of the picture on the page's card", \.image),
        .flag("isArticle", "whether the page is a post", \.isArticle),
    ]
}

/// A link.
struct LinkContext: TemplateContext, Encodable {
    var title: String
    var path: String
    var isCurrent = false

    static let keys: [TemplateKey<LinkContext>] = [
        .text("title", "the link's words", \.title),
        .text("path", "path of the page that it leads to", \.path),
        .flag("isCurrent", "whether it leads to the page it stands on", \.isCurrent),
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
