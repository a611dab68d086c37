// A post: a Markdown file named YYYY-MM-DD-slug.md, with Jekyll's front matter.

import Foundation
import Runs

/// A post, read but not rendered.
struct Post: Sendable {
    /// The file.
    let text: SourceText
    /// The title from the front matter, or else from the file's name.
    let title: String
    /// The date from the front matter, or else from the file's name.
    let date: PostDate
    /// In the order of the front matter.
    let categories: [String]
    /// In the order of the front matter.
    let tags: [String]
    /// One or two sentences for lists, search engines and the feed: the front matter's `description`, or else its
    /// `excerpt`; nil if they show the start of the text.
    let description: String?
    /// What ends the part of the text that lists show: the front matter's `excerpt_separator`, or else `<!--more-->`.
    let excerptSeparator: String
    /// The language of the text, as `en` or `pt-BR`; nil for the site's.
    let language: String?
    /// Whether the front matter gives the direction `ltr` or `rtl`; nil for the language's.
    let direction: String?
    /// The picture for link previews that the front matter names.
    let image: PostImage?
    /// The authors' names; empty for the site's.
    let authors: [String]
    /// Paths of pages that lead readers here, from `redirect_from`.
    let redirects: [String]
    /// False if the front matter has `published: false`.
    let isPublished: Bool
    /// Path of the page's file, relative to the site's root.
    let path: String

    /// Endings of Markdown files.
    static let endings = [".md", ".markdown", ".mkd", ".mkdn", ".mkdown"]

    /// Reads a post's front matter.
    ///
    /// Keys that Jekyll's themes and plugins use, such as `layout`, are ignored.
    ///
    /// - Parameter timeZone: the site's; a date with an offset is shown and addressed by the day there, as Jekyll does.
    /// - Throws: `AtlasError` of code `data`, with file and line.
    init(_ text: SourceText, in timeZone: TimeZone = .gmt) throws {
        self.text = text
        let name = (text.file as NSString).lastPathComponent
        let stem = Self.endings.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } ?? name
        let (nameDate, slug) = Self.split(stem)
        let fields = try text.fields()

        var date = nameDate
        if let node = fields["date"], let written = try Self.scalar(node, "a date") {
            guard let parsed = PostDate(written) else {
                throw node.mismatch("a date such as 2026-11-23 or 2026-11-23 14:05:00 +0100")
            }
            date = parsed.day(in: timeZone)
        }
        guard let date else {
            throw text.error(
                "a post needs a date: name the file YYYY-MM-DD-\(stem).md, or write \"date: YYYY-MM-DD\" in its front "
                    + "matter", line: 1)
        }
        self.date = date
        title = try fields["title"].flatMap { try Self.scalar($0, "a title") } ?? Slug.title(slug)
        guard !title.isEmpty else {
            throw text.error(
                "a post needs a title: name the file YYYY-MM-DD-title.md, or write \"title: …\" in its front matter",
                line: 1)
        }
        // Jekyll joins `categories` and `category`, but uses `tag` instead of `tags` if it is present.
        categories = Self.unique(
            try Self.names(fields["categories"], areWords: true) + Self.names(fields["category"], areWords: false))
        let tag = try Self.names(fields["tag"], areWords: false)
        tags = Self.unique(tag.isEmpty ? try Self.names(fields["tags"], areWords: true) : tag)
        description =
            try fields["description"].flatMap(Self.text) ?? fields["excerpt"].flatMap(Self.text).flatMap(Excerpt.plain)
        excerptSeparator =
            try fields["excerpt_separator"].flatMap { try Self.scalar($0, "a text") } ?? Excerpt.separator
        language = try (fields["lang"] ?? fields["language"] ?? fields["locale"]).flatMap(Language.tag)
        direction = try fields["dir"].flatMap(Language.direction)
        image = try fields["image"].flatMap(PostImage.init)
        authors = try Self.authors(fields["author"] ?? fields["authors"])
        redirects = try Self.names(fields["redirect_from"], areWords: false).map { redirect in
            do throws(Permalink.Problem) {
                return try Permalink(redirect).path(
                    .init(date: date, slug: slug, categories: []))
            } catch {
                throw text.error(
                    "the address under redirect_from \(error.description)",
                    line: fields["redirect_from"]?.place.line ?? 1)
            }
        }
        isPublished = try fields["published"].flatMap { $0.scalar == nil ? nil : try Self.flag($0) } ?? true
        let permalink = try fields["permalink"].flatMap { try Self.scalar($0, "a permalink") }
        let values = Permalink.Values(
            date: date, slug: try fields["slug"].flatMap { try Self.scalar($0, "a text") } ?? slug,
            categories: categories)
        do throws(Permalink.Problem) {
            path = try (permalink.map(Permalink.init) ?? .standard).path(values)
        } catch {
            let node = ["permalink", "slug", "categories", "category"].lazy.compactMap { fields[$0] }.first
            throw text.error("the permalink \(error.description)", line: node?.place.line ?? 1)
        }
    }

    /// Whether the post is not published yet.
    func isDraft(at now: Date) -> Bool { reasonToSkip(at: now) != nil }

    /// Why the post is not published yet; nil if it is published.
    func reasonToSkip(at now: Date) -> String? {
        if !isPublished { return "published: false" }
        return date.instant > now ? "dated \(date.machine)" : nil
    }

    /// The date and the rest of `2024-03-09-slug`.
    private static func split(_ stem: String) -> (date: PostDate?, slug: String) {
        let parts = stem.split(separator: "-", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].count == 4, parts[1].count <= 2, parts[2].count <= 2,
            let date = PostDate(parts[..<3].joined(separator: "-"))
        else { return (nil, stem) }
        return (date, String(parts[3]))
    }

    /// A scalar's text; nil if empty.
    private static func scalar(_ node: ConfigurationNode, _ expected: String) throws -> String? {
        if node.isList || node.isMapping { throw node.mismatch(expected) }
        guard let text = node.scalar, !text.isEmpty else { return nil }
        return try node.text()
    }

    /// A text; brackets around one make it a list for YAML, as in `description: [draft] x`.
    private static func text(_ node: ConfigurationNode) throws -> String? {
        guard node.isList else { return try scalar(node, "a text") }
        let names = try names(node, areWords: false)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// True or false in any spelling of YAML 1.1, which Jekyll uses.
    private static func flag(_ node: ConfigurationNode) throws -> Bool {
        switch node.scalar?.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw node.mismatch("true or false")
        }
    }

    /// The names under a key: a list, or a text that is one name or, with `areWords`, is split at spaces.
    private static func names(_ node: ConfigurationNode?, areWords: Bool) throws -> [String] {
        guard let node else { return [] }
        if let entries = node.node.sequence {
            return try entries.compactMap { entry in
                try scalar(ConfigurationNode(node: entry, file: node.file, key: node.key), "a name")
            }
        }
        guard let text = try scalar(node, "a name or a list of names") else { return [] }
        return areWords ? text.split(whereSeparator: \.isWhitespace).map(String.init) : [text]
    }

    /// The names of authors: a text, a list, or mappings with a `name`, as themes and plugins have them.
    private static func authors(_ node: ConfigurationNode?) throws -> [String] {
        guard let node else { return [] }
        if node.isMapping { return try node.fields()["name"].flatMap { try scalar($0, "a name") }.map { [$0] } ?? [] }
        guard let entries = node.node.sequence else { return try scalar(node, "a name").map { [$0] } ?? [] }
        return try entries.flatMap { try authors(ConfigurationNode(node: $0, file: node.file, key: node.key)) }
    }

    private static func unique(_ names: [String]) -> [String] {
        names.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.reduce(into: []) { unique, name in
            if !name.isEmpty, !unique.contains(name) { unique.append(name) }
        }
    }
}
