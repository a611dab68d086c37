// Where a post's page is: Jekyll's permalinks (https://jekyllrb.com/docs/permalinks/).

/// A pattern such as `/:categories/:year/:month/:day/:title:output_ext`.
struct Permalink: Sendable, Equatable {
    /// The pattern, with Jekyll's built-in styles written out.
    let pattern: String

    /// Jekyll's default.
    static let standard = Permalink("date")

    private static let styles = [
        "date": "/:categories/:year/:month/:day/:title:output_ext",
        "pretty": "/:categories/:year/:month/:day/:title/",
        "ordinal": "/:categories/:year/:y_day/:title:output_ext",
        "none": "/:categories/:title:output_ext",
    ]

    /// A pattern, or the name of a style.
    init(_ text: String) { pattern = Self.styles[text] ?? text }

    /// What stands for a post in a pattern.
    struct Values: Sendable {
        /// The date as written.
        var date: PostDate
        /// The file's name without date and ending.
        var slug: String
        /// The categories in their order.
        var categories: [String]
    }

    private static let names = [
        "categories", "year", "short_year", "month", "i_month", "day", "i_day", "y_day", "hour", "minute", "second",
        "title", "slug", "output_ext",
    ]

    /// The path of the page's file, relative to the site's root.
    ///
    /// A pattern that ends with a slash makes a folder with `index.html`; one without an ending gets `.html`.
    ///
    /// - Throws: What is wrong with it, for a sentence that starts with the permalink's name.
    func path(_ values: Values) throws(Problem) -> String {
        var text = ""
        var rest = pattern[...]
        while let colon = rest.firstIndex(of: ":") {
            text += rest[..<colon]
            let after = rest[rest.index(after: colon)...]
            // The longest name first: `:title:output_ext`, `:i_month`.
            let name = after.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
            guard let known = Self.names.filter({ name.hasPrefix($0) }).max(by: { $0.count < $1.count }) else {
                throw Problem(
                    description: "has no value for \":\(name)\""
                        + Suggestion.question(for: ":\(name)", among: Self.names.map { ":\($0)" })
                        + " (known: \(Self.names.map { ":\($0)" }.joined(separator: ", ")))")
            }
            text += Self.value(known, values)
            rest = after.dropFirst(known.count)
        }
        text += rest
        guard !text.split(separator: "/").contains("..") else {
            throw Problem(description: "leads outside the site: \"\(text)\"")
        }
        guard var path = OutputPath.normalised(text) else {
            throw Problem(
                description: "cannot be a file's name: \"\(text.prefix(80))\" (each part at most "
                    + "\(OutputPath.longestName) bytes, without control characters and backslashes)")
        }
        if text.hasSuffix("/") {
            path += "/index.html"
        } else if !path.hasSuffix(".html") {
            path += ".html"
        }
        guard path.split(separator: "/").allSatisfy(OutputPath.isName) else {
            throw Problem(description: "has a part of more than \(OutputPath.longestName) bytes")
        }
        return path
    }

    /// What is wrong with a permalink.
    struct Problem: Error, Equatable {
        let description: String
    }

    private static func value(_ name: String, _ values: Values) -> String {
        let date = values.date
        return switch name {
        case "categories":
            values.categories.map { $0.lowercased() }.reduce(into: [String]()) { unique, category in
                if !unique.contains(category) { unique.append(category) }
            }.joined(separator: "/")
        case "year": PostDate.padded(date.year, 4)
        case "short_year": PostDate.padded(date.year % 100)
        case "month": PostDate.padded(date.month)
        case "i_month": String(date.month)
        case "day": PostDate.padded(date.day)
        case "i_day": String(date.day)
        case "y_day": PostDate.padded(date.dayOfYear, 3)
        case "hour": PostDate.padded(date.hour)
        case "minute": PostDate.padded(date.minute)
        case "second": PostDate.padded(date.second)
        case "title": Slug.pretty(values.slug)
        case "slug": Slug.plain(values.slug)
        default: ".html"
        }
    }
}

/// Names for URLs out of texts.
enum Slug {
    /// Jekyll's `pretty` mode with the case kept: everything but letters, marks, digits and `._~!$&'()+,;=@` becomes a
    /// hyphen, runs of them one, none at the ends.
    static func pretty(_ text: String) -> String {
        hyphenated(text) { isLetterOrDigit($0) || "._~!$&'()+,;=@".unicodeScalars.contains($0) }
    }

    /// Jekyll's default mode: lower case, everything but letters, marks and digits becomes a hyphen.
    static func plain(_ text: String) -> String { hyphenated(text.lowercased(), isLetterOrDigit) }

    /// A title out of a file's name: `a-small-step` becomes `A Small Step`.
    static func title(_ slug: String) -> String {
        slug.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    private static func hyphenated(_ text: String, _ isKept: (Unicode.Scalar) -> Bool) -> String {
        var slug = ""
        for scalar in text.unicodeScalars {
            if isKept(scalar) {
                slug.unicodeScalars.append(scalar)
            } else if slug.unicodeScalars.last != "-" {
                slug += "-"
            }
        }
        if slug.hasPrefix("-") { slug.removeFirst() }
        if slug.hasSuffix("-") { slug.removeLast() }
        return slug
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber:
            true
        default: false
        }
    }
}
