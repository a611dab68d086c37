// Posts and lists of posts.

import Render

/// A post's page.
struct PostPage: TemplateRoot {
    static let template = "post"
    static let summary = "makes the page of one post"

    var site: SiteContext
    var page: PageContext
    var title: String
    var date: String
    var displayDate: String
    var author: String?
    var direction = "ltr"
    var categories: [LinkContext] = []
    var tags: [LinkContext] = []
    /// Links to its headings; empty if it has few, or a table of contents of its own.
    var contents: [HeadingLink] = []
    var content: String
    var bibtex: String
    var previous: LinkContext?
    var next: LinkContext?

    static let keys: [TemplateKey<PostPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
        .text("title", "the post's title", \.title),
        .text("date", "the date as `2024-03-09`", \.date),
        .text("displayDate", "the date as `9 March 2024`", \.displayDate),
        .text("author", "the authors that the post names", \.author),
        .text("direction", "the direction of its text: `ltr`, `rtl` or `auto`", \.direction),
        .list("categories", "links to the pages of its categories", \.categories),
        .flag("hasTags", "whether it has tags") { !$0.tags.isEmpty },
        .list("tags", "links to the pages of its tags", \.tags),
        .flag("hasContents", "whether it has a table of contents") { !$0.contents.isEmpty },
        .list("contents", "links to its headings", \.contents),
        .html("content", "the text", \.content),
        .text("bibtex", "the BibTeX entry", \.bibtex),
        .object("previous", "the previous post", \.previous),
        .object("next", "the next post", \.next),
    ]
}

/// A line of a table of contents.
struct HeadingLink: TemplateContext {
    var title: String
    var id: String
    /// Whether it is below another heading.
    var isInner = false

    static let keys: [TemplateKey<HeadingLink>] = [
        .text("title", "the heading's text", \.title),
        .text("id", "the heading's id", \.id),
        .flag("isInner", "whether it is below another heading", \.isInner),
    ]

    /// From how many headings on a text has a table of contents.
    private static let fewest = 3

    /// A text's table of contents, of its two highest levels.
    static func contents(of html: String) -> [HeadingLink] {
        guard !html.contains("id=\"markdown-toc\"") else { return [] }
        let headings = HTMLOutline.headings(of: html)
        guard headings.count >= fewest, let top = headings.map(\.level).min() else { return [] }
        return headings.filter { $0.level <= top + 1 }.map {
            HeadingLink(title: $0.text, id: $0.id, isInner: $0.level > top)
        }
    }
}

/// A post in a list.
struct PostSummary: TemplateContext {
    var title: String
    var path: String
    var date: String
    var displayDate: String
    var excerpt: String?
    /// Whether the excerpt shows a score, so that lists must show the caveats.
    var showsScores = false

    static let keys: [TemplateKey<PostSummary>] = [
        .text("title", "the post's title", \.title),
        .text("path", "path of the post's page", \.path),
        .text("date", "the date as `2024-03-09`", \.date),
        .text("displayDate", "the date as `9 March 2024`", \.displayDate),
        .text("excerpt", "the description, or else the first paragraph", \.excerpt),
    ]
}

/// A list of posts: the archive, a category's, a tag's.
struct PostListPage: TemplateRoot {
    static let template = "posts"
    static let summary = "makes lists of posts: the archive, and a page for each category and tag"

    /// Posts under one heading.
    struct Group: TemplateContext {
        var title: String?
        var posts: [PostSummary]

        static let keys: [TemplateKey<Group>] = [
            .text("title", "the heading, e.g. a year", \.title),
            .list("posts", "the posts, newest first", \.posts),
        ]
    }

    var site: SiteContext
    var page: PageContext
    var title: String
    var introduction: String?
    var groups: [Group]
    var categories: [LinkContext]
    var tags: [LinkContext]
    var caveats: String?

    static let keys: [TemplateKey<PostListPage>] = [
        .object("site", "the site around the page", \.site),
        .object("page", "the page's title, path and metadata", \.page),
        .text("root", "relative path to the site's root; put it before every path", \.site.root),
        .text("title", "the list's title", \.title),
        .text("introduction", "the number and order of the posts", \.introduction),
        .list("groups", "the posts in groups", \.groups),
        .flag("hasCategories", "whether there are categories") { !$0.categories.isEmpty },
        .list("categories", "links to the pages of categories", \.categories),
        .flag("hasTags", "whether there are tags") { !$0.tags.isEmpty },
        .list("tags", "links to the pages of tags", \.tags),
        .text("caveats", "what scores do not show, if an excerpt shows one", \.caveats),
    ]
}
