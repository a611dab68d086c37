// What search engines read: the sitemap and robots.txt. Both need the site's absolute address.

/// The site's pages for search engines (sitemaps.org, 0.9).
public struct Sitemap: Sendable {
    /// The site's absolute address.
    public var baseURL: String
    /// Paths of all pages, percent-encoded.
    public var paths: [String]
    /// Name of the sitemap.
    package static let name = "sitemap.xml"
    /// The most addresses that one file may list.
    public static let mostPerFile = 50_000

    /// A sitemap; see the properties.
    public init(baseURL: String, paths: [String]) {
        self.baseURL = baseURL
        self.paths = paths
    }

    /// The files by name: `sitemap.xml`, which for very large sites is an index of `sitemap-1.xml` and so on.
    public var files: [(name: String, text: String)] {
        let base = AbsoluteURL.base(baseURL)
        guard paths.count > Sitemap.mostPerFile else { return [(Sitemap.name, Sitemap.urlSet(paths, base: base))] }
        var files: [(name: String, text: String)] = []
        for start in stride(from: 0, to: paths.count, by: Sitemap.mostPerFile) {
            let part = paths[start..<min(paths.count, start + Sitemap.mostPerFile)]
            files.append(("sitemap-\(files.count + 1).xml", Sitemap.urlSet(part, base: base)))
        }
        let list = files.map { "<sitemap><loc>\(XML.escaped(base + $0.name))</loc></sitemap>\n" }.joined()
        let index = Sitemap.document("sitemapindex", content: list)
        return [(Sitemap.name, index)] + files
    }

    /// The text of `robots.txt`: allows everything, and names the sitemap.
    public var robots: String {
        "User-agent: *\nAllow: /\nSitemap: \(AbsoluteURL.base(baseURL))\(Sitemap.name)\n"
    }

    private static func urlSet(_ paths: some Sequence<String>, base: String) -> String {
        document("urlset", content: paths.map { "<url><loc>\(XML.escaped(base + $0))</loc></url>\n" }.joined())
    }

    private static func document(_ name: String, content: String) -> String {
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
            + "<\(name) xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\(content)</\(name)>\n"
    }
}
