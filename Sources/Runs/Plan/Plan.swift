// The plan: which runs are wanted, in which order, and how they are cut into shares.

/// The recipes of an atlas in the order in which they are made: all seeds of a neuron before the next neuron.
///
/// Nothing here depends on what is already in the store, so that every machine that reads the same project has the
/// same plan.
package struct Plan: Sendable {
    /// The recipes, each once.
    package private(set) var recipes: [Recipe] = []
    private var known: Set<Recipe> = []

    /// A plan of `recipes`, in their order.
    package init(_ recipes: some Sequence<Recipe> = []) {
        append(recipes)
    }

    /// Adds recipes, those of a post's figures for example, and leaves out what is already planned.
    package mutating func append(_ more: some Sequence<Recipe>) {
        for recipe in more where known.insert(recipe).inserted {
            recipes.append(recipe)
        }
    }

    /// The recipes cut into units of one neuron: consecutive recipes that differ in the seed alone.
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

    /// The recipes of one share: every unit whose number leaves the shard's index on division by their count.
    ///
    /// Taking turns spreads layers and methods of different cost evenly over the shards.
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
