// The links and pictures of an entry as absolute addresses: many feed readers ignore `xml:base`.

import Foundation

/// Rewrites the addresses in the HTML of a page.
enum FeedLinks {
    private static let names = ["href", "src", "poster", "srcset"]

    /// The HTML with each relative address made absolute.
    ///
    /// - Parameter page: the absolute address of the page that the addresses are relative to.
    static func absolute(_ html: String, on page: String) -> String {
        guard let base = URL(string: page) else { return html }
        var result: [UInt8] = []
        var rest = Array(html.utf8)[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            result += rest[..<start]
            rest = rest[start...]
            guard let next = rest.dropFirst().first, UnicodeScalar(next).properties.isAlphabetic,
                let end = tagEnd(rest)
            else {
                result.append(rest.removeFirst())
                continue
            }
            // Most tags, such as those of formulas, have no attributes.
            if rest[..<end].contains(UInt8(ascii: "=")) {
                result += tag(String(decoding: rest[..<end], as: UTF8.self), base).utf8
            } else {
                result += rest[..<end]
            }
            rest = rest[end...]
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    /// The index behind the tag at the start of some HTML; nil if it does not end.
    private static func tagEnd(_ html: ArraySlice<UInt8>) -> Int? {
        var quote: UInt8?
        for (index, byte) in zip(html.indices, html) {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index + 1
            }
        }
        return nil
    }

    private static func tag(_ tag: String, _ base: URL) -> String {
        tag.replacing(/(\s)([A-Za-z-]+)="([^"]*)"/) { match in
            let (name, value) = (match.2.lowercased(), String(match.3))
            guard names.contains(name) else { return String(match.0) }
            let written =
                name == "srcset"
                ? value.split(separator: ",").map { source(String($0), base) }.joined(separator: ", ")
                : address(value, base)
            return "\(match.1)\(match.2)=\"\(written)\""
        }
    }

    /// One source of a `srcset`: an address and a size.
    private static func source(_ text: String, _ base: URL) -> String {
        var parts = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if !parts.isEmpty { parts[0] = address(parts[0], base) }
        return parts.joined(separator: " ")
    }

    /// An address as an attribute has it; what is no relative address stays.
    private static func address(_ text: String, _ base: URL) -> String {
        let plain = text.replacing("&amp;", with: "&")
        guard !plain.hasPrefix("#"), URL(string: plain)?.scheme == nil,
            let url = URL(string: plain, relativeTo: base)
        else {
            return plain.hasPrefix("#") ? HTML.escaped(base.absoluteString) + text : text
        }
        return HTML.escaped(url.absoluteString)
    }
}
