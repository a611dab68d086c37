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
    var categories: [LinkContext] = []
    var tags: [LinkContext] = []
    var content: String
    var previous: LinkContext?
    var next: LinkContext?

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
    var title: String
    var path: String
    var date: String
    var displayDate: String
    var excerpt: String?
    /// Whether the excerpt names a score, for which a list owes its readers the caveats.
    var showsScores = false

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
