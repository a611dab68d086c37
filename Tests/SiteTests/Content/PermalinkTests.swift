// Permalinks and dates, against Jekyll's documentation.

import Foundation
import Testing

@testable import Site

@Suite struct PermalinkTests {
    private func values(
        _ date: String = "2009-04-29", slug: String = "slap-chop", categories: [String] = []
    ) throws -> Permalink.Values {
        Permalink.Values(date: try #require(PostDate(date)), slug: slug, categories: categories)
    }

    /// https://jekyllrb.com/docs/permalinks/ and its older table of examples.
    @Test(arguments: [
        ("date", "2009/04/29/slap-chop.html"), ("pretty", "2009/04/29/slap-chop/index.html"),
        ("ordinal", "2009/119/slap-chop.html"), ("none", "slap-chop.html"),
        ("/:month-:day-:year/:title.html", "04-29-2009/slap-chop.html"),
        ("/blog/:year/:month/:day/:title/", "blog/2009/04/29/slap-chop/index.html"),
        ("/:year/:month/:title", "2009/04/slap-chop.html"),
        ("/:short_year/:i_month/:i_day/:title", "09/4/29/slap-chop.html"),
        ("weekdate", "2009/W18/Wed/slap-chop.html"),
        ("/:w_year/:week/:w_day/:long_day/:title", "2009/18/3/Wednesday/slap-chop.html"),
        ("/:short_month/:long_month/:year_:month/:title", "Apr/April/2009_04/slap-chop.html"),
        ("/:year2/:title", "20092/slap-chop.html"),
        ("/about/", "about/index.html"), ("about", "about.html"), ("//a///b.html", "a/b.html"),
    ]) func documentedPatterns(pattern: String, path: String) throws {
        #expect(try Permalink(pattern).path(values()) == path)
    }

    @Test func categoriesAreLowerCaseAndOnce() throws {
        let values = try values(categories: ["Vision", "Interpretability Notes", "vision"])
        #expect(
            try Permalink.standard.path(values) == "vision/interpretability notes/2009/04/29/slap-chop.html")
    }

    @Test func slugifiedCategories() throws {
        let values = try values(categories: ["Vision", "Interpretability Notes", "vision", "C++"])
        #expect(
            try Permalink("/:slugified_categories/:title").path(values)
                == "vision/interpretability-notes/c/slap-chop.html")
    }

    /// `date +%G-%V-%u`: weeks belong to the year of their Thursday.
    @Test(arguments: [
        ("2024-12-30", "2025-01-1"), ("2021-01-03", "2020-53-7"), ("2020-12-31", "2020-53-4"),
        ("2016-01-01", "2015-53-5"),
        ("2018-01-01", "2018-01-1"), ("2023-01-01", "2022-52-7"), ("1969-12-28", "1969-52-7"),
        ("1969-12-29", "1970-01-1"),
    ]) func weeks(date: String, expected: String) throws {
        #expect(try Permalink("/:w_year-:week-:w_day").path(values(date)) == "\(expected).html")
    }

    @Test(arguments: [
        ("slap-chop", "slap-chop"), ("Hello World", "Hello-World"), ("a--b", "a--b"), ("what?", "what"),
        ("l'été_2.0", "l'été_2.0"), ("日本語", "日本語"), ("-x-", "x"),
    ]) func titlesAreSlugs(slug: String, expected: String) throws {
        #expect(Slug.pretty(slug) == expected.replacingOccurrences(of: "--", with: "-"))
    }

    @Test func slugIsPlain() throws {
        #expect(try Permalink("/:slug/").path(values(slug: "L'été 2.0")) == "l-été-2-0/index.html")
    }

    @Test(arguments: [
        ("/../x.html", "points outside the site: \"/../x.html\""),
        ("/a/%2e%2e/:tilte", "has the unknown placeholder \":tilte\"; did you mean \":title\"? (known: "),
        ("/:titles/", "has the unknown placeholder \":titles\"; did you mean \":title\"? (known: "),
        ("/:slugified/:title", "has the unknown placeholder \":slugified\""),
        ("/:Title/", "has the unknown placeholder \":Title\"; did you mean \":title\"?"),
        ("/12:30/", "has the unknown placeholder \":\""),
        ("/a\\b", "is not a valid file path"), ("/a\u{0}b", "is not a valid file path"),
        ("/", "is not a valid file path"),
    ]) func refusals(pattern: String, message: String) throws {
        let problem = try #require(throws: Permalink.Problem.self) { try Permalink(pattern).path(values()) }
        #expect(problem.description.hasPrefix(message), "\(problem.description)")
    }

    @Test(arguments: ["", "???", "-"]) func namesOfNothingAreRefused(slug: String) throws {
        for pattern in ["date", "/:slug/"] {
            let problem = try #require(throws: Permalink.Problem.self) {
                try Permalink(pattern).path(values(slug: slug))
            }
            #expect(
                problem.description.contains("\"\(slug)\" contains no letters or digits"), "\(problem.description)")
        }
        #expect(try Permalink("/x/").path(values(slug: slug)) == "x/index.html")
    }

    @Test func longNamesAreRefused() throws {
        let long = String(repeating: "é", count: 128)
        #expect(throws: Permalink.Problem.self) { try Permalink.standard.path(values(slug: long)) }
        let edge = String(repeating: "a", count: 252)
        #expect(throws: Permalink.Problem.self) { try Permalink("/:title").path(values(slug: edge)) }
        #expect(try Permalink("/:title").path(values(slug: String(edge.dropLast(2)))).count == 255)
    }
}

@Suite struct PostDateTests {
    /// Seconds from `date -u -d … +%s`.
    @Test(arguments: [
        ("2024-03-09", 1_709_942_400), ("2024-02-29 12:00", 1_709_208_000), ("2024-3-9 01:02:03", 1_709_946_123),
        ("2024-03-09 14:05:00 +0100", 1_709_989_500), ("2024-03-09T14:05:00Z", 1_709_993_100),
        ("2024-03-09 16:16:01 EST", 1_710_018_961), ("2024-03-09 14:05 CET", 1_709_989_500),
        ("2024-07-09 14:05 pdt", 1_720_559_100),
        ("2024-03-09 14:05:00.75 -05:30", 1_710_012_900), ("1969-12-31 23:59:59 UTC", -1), ("2000-01-01", 946_684_800),
    ]) func instants(text: String, seconds: Int) throws {
        #expect(try #require(PostDate(text)).instant == Date(timeIntervalSince1970: Double(seconds)))
    }

    @Test func theWrittenDayIsShown() throws {
        let date = try #require(PostDate("2024-03-09 00:30:00 +0900"))
        #expect(date.machine == "2024-03-09")
        #expect(date.display == "9 March 2024")
        #expect(date.dayOfYear == 69)
    }

    @Test(arguments: [
        "", "2024", "2024-13-01", "2023-02-29", "2024-04-31", "24-01-01", "2024-01-01 25:00", "2024-01-01 10:60",
        "2024-01-01 10:00 XYZ", "2024-01-01 CET", "2024-01-01 10:00 +99", "2024-01-01x", "0000-01-01", "2024-01-00",
        "99999999999999999999-01-01",
    ]) func refusals(text: String) { #expect(PostDate(text) == nil) }
}
