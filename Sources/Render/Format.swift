// Numbers as readers see them, the same everywhere on the site.

import Foundation

/// Numbers as text, independent of the machine's language.
public enum Format {
    /// Three significant digits, and as many digits before the point as needed: `12.3`, `0.0412`, `1340`, `−0.5`. Very
    /// large and very small numbers are written as powers of ten.
    public static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : (value < 0 ? "−∞" : "∞") }
        guard value != 0 else { return "0" }
        let magnitude = abs(value)
        let sign = value < 0 ? "−" : ""
        if magnitude >= 1e6 || magnitude < 1e-4 {
            let parts = String(format: "%.2e", magnitude).split(separator: "e")
            guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(sign)\(magnitude)" }
            return "\(sign)\(parts[0])e\(exponent)"
        }
        let places = max(0, 2 - Int(floor(log10(magnitude))))
        return sign + String(format: "%.\(places)f", magnitude)
    }

    /// A count with commas between the thousands: `3,072`.
    public static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "−" + text : text
    }

    /// The size of a file or a folder: whole kilobytes, rounded up so that no file is 0 kB, `17 kB`; megabytes with one
    /// decimal, `2.3 MB`.
    package static func bytes(_ value: Int) -> String {
        let kilobytes = (value + 999) / 1000
        return kilobytes < 1000 ? "\(kilobytes) kB" : String(format: "%.1f MB", Double(value) / 1e6)
    }

    /// A percentile without decimals, `97`, or with one near the ends, where a whole number would overstate: `99.6`.
    /// Rounded down, so that 100 means all.
    public static func percentile(_ value: Double) -> String {
        guard value.isFinite else { return number(value) }
        return value > 99 && value < 100 || value < 1 && value > 0
            ? String(format: "%.1f", floor(value * 10) / 10) : String(format: "%.0f", floor(value))
    }

    /// A number on an axis: up to four significant digits, without trailing zeros.
    static func tick(_ value: Double) -> String {
        String(format: "%.4g", value).replacingOccurrences(of: "-", with: "−")
    }

    /// A number for SVG: at most two decimals, without trailing zeros.
    package static func coordinate(_ value: Double) -> String {
        // In whole hundredths, which is several times faster than a format string; charts have many numbers.
        guard value.isFinite, abs(value) < 1e12 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let places = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return "\(hundredths < 0 ? "-" : "")\(whole)\(places)"
    }
}
