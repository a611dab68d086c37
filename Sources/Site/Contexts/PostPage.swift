// Posts and lists of posts, and the page for missing addresses.

import Render

/// A post's page.
struct PostPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "post"
    /// See ``TemplateRoot``.
    static let summary = "makes the page of one post"

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext
    /// The post's title.
    var title: String
    /// The day as a machine reads it, e.g. `2025-03-09`.
    var date: String
    /// The day as people read it, e.g. `9 March 2025`.
    var displayDate: String
    /// Its categories' pages.
    var categories: [LinkContext]
    /// Its tags' pages.
    var tags: [LinkContext]
    /// The text as HTML.
    var content: String
    /// The post before it in time.
    var previous: LinkContext?
    /// The post after it in time.
    var next: LinkContext?

    /// A post's page; see the properties.
    init(
        site: SiteContext, page: PageContext, title: String, date: String, displayDate: String,
        categories: [LinkContext] = [], tags: [LinkContext] = [], content: String, previous: LinkContext? = nil,
        next: LinkContext? = nil
    ) {
        self.site = site
        self.page = page
        self.title = title
        self.date = date
        self.displayDate = displayDate
        self.categories = categories
        self.tags = tags
        self.content = content
        self.previous = previous
        self.next = next
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<PostPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
        .text("title", "the post's title", \.title),
        .text("date", "the day as a machine reads it", \.date),
        .text("displayDate", "the day as people read it", \.displayDate),
        .list("categories", "its categories' pages", \.categories),
        .flag("hasTags", "whether it has tags") { !$0.tags.isEmpty },
        .list("tags", "its tags' pages", \.tags),
        .html("content", "the text", \.content),
        .object("previous", "the post before it in time", \.previous),
        .object("next", "the post after it in time", \.next),
    ]
}

/// A post in a list.
struct PostSummary: TemplateContext {
    /// The post's title.
    var title: String
    /// Path of its page.
    var path: String
    /// The day as a machine reads it.
    var date: String
    /// The day as people read it.
    var displayDate: String
    /// Its first paragraph or description, as text.
    var excerpt: String?
    /// Whether the excerpt names a score, for which a list owes its readers the caveats.
    var showsScores: Bool

    /// A post; see the properties.
    init(
        title: String, path: String, date: String, displayDate: String, excerpt: String? = nil,
        showsScores: Bool = false
    ) {
        self.title = title
        self.path = path
        self.date = date
        self.displayDate = displayDate
        self.excerpt = excerpt
        self.showsScores = showsScores
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<PostSummary>] = [
        .text("title", "the post's title", \.title),
        .text("path", "path of its page", \.path),
        .text("date", "the day as a machine reads it", \.date),
        .text("displayDate", "the day as people read it", \.displayDate),
        .text("excerpt", "its first paragraph or description", \.excerpt),
    ]
}

/// A list of posts: the archive, a category's, a tag's.
struct PostListPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "posts"
    /// See ``TemplateRoot``.
    static let summary = "makes lists of posts: the archive, and a page for each category and tag"

    /// Posts under one heading.
    struct Group: TemplateContext {
        /// The heading, e.g. a year; nil for none.
        var title: String?
        /// The posts, newest first.
        var posts: [PostSummary]

        /// A group; see the properties.
        init(title: String? = nil, posts: [PostSummary]) {
            self.title = title
            self.posts = posts
        }

        /// See ``TemplateContext``.
        static let keys: [TemplateKey<Group>] = [
            .text("title", "the heading, e.g. a year", \.title),
            .list("posts", "the posts, newest first", \.posts),
        ]
    }

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext
    /// The list's title.
    var title: String
    /// What the list is, in a sentence.
    var introduction: String?
    /// The posts in groups.
    var groups: [Group]
    /// Pages of categories.
    var categories: [LinkContext]
    /// Pages of tags.
    var tags: [LinkContext]
    /// What a reader of scores must know, where an excerpt names one.
    var caveats: String?

    /// A list of posts; see the properties.
    init(
        site: SiteContext, page: PageContext, title: String, introduction: String? = nil, groups: [Group],
        categories: [LinkContext] = [], tags: [LinkContext] = [], caveats: String? = nil
    ) {
        self.site = site
        self.page = page
        self.title = title
        self.introduction = introduction
        self.groups = groups
        self.categories = categories
        self.tags = tags
        self.caveats = caveats
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<PostListPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
        .text("title", "the list's title", \.title),
        .text("introduction", "what the list is", \.introduction),
        .list("groups", "the posts in groups", \.groups),
        .flag("hasCategories", "whether there are categories") { !$0.categories.isEmpty },
        .list("categories", "pages of categories", \.categories),
        .flag("hasTags", "whether there are tags") { !$0.tags.isEmpty },
        .list("tags", "pages of tags", \.tags),
        .text("caveats", "what a reader of scores must know, where an excerpt names one", \.caveats),
    ]
}

/// The page that servers show for missing addresses.
struct NotFoundPage: TemplateRoot {
    /// See ``TemplateRoot``.
    static let template = "404"
    /// See ``TemplateRoot``.
    static let summary = "makes the page for missing addresses"

    /// The site around it.
    var site: SiteContext
    /// Its head.
    var page: PageContext

    /// The page; see the properties.
    init(site: SiteContext, page: PageContext) {
        self.site = site
        self.page = page
    }

    /// See ``TemplateContext``.
    static let keys: [TemplateKey<NotFoundPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's head", \.page),
        .text("root", "the way to the site's root, to put in front of every path", \.site.root),
    ]
}
