// The plan: which runs are wanted, in which order, and how they are divided into shards.

/// The recipes of an atlas in the order in which they are made: all seeds of a neuron before the next neuron.
///
/// A plan does not depend on the store, so all machines that read the same project have the same plan.
package struct Plan: Sendable {
    /// The recipes, without duplicates.
    package private(set) var recipes: [Recipe] = []
    private var known: Set<Recipe> = []
    /// The photographs that are read beside the runs; nil for none.
    package var scan: PhotographScan?

    /// A plan of `recipes`, in their order.
    package init(_ recipes: some Sequence<Recipe> = []) {
        append(recipes)
    }

    /// Adds recipes, for example those of a post's figures; recipes already in the plan are skipped.
    package mutating func append(_ more: some Sequence<Recipe>) {
        for recipe in more where known.insert(recipe).inserted {
            recipes.append(recipe)
        }
    }

    /// The recipes in units of one neuron: consecutive recipes that differ only in the seed.
    var units: [ArraySlice<Recipe>] {
        var units: [ArraySlice<Recipe>] = []
        var start = recipes.startIndex
        for index in recipes.indices.dropFirst() where recipes[index].withoutSeed != recipes[start].withoutSeed {
            units.append(recipes[start..<index])
            start = index
        }
        if start < recipes.endIndex { units.append(recipes[start...]) }
        return units
    }

    /// The recipes of one shard: the units whose number modulo the shard count is the shard's index.
    ///
    /// Dealing out the units in turn spreads layers and methods of different cost evenly over the shards.
    package func recipes(of shard: Shard) -> [Recipe] {
        units.enumerated().filter { $0.offset % shard.count == shard.index }.flatMap(\.element)
    }
}

extension Recipe {
    fileprivate var withoutSeed: Recipe {
        Recipe(
            model: model, address: address, number: target.number, variant: variant, seed: 0, numerics: numerics)
    }
}
