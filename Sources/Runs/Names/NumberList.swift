// Numbers and ranges of them, of neurons and of seeds.

import Foundation

/// Numbers and ranges with commas between: `0,1` or `0-4,7`. Spaces around a number are skipped.
package struct NumberList: Hashable, Sendable {
    /// The ranges in the order of the text; a number alone is a range of one.
    let ranges: [ClosedRange<Int>]

    /// What a list looks like, for messages.
    package static let expected = "whole numbers from 0 and ranges, such as 0-4,7"
    /// The most seeds of a neuron.
    static let seedLimit = 1000

    /// - Parameter expected: what the error of another text says was expected.
    package init(_ text: String, expected: String = Self.expected) throws(NameError) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] else {
                throw .expected(expected, found: String(part))
            }
            guard first <= last else { throw NameError("the range \(part) ends before it starts") }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    /// A whole number from 0, in digits alone; nil for any other text.
    static func number(_ text: Substring) -> Int? {
        let digits = text.trimmingCharacters(in: .whitespaces)
        return digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(digits) : nil
    }

    /// The numbers in their order as seeds, none of which may stand twice or be among `others`.
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
