// Dates in Liquid, as `strftime` writes them.

/// A day, as front matter writes it.
struct LiquidDate {
    private let year: Int
    private let month: Int
    private let day: Int

    /// Reads a date that starts with `2024-03-09`; nil for anything else.
    init?(_ text: String) {
        guard let match = text.prefixMatch(of: /(\d{4})-(\d{1,2})-(\d{1,2})/), let year = Int(match.1),
            let month = Int(match.2), let day = Int(match.3), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The date in a format of days, months and years; nil if the format asks for anything else.
    func text(_ format: String) -> String? {
        var text = ""
        var rest = format[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                text.append(character)
                continue
            }
            var isBare = false
            if rest.first == "-" {
                isBare = true
                rest = rest.dropFirst()
            }
            func number(_ value: Int) -> String { isBare || value > 9 ? String(value) : "0\(value)" }
            switch rest.popFirst() {
            case "Y": text += String(year)
            case "y": text += number(year % 100)
            case "m": text += number(month)
            case "d": text += number(day)
            case "e": text += String(day)
            case "B": text += Self.months[month - 1]
            case "b", "h": text += String(Self.months[month - 1].prefix(3))
            case "F": text += "\(year)-\(number(month))-\(number(day))"
            case "%": text += "%"
            default: return nil
            }
        }
        return text
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
