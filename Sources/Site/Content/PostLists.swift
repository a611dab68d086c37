// Lists of posts: the archive, and a page for each category and tag.

import Scores

/// The lists and their paths.
struct PostLists: Sendable {
    /// What posts are listed by; also the folder of the pages.
    enum Kind: String, Sendable {
        case categories, tags

        /// What the pages' titles start with.
        var title: String { self == .categories ? "Category" : "Tag" }
    }

    /// Categories or tags, each with its page.
    struct Names: Sendable {
        /// What the names are.
        let kind: Kind
        /// Path of each name's page.
        let paths: [String: String]

        /// Gives each name a page, also if names differ only in case or punctuation.
        init(kind: Kind, names: [String]) {
            self.kind = kind
            var taken = Set<String>()
            var paths: [String: String] = [:]
            for name in Set(names).sorted() {
                let slug = String(Slug.plain(name).prefix(60))
                let base = slug.isEmpty ? "_" : slug
                var folderName = base
                var number = 2
                while !taken.insert(folderName).inserted {
                    folderName = "\(base)-\(number)"
                    number += 1
                }
                paths[name] = SitePaths.list(kind, folderName)
            }
            self.paths = paths
        }

        /// A link to a name's page.
        func link(_ name: String) -> LinkContext? {
            paths[name].map { LinkContext(title: name, path: OutputPath.encoded($0)) }
        }

        /// Links to all pages, by name.
        var links: [LinkContext] {
            paths.keys.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }.compactMap(link)
        }
    }

    /// The categories' pages.
    let categories: Names
    /// The tags' pages.
    let tags: Names
    private let hasPosts: Bool

    /// The lists of posts.
    init(_ posts: [Post]) {
        categories = Names(kind: .categories, names: posts.flatMap(\.categories))
        tags = Names(kind: .tags, names: posts.flatMap(\.tags))
        hasPosts = !posts.isEmpty
    }

    /// Paths of all lists.
    var paths: [String] {
        (hasPosts ? [SitePaths.archive] : []) + categories.paths.values.sorted() + tags.paths.values.sorted()
    }

    /// The lists' pages.
    ///
    /// - Parameter posts: oldest first.
    func pages(of posts: [RenderedPost]) -> [ContentPages.Page] {
        guard hasPosts else { return [] }
        let years = Dictionary(grouping: posts.reversed(), by: \.post.date.year)
        let archive = page(
            SitePaths.archive, title: "All posts",
            groups: years.sorted { $0.key > $1.key }.map { year, posts in
                .init(title: String(year), posts: posts.map(\.summary))
            }, categories: categories.links, tags: tags.links)
        func pages(_ names: Names, _ own: (Post) -> [String]) -> [ContentPages.Page] {
            names.paths.sorted { $0.value < $1.value }.map { name, path in
                let members = posts.reversed().filter { own($0.post).contains(name) }
                return page(
                    path, title: "\(names.kind.title): \(name)", groups: [.init(posts: members.map(\.summary))],
                    categories: [], tags: [])
            }
        }
        return [archive] + pages(categories, \.categories) + pages(tags, \.tags)
    }

    private func page(
        _ path: String, title: String, groups: [PostListPage.Group], categories: [LinkContext], tags: [LinkContext]
    ) -> ContentPages.Page {
        let count = groups.reduce(0) { $0 + $1.posts.count }
        return ContentPages.Page(path: path) { templates, site in
            try templates.render(
                PostListPage(
                    site: site, page: PageContext(title: title, path: OutputPath.encoded(path)), title: title,
                    introduction: count == 1 ? "One post." : "\(count) posts, newest first.", groups: groups,
                    categories: categories, tags: tags,
                    caveats: groups.contains { $0.posts.contains(where: \.showsScores) }
                        ? ScoreWords.caveatText : nil))
        }
    }
}
