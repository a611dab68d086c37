// Lists of numbers and ranges, for neurons and seeds.

import Foundation

/// Numbers and ranges separated by commas: `0,1` or `0-4,7`. Spaces around a number are ignored.
package struct NumberList: Hashable, Sendable {
    /// The ranges in the order of the text; a single number is a range of one.
    let ranges: [ClosedRange<Int>]

    /// The largest number of seeds per neuron.
    static let seedLimit = 1000

    /// - Parameter expected: what an error says was expected.
    package init(_ text: String, expected: String = "whole numbers from 0 and ranges, such as 0-4,7") throws(NameError)
    {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int(digits: $0) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] else {
                throw .expected(expected, found: String(part))
            }
            guard first <= last else { throw NameError("the range \(part) ends before it starts") }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    /// The numbers as seeds, in their order. None may be repeated or be among `others`.
    package func seeds(besides others: [UInt64] = []) throws(NameError) -> [UInt64] {
        var known = Set(others)
        var seeds: [UInt64] = []
        for range in ranges {
            guard range.upperBound - range.lowerBound < Self.seedLimit - known.count else {
                throw NameError("more than \(Self.seedLimit) seeds; name fewer")
            }
            for number in range {
                let seed = UInt64(number)
                guard known.insert(seed).inserted else { throw .repeated("the seed \(seed)") }
                seeds.append(seed)
            }
        }
        return seeds
    }
}

extension Int {
    /// Reads a whole number from 0, written in digits only; nil for any other text.
    init?(digits text: some StringProtocol) {
        let digits = text.trimmingCharacters(in: .whitespaces)
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(digits)
    }

    /// Reads a whole number in a range that starts at 0 or above.
    package init(named text: String, in range: ClosedRange<Int>) throws(NameError) {
        guard let value = Int(digits: text), range.contains(value) else {
            throw .expected(Self.expected(in: range), found: text)
        }
        self = value
    }

    /// A description of such a number, for messages.
    static func expected(in range: ClosedRange<Int>) -> String {
        "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
}
