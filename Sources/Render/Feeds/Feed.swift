// The Atom feed (RFC 4287). It depends only on the posts: its date is the newest post's.

import Foundation

/// An Atom feed.
public struct Feed: Sendable {
    /// A post.
    public struct Entry: Sendable {
        /// Its title.
        public var title: String
        /// Its address within the site, percent-encoded; it is also the entry's identity.
        public var path: String
        /// The author, if it is not the site's.
        public var author: String?
        /// The language of its text, if it is not the site's.
        public var language: String?
        /// When it was published.
        public var published: Date
        /// Its excerpt, as text.
        public var summary: String?
        /// Its text as HTML, with links relative to its page.
        public var content: String
        /// Names of its categories and tags.
        public var categories: [String]

        /// A post; see the properties.
        public init(
            title: String, path: String, published: Date, summary: String? = nil,
            content: String, author: String? = nil, language: String? = nil,
            categories: [String] = []
        ) {
            self.title = title
            self.path = path
            self.author = author
            self.language = language
            self.published = published
            self.summary = summary
            self.content = content
            self.categories = categories
        }
    }

    /// The site's name.
    public var title: String
    /// The site's description.
    public var subtitle: String?
    /// The author; Atom requires one, so the site's name is used if it is nil.
    public var author: String?
    /// The site's absolute address.
    public var baseURL: String
    /// Path of the feed itself.
    public var path: String
    /// The posts, newest first.
    public var entries: [Entry]

    /// A feed; see the properties.
    public init(
        title: String, subtitle: String? = nil, author: String? = nil, baseURL: String, path: String = "feed.xml",
        entries: [Entry]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.author = author
        self.baseURL = baseURL
        self.path = path
        self.entries = entries
    }

    /// The most posts in a file of the feed; older ones are in archives.
    static let entriesPerFile = 20

    /// The feed's files: the newest posts, and archives of the older ones (RFC 5005), the oldest of which is `-1`. An
    /// archive that is full never changes. None without posts, because a feed must have a date.
    public var files: [(path: String, text: String)] {
        guard !entries.isEmpty else { return [] }
        let size = Feed.entriesPerFile
        // Archives are filled from the oldest post on; the feed has the newest posts, whether archived or not.
        let archives = entries.count > size ? (entries.count - 1) / size : 0
        var files = [(path, xml(Array(entries.prefix(size)), previous: archives, archive: nil))]
        let oldestFirst = Array(entries.reversed())
        for archive in (0..<archives) {
            let part = oldestFirst[(archive * size)..<min(oldestFirst.count, (archive + 1) * size)]
            files.append((archivePath(archive + 1), xml(part.reversed(), previous: archive, archive: archive + 1)))
        }
        return files
    }

    /// The text of the feed itself; nil without posts.
    public var xml: String? { files.first?.text }

    private func archivePath(_ number: Int) -> String {
        let dot = path.lastIndex(of: ".") ?? path.endIndex
        return "\(path[..<dot])-\(number)\(path[dot...])"
    }

    /// A file of the feed.
    ///
    /// - Parameters:
    ///   - previous: the number of the archive with the posts before these; 0 if there are none.
    ///   - archive: the file's own number; nil for the feed itself.
    private func xml(_ entries: [Entry], previous: Int, archive: Int?) -> String {
        let base = AbsoluteURL.base(baseURL)
        func address(_ path: String) -> String { XML.escaped(base + path) }
        let own = archive.map(archivePath) ?? path
        let updated = entries.map(\.published).max() ?? Date(timeIntervalSince1970: 0)
        var xml = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom"\(archive == nil ? "" : " xmlns:fh=\"http://purl.org/syndication/history/1.0\"")>
            <title>\(XML.escaped(title))</title>
            <id>\(XML.escaped(base))</id>
            <link rel="self" type="application/atom+xml" href="\(address(own))"/>
            <link rel="alternate" type="text/html" href="\(XML.escaped(base))"/>
            <updated>\(Feed.text(of: updated))</updated>
            <author><name>\(XML.escaped(author ?? title))</name></author>

            """
        if archive != nil { xml += "<fh:archive/>\n<link rel=\"current\" href=\"\(address(path))\"/>\n" }
        if previous > 0 { xml += "<link rel=\"prev-archive\" href=\"\(address(archivePath(previous)))\"/>\n" }
        if let subtitle { xml += "<subtitle>\(XML.escaped(subtitle))</subtitle>\n" }
        for entry in entries { xml += text(of: entry, base: base) }
        return xml + "</feed>\n"
    }

    private func text(of entry: Entry, base: String) -> String {
        let address = XML.escaped(base + entry.path)
        let language = entry.language.map { " xml:lang=\"\(XML.escaped($0))\"" } ?? ""
        var xml = """
            <entry\(language)>
            <title>\(XML.escaped(entry.title))</title>
            <id>\(address)</id>
            <link rel="alternate" type="text/html" href="\(address)"/>
            <published>\(Feed.text(of: entry.published))</published>
            <updated>\(Feed.text(of: entry.published))</updated>

            """
        if let author = entry.author { xml += "<author><name>\(XML.escaped(author))</name></author>\n" }
        for category in entry.categories { xml += "<category term=\"\(XML.escaped(category))\"/>\n" }
        if let summary = entry.summary, !summary.isEmpty {
            xml += "<summary>\(XML.escaped(summary))</summary>\n"
        }
        let content = FeedLinks.absolute(entry.content, on: base + entry.path)
        return xml + "<content type=\"html\" xml:base=\"\(address)\">\(XML.escaped(content))</content>\n</entry>\n"
    }

    /// RFC 3339 in UTC.
    private static func text(of date: Date) -> String {
        date.formatted(.iso8601)
    }
}

/// Escaping for XML 1.0, which forbids most control characters altogether.
enum XML {
    static func escaped(_ text: String) -> String {
        let isForbidden: (Unicode.Scalar) -> Bool = { scalar in
            scalar.value < 0x20 && scalar != "\t" && scalar != "\n" && scalar != "\r"
                || scalar.value == 0xFFFE || scalar.value == 0xFFFF
        }
        guard text.unicodeScalars.contains(where: isForbidden) else { return HTML.escaped(text) }
        return HTML.escaped(String(String.UnicodeScalarView(text.unicodeScalars.filter { !isForbidden($0) })))
    }
}

/// Absolute addresses.
enum AbsoluteURL {
    /// The site's address with a slash at its end.
    static func base(_ baseURL: String) -> String {
        baseURL.hasSuffix("/") ? baseURL : baseURL + "/"
    }
}
