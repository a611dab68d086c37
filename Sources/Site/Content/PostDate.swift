// A post's date as its writer wrote it, with its time zone.

import Foundation

/// A day and a time in a zone.
///
/// Pages and permalinks show the day in the site's zone, as Jekyll does; a date without a zone is that day everywhere.
/// Only the order of posts and the
/// feed use the instant.
struct PostDate: Sendable, Equatable {
    let year: Int
    let month: Int
    let day: Int
    var hour = 0
    var minute = 0
    var second = 0
    /// Seconds by which the zone is ahead of UTC; 0 if none was written.
    var offset = 0
    /// Whether a zone was written.
    private(set) var hasZone = false

    /// A day at midnight UTC; nil if there is no such day.
    init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2024-03-09`, `2024-03-09 14:05`, `2024-03-09 14:05:30.5 +0100`, `2024-03-09T14:05:30Z`,
    /// `2024-03-09 14:05 CET`; nil for anything else.
    init?(_ text: String) {
        let pattern =
            /(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:[ \t]*([A-Za-z]{1,5}|[+-]\d{1,2}(?::?\d{2})?))?)?/
        guard let match = try? pattern.wholeMatch(in: text.trimmingCharacters(in: .whitespaces)) else { return nil }
        let (_, year, month, day, hour, minute, second, zone) = match.output
        guard let year = Int(year), let month = Int(month), let day = Int(day) else { return nil }
        self.init(year: year, month: month, day: day)
        guard let hour, let minute else { return }
        guard let hours = Int(hour), let minutes = Int(minute), let seconds = Int(second ?? "0"),
            hours < 24, minutes < 60, seconds < 60
        else { return nil }
        (self.hour, self.minute, self.second) = (hours, minutes, seconds)
        guard let zone, let first = zone.first else { return }
        hasZone = true
        guard first == "+" || first == "-" else {
            guard let hours = Self.zones[zone.uppercased()] else { return nil }
            offset = hours * 3600
            return
        }
        let digits = zone.dropFirst().filter { $0 != ":" }
        let minuteDigits = digits.count > 2 ? 2 : 0
        guard let zoneHours = Int(digits.dropLast(minuteDigits)),
            let zoneMinutes = Int(minuteDigits > 0 ? digits.suffix(2) : "0"), zoneHours <= 14, zoneMinutes < 60
        else { return nil }
        offset = (first == "-" ? -60 : 60) * (zoneHours * 60 + zoneMinutes)
    }

    /// Hours ahead of UTC of unambiguous zones: those of RFC 822, those of Europe, and a few more.
    private static let zones = [
        "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
        "PST": -8, "PDT": -7, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
        "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    ]

    /// The same moment as the clocks of a zone show it; a date without a zone is the day as written.
    func day(in zone: TimeZone) -> PostDate {
        guard hasZone else { return self }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: instant)
        guard let year = parts.year, let month = parts.month, let day = parts.day,
            var date = PostDate(year: year, month: month, day: day)
        else { return self }
        (date.hour, date.minute, date.second) = (parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        date.offset = zone.secondsFromGMT(for: instant)
        date.hasZone = true
        return date
    }

    /// The moment.
    var instant: Date {
        Date(timeIntervalSince1970: Double(dayNumber * 86_400 + hour * 3600 + minute * 60 + second - offset))
    }

    /// `2024-03-09`, as machines read it.
    var machine: String { "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))" }

    /// `9 March 2024`, as people read it.
    var display: String { "\(day) \(monthName) \(year)" }

    /// The month in English.
    var monthName: String { Self.monthNames[month - 1] }

    /// The day of the week, from 1 for Monday.
    var weekday: Int { Self.weekday(of: dayNumber) }

    /// The day of the week in English.
    var weekdayName: String { Self.weekdayNames[weekday - 1] }

    /// The week of ISO 8601 and its year, which is the year of its Thursday.
    var week: (year: Int, number: Int) {
        let day = dayOfYear + 4 - weekday
        if day < 1 { return (year - 1, (day + Self.length(of: year - 1) + 6) / 7) }
        if day > Self.length(of: year) { return (year + 1, 1) }
        return (year, (day + 6) / 7)
    }

    /// Day of the year, from 1.
    var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.days(in: $1, of: year) } }

    /// A number with zeros in front.
    static func padded(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static let weekdayNames = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    /// 1 January 1970 was a Thursday; earlier days have negative numbers.
    private static func weekday(of dayNumber: Int) -> Int { ((dayNumber + 3) % 7 + 7) % 7 + 1 }

    private static func length(of year: Int) -> Int { isLeap(year) ? 366 : 365 }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1 January 1970 in the Gregorian calendar.
    private var dayNumber: Int {
        let before = year - 1
        return 365 * before + before / 4 - before / 100 + before / 400 + dayOfYear - 719_163
    }
}
