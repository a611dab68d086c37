// What plugins' tags show of other sites: here it is a link, because pages load nothing from other hosts.

/// Links for `twitter`, `youtube`, `vimeo` and `gist`.
enum LiquidEmbed {
    private static let hosts = [
        "twitter": "https://twitter.com/i/status/", "tweet": "https://twitter.com/i/status/",
        "youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/",
        "gist": "https://gist.github.com/",
    ]

    /// The link for a tag; nil for other tags, and for a tag without an address or a name of a few characters.
    static func link(_ token: LiquidToken) -> String? {
        guard let host = hosts[token.name],
            let word = token.argument.split(separator: " ").first?.filter({ $0 != "\"" && $0 != "'" }), !word.isEmpty
        else { return nil }
        let isAddress = word.hasPrefix("https://") || word.hasPrefix("http://")
        guard isAddress || word.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_/".contains($0)) }) else {
            return nil
        }
        let address = HTML.escaped(isAddress ? word : host + word)
        return "<a href=\"\(address)\">\(address)</a>"
    }
}
