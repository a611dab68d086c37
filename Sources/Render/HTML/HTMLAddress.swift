// Addresses in HTML: which are harmless, and those in a srcset.

/// Addresses in HTML's attributes.
enum HTMLAddress {
    enum Kind {
        case link, media, frame
    }

    /// Schemes of what may be shown in the page.
    private static let schemes: [Kind: Set<String>] = [.media: ["http", "https"], .frame: ["https"]]
    /// Schemes of links that run something, or lead to the reader's own files.
    private static let refused: Set = [
        "javascript", "vbscript", "livescript", "mocha", "data", "blob", "file", "filesystem", "view-source", "about",
    ]

    /// An address without the white space that browsers ignore; nil if it may run or name what a text must not.
    static func safe(_ address: String, for kind: Kind) -> String? {
        // Browsers drop these wherever they are: `java&#10;script:` is a script.
        var address = String(
            String.UnicodeScalarView(address.unicodeScalars.filter { !"\t\n\r".unicodeScalars.contains($0) }))
        while let first = address.unicodeScalars.first, first.value <= 0x20 { address.unicodeScalars.removeFirst() }
        while let last = address.unicodeScalars.last, last.value <= 0x20 { address.unicodeScalars.removeLast() }
        if let scheme = scheme(of: address) {
            if kind == .media, scheme == "data" { return isRasterPicture(address) ? address : nil }
            if kind == .link {
                let isScheme = scheme.wholeMatch(of: /[a-z][a-z0-9+.\-]*/) != nil
                return isScheme && !refused.contains(scheme) ? address : nil
            }
            return schemes[kind]?.contains(scheme) == true ? address : nil
        }
        // Without a scheme an address is relative, or begins with the host.
        return kind == .frame ? (address.hasPrefix("//") ? "https:" + address : nil) : address
    }

    /// The scheme in lower case; also what only a careless reader would take for one.
    private static func scheme(of address: String) -> String? {
        let end = address.unicodeScalars.firstIndex { "/?#:".unicodeScalars.contains($0) }
        guard let end, address.unicodeScalars[end] == ":" else { return nil }
        let scheme = address[..<end]
        // A mark is a gap, which the surroundings fill with an address that is checked then.
        return scheme.unicodeScalars.contains(where: HTMLMark.isMark) ? nil : scheme.lowercased()
    }

    private static func isRasterPicture(_ address: String) -> Bool {
        let start = address.prefix(24).lowercased()
        return ["png", "jpeg", "gif", "webp"].contains { kind in
            start.hasPrefix("data:image/\(kind);") || start.hasPrefix("data:image/\(kind),")
        }
    }

    /// An address for a message.
    static func shortened(_ address: String) -> String {
        let line = address.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 60 ? line.prefix(60) + "…" : line
    }

    /// The candidates of a srcset: an address and its width or density each.
    static func candidates(in srcset: String) -> [(address: String, descriptor: String)] {
        var candidates: [(String, String)] = []
        var rest = srcset[...]
        func isSpace(_ character: Character) -> Bool { " \t\n\u{C}\r".contains(character) }
        while true {
            rest = rest.drop { isSpace($0) || $0 == "," }
            var address = rest.prefix { !isSpace($0) }
            guard !address.isEmpty else { return candidates }
            rest = rest[address.endIndex...]
            var descriptor: Substring = ""
            if address.last == "," {
                while address.last == "," { address = address.dropLast() }
            } else {
                descriptor = rest.prefix { $0 != "," }
                rest = rest[descriptor.endIndex...]
            }
            candidates.append((String(address), descriptor.split(whereSeparator: isSpace).joined(separator: " ")))
        }
    }

    /// The srcset of candidates.
    static func srcset(_ candidates: [(address: String, descriptor: String)]) -> String {
        candidates.map { $0.descriptor.isEmpty ? $0.address : "\($0.address) \($0.descriptor)" }
            .joined(separator: ", ")
    }
}
