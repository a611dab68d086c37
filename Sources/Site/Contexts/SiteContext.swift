// What every page knows: the site around it and its own head.

import Render

/// The site as a page sees it.
///
/// Paths are relative to the site's root and ready for an attribute (percent-encoded), e.g.
/// `layers/heads.head/17/index.html`; templates put `root` in front.
struct SiteContext: TemplateContext {
    /// The site's name.
    var title: String
    /// What it is, in a sentence.
    var summary: String?
    /// The way from the page to the site's root: empty, or `../` as often as needed. On the page for missing addresses,
    /// which is served at any depth, the base URL where there is one.
    var root: String
    /// Absolute address of the site, with a slash at its end.
    var baseURL: String?
    /// The pages that every page links to.
    var navigation: [LinkContext]
    /// Path of the Atom feed; needs a base URL.
    var feed: String?
    /// Folder of the search index; without it there is no search.
    var search: String?
    /// What is still to come, where only a part of the atlas was made.
    var pending: String?
    /// The program that made the site, e.g. `atlasgen 1.0`.
    var generator: String?

    /// A site; see the properties.
    init(
        title: String, summary: String? = nil, root: String = "", baseURL: String? = nil,
        navigation: [LinkContext] = [], feed: String? = nil, search: String? = nil, pending: String? = nil,
        generator: String? = nil
    ) {
        self.title = title
        self.summary = summary
        self.root = root
        self.baseURL = baseURL
        self.navigation = navigation
        self.feed = feed
        self.search = search
        self.pending = pending
        self.generator = generator
    }

    /// See ``TemplateContext``.
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
    /// The page's own title.
    var title: String
    /// What the page shows, in a sentence; for search engines and cards.
    var summary: String?
    /// Path of the page.
    var path: String
    /// Path of the picture on the card.
    var image: String?
    /// Whether the page is a post rather than a page of the atlas.
    var isArticle: Bool

    /// A page; see the properties.
    init(title: String, summary: String? = nil, path: String, image: String? = nil, isArticle: Bool = false) {
        self.title = title
        self.summary = summary
        self.path = path
        self.image = image
        self.isArticle = isArticle
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<PageContext>] = [
        .text("title", "the page's title", \.title),
        .text("summary", "what the page shows, in a sentence", \.summary),
        .text("path", "path of the page", \.path),
        .text("image", "path of the picture on the page's card", \.image),
        .flag("isArticle", "whether the page is a post", \.isArticle),
    ]
}

/// A link.
struct LinkContext: TemplateContext {
    /// Its words.
    var title: String
    /// Path of the page that it leads to.
    var path: String
    /// Whether that page is the one it stands on.
    var isCurrent: Bool

    /// A link; see the properties.
    init(title: String, path: String, isCurrent: Bool = false) {
        self.title = title
        self.path = path
        self.isCurrent = isCurrent
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<LinkContext>] = [
        .text("title", "the link's words", \.title),
        .text("path", "path of the page that it leads to", \.path),
        .flag("isCurrent", "whether it leads to the page it stands on", \.isCurrent),
    ]
}

/// A name and its value.
struct EntryContext: TemplateContext {
    /// The name.
    var name: String
    /// The value.
    var value: String
    /// Whether the value is code: an address, a digest.
    var isCode: Bool

    /// An entry; see the properties.
    init(name: String, value: String, isCode: Bool = false) {
        self.name = name
        self.value = value
        self.isCode = isCode
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<EntryContext>] = [
        .text("name", "the name", \.name),
        .text("value", "the value", \.value),
        .flag("isCode", "whether the value is code: an address, a digest", \.isCode),
    ]
}
