// One shard of a plan: the i-th of n.

import Support

/// Written `i/n`, i from 0 to n − 1.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
    /// The shard's index, from 0.
    let index: Int
    /// Number of shards.
    let count: Int

    /// - Throws: `AtlasError` of code `usage` unless 0 ≤ index < count.
    package init(index: Int, count: Int) throws {
        guard count > 0, index >= 0, index < count else {
            throw AtlasError(
                .usage, "shard \(index)/\(count): expected i/n with n at least 1 and i from 0 to n - 1, such as 0/4")
        }
        self.index = index
        self.count = count
    }

    /// Reads `i/n`.
    ///
    /// - Throws: `AtlasError` of code `usage` for anything else.
    package init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else {
            throw AtlasError(
                .usage, "shard \"\(text)\": expected i/n with n at least 1 and i from 0 to n - 1, such as 0/4")
        }
        try self.init(index: index, count: count)
    }

    package var description: String { "\(index)/\(count)" }
}
