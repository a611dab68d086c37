// Paths of posts' pages: Jekyll's permalinks (https://jekyllrb.com/docs/permalinks/).

import Foundation
import Support

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
        "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
        "none": "/:categories/:title:output_ext",
    ]

    /// Endings of pages, and of other texts that servers have. `/gpt-2.5` has none of them.
    private static let endings = [
        "html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "cgi", "xml", "txt", "json",
    ]

    /// A pattern, or the name of a style.
    init(_ text: String) { pattern = Self.styles[text] ?? text }

    /// A post's values for a pattern's placeholders.
    struct Values: Sendable {
        /// The date as written.
        var date: PostDate
        /// The file's name without date and ending.
        var slug: String
        /// The categories in their order.
        var categories: [String]
    }

    private static let names = [
        "categories", "slugified_categories", "year", "short_year", "w_year", "month", "i_month", "short_month",
        "long_month", "week", "day", "i_day", "y_day", "w_day", "short_day", "long_day", "hour", "minute", "second",
        "title", "slug", "output_ext",
    ]

    /// The path of the page's file, relative to the site's root.
    ///
    /// A pattern that ends with a slash makes a folder with `index.html`; one without an ending of pages gets `.html`.
    ///
    /// - Throws: `Problem`, which completes a sentence that starts with "the permalink".
    func path(_ values: Values) throws(Problem) -> String {
        var text = ""
        var rest = pattern[...]
        while let colon = rest.firstIndex(of: ":") {
            text += rest[..<colon]
            let after = rest[rest.index(after: colon)...]
            // A whole word, without an underscore that only separates two placeholders: `:year_:month`.
            var name = String(after.prefix { $0.isASCII && ($0.isLetter || $0 == "_") })
            if name.hasSuffix("_"), Self.names.contains(String(name.dropLast())) { name.removeLast() }
            guard Self.names.contains(name) else {
                throw Problem(
                    description: "has the unknown placeholder \":\(name)\""
                        + Suggestion.question(for: ":\(name)", among: Self.names.map { ":\($0)" })
                        + " (known: \(Self.names.map { ":\($0)" }.joined(separator: ", ")))")
            }
            let value = Self.value(name, values)
            guard !value.isEmpty || !["title", "slug"].contains(name) else {
                throw Problem(
                    description: "has an empty \":\(name)\": \"\(values.slug.prefix(80))\" contains no letters or "
                        + "digits; name the file YYYY-MM-DD-slug.md, or write \"slug:\" in its front matter")
            }
            text += value
            rest = after.dropFirst(name.count)
        }
        text += rest
        guard !text.split(separator: "/").contains("..") else {
            throw Problem(description: "points outside the site: \"\(text)\"")
        }
        guard var path = OutputPath.normalised(text), !path.isEmpty else {
            throw Problem(
                description: "is not a valid file path: \"\(text.prefix(80))\" (each part at most "
                    + "\(OutputPath.longestName) bytes, without control characters and backslashes)")
        }
        if text.hasSuffix("/") {
            path += "/index.html"
        } else if !Self.endings.contains((path as NSString).pathExtension.lowercased()) {
            path += ".html"
        }
        guard path.split(separator: "/").allSatisfy(OutputPath.isName) else {
            throw Problem(description: "has a part longer than \(OutputPath.longestName) bytes")
        }
        return path
    }

    /// Why a permalink gives no path.
    struct Problem: Error, Equatable {
        let description: String
    }

    private static func value(_ name: String, _ values: Values) -> String {
        let date = values.date
        return switch name {
        case "categories": folders(values.categories.map { $0.lowercased() })
        case "slugified_categories": folders(values.categories.map(Slug.plain))
        case "year": PostDate.padded(date.year, 4)
        case "short_year": PostDate.padded(date.year % 100)
        case "w_year": PostDate.padded(date.week.year, 4)
        case "month": PostDate.padded(date.month)
        case "i_month": String(date.month)
        case "short_month": String(date.monthName.prefix(3))
        case "long_month": date.monthName
        case "week": PostDate.padded(date.week.number)
        case "day": PostDate.padded(date.day)
        case "i_day": String(date.day)
        case "y_day": PostDate.padded(date.dayOfYear, 3)
        case "w_day": String(date.weekday)
        case "short_day": String(date.weekdayName.prefix(3))
        case "long_day": date.weekdayName
        case "hour": PostDate.padded(date.hour)
        case "minute": PostDate.padded(date.minute)
        case "second": PostDate.padded(date.second)
        case "title": Slug.pretty(values.slug)
        case "slug": Slug.plain(values.slug)
        default: ".html"
        }
    }

    /// A folder for each category, without duplicates.
    private static func folders(_ categories: [String]) -> String {
        categories.reduce(into: [String]()) { unique, category in
            if !unique.contains(category) { unique.append(category) }
        }.joined(separator: "/")
    }
}

/// Names for URLs, made from texts.
package enum Slug {
    /// Jekyll's `pretty` mode with the case kept: everything but letters, marks, digits and `._~!$&'()+,;=@` becomes a
    /// hyphen; repeated hyphens become one, and those at the ends are removed.
    static func pretty(_ text: String) -> String {
        hyphenated(text) { isLetterOrDigit($0) || "._~!$&'()+,;=@".unicodeScalars.contains($0) }
    }

    /// Jekyll's default mode: lower case, everything but letters, marks and digits becomes a hyphen.
    package static func plain(_ text: String) -> String { hyphenated(text.lowercased(), isLetterOrDigit) }

    /// A title made from a file's name: `a-small-step` becomes `A Small Step`.
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
