// Runs of a store, counted by layer and method.

import Render
import Runs
import Support
import ViT

/// What `store list` shows of all runs, and `store prune` of those that it removes.
struct RunTable: Encodable {
    /// Number of runs, and the bytes of their files.
    struct Size: Encodable {
        var runs = 0
        var bytes = 0

        /// Adds runs.
        static func += (size: inout Size, other: Size) {
            size.runs += other.runs
            size.bytes += other.bytes
        }
    }

    /// The runs of a layer by one method.
    private struct Group: Encodable {
        let address: String
        let method: String
        let runs: Int
        let bytes: Int
    }

    private let layers: [Group]
    /// Runs that this program cannot read; nil if there are none.
    private let unreadable: Size?
    /// All runs, with those.
    let all: Size

    /// - Parameters:
    ///   - entries: the runs that can be read.
    ///   - unreadable: the bytes of each of the others.
    init(_ entries: [Store.Entry], unreadable: [Int] = []) {
        struct Place: Hashable {
            let address: Address
            let method: String
        }
        var sizes: [Place: Size] = [:]
        for entry in entries {
            let recipe = entry.header.recipe
            sizes[Place(address: recipe.address, method: recipe.variant.method.name), default: Size()] +=
                Size(runs: 1, bytes: entry.bytes)
        }
        let sorted = sizes.sorted { first, second in
            first.key.address == second.key.address
                ? first.key.method < second.key.method : first.key.address.precedes(second.key.address)
        }
        layers = sorted.map { place, size in
            Group(address: place.address.description, method: place.method, runs: size.runs, bytes: size.bytes)
        }
        let unread = Size(runs: unreadable.count, bytes: unreadable.reduce(0, +))
        self.unreadable = unreadable.isEmpty ? nil : unread
        all = sizes.values.reduce(into: unread) { $0 += $1 }
    }

    /// A row for each layer and method, and the sum.
    var text: String {
        var table = TextTable(
            columns: [
                .init(title: "layer"), .init(title: "method"), .init(title: "runs", isNumeric: true),
                .init(title: "size", isNumeric: true),
            ])
        func add(_ name: String, _ method: String, _ runs: Int, _ bytes: Int) {
            table.rows.append([name, method, "\(runs)", Format.bytes(bytes)])
        }
        for group in layers { add(group.address, group.method, group.runs, group.bytes) }
        if let unreadable { add("unreadable", "", unreadable.runs, unreadable.bytes) }
        add("all", "", all.runs, all.bytes)
        return table.text
    }
}

extension Address {
    /// Whether this address is computed before another.
    fileprivate func precedes(_ other: Address) -> Bool { place.lexicographicallyPrecedes(other.place) }

    private var place: [Int] {
        switch self {
        case .block(let index, let site): [0, index, Address.Site.allCases.firstIndex(of: site) ?? 0]
        case .encoderNorm: [1]
        case .head: [2]
        case .directions(let set): set.base.place + [1]
        }
    }
}
