// The version of the arithmetic, a part of every recipe.

import ViT

/// Counts the changes that alter the results of existing recipes: a recipe's version is raised by one whenever a change
/// of the model, a kernel or a method changes the bytes of its record.
enum NumericsVersion {
    /// The version of what a recipe asks for.
    ///
    /// Frozen attention has the version 2 since records hold the activations under the replayed pattern, which decide
    /// the outcome. A selection of one token at the logits has it since the optimisation reads the token that the head
    /// reads, and not the selected one. Everything else has the version 1.
    static func current(_ variant: Variant, at address: Address) -> Int {
        if case .frozen = variant.attention { return 2 }
        return switch (address, variant.tokens) {
        case (.head, .center), (.head, .token(1...)): 2
        default: 1
        }
    }
}
