// The Atom feed (RFC 4287). It depends only on the posts: its date is the newest post's.

import Foundation

/// An Atom feed.
public struct Feed: Sendable {
    /// A post.
    public struct Entry: Sendable {
        /// Its title.
        public var title: String
        /// Path of its page, percent-encoded.
        public var path: String
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
            content: String, categories: [String] = []
        ) {
            self.title = title
            self.path = path
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

    /// The feed's text; nil without posts, because a feed must have a date.
    public var xml: String? {
        guard let updated = entries.map(\.published).max() else { return nil }
        let base = AbsoluteURL.base(baseURL)
        var xml = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom">
            <title>\(XML.escaped(title))</title>
            <id>\(XML.escaped(base))</id>
            <link rel="self" type="application/atom+xml" href="\(XML.escaped(base + path))"/>
            <link rel="alternate" type="text/html" href="\(XML.escaped(base))"/>
            <updated>\(Feed.text(of: updated))</updated>
            <author><name>\(XML.escaped(author ?? title))</name></author>

            """
        if let subtitle { xml += "<subtitle>\(XML.escaped(subtitle))</subtitle>\n" }
        for entry in entries {
            let address = XML.escaped(base + entry.path)
            xml += """
                <entry>
                <title>\(XML.escaped(entry.title))</title>
                <id>\(address)</id>
                <link rel="alternate" type="text/html" href="\(address)"/>
                <published>\(Feed.text(of: entry.published))</published>
                <updated>\(Feed.text(of: entry.published))</updated>

                """
            for category in entry.categories { xml += "<category term=\"\(XML.escaped(category))\"/>\n" }
            if let summary = entry.summary, !summary.isEmpty {
                xml += "<summary>\(XML.escaped(summary))</summary>\n"
            }
            xml += "<content type=\"html\" xml:base=\"\(address)\">\(XML.escaped(entry.content))</content>\n</entry>\n"
        }
        return xml + "</feed>\n"
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
